import assert from "node:assert/strict";
import * as fc from "fast-check";
import { createRandom, permutation, seedFor } from "@/engine/random.ts";
import { assertClose } from "../assert.ts";

const COUNT = 40_000;
/** Five standard errors of the mean of so many numbers with a variance of 1. */
const ERROR = 5 / Math.sqrt(COUNT);

const draw = (next: () => number) => Array.from({ length: COUNT }, next);
const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

Deno.test("createRandom() gives the same stream for the same seed, another for another", () => {
  fc.assert(fc.property(fc.integer(), fc.integer(), (a, b) => {
    const stream = (seed: number) => {
      const random = createRandom(seed);
      return [random.uniform(), random.normal(), random.integer(1000), random.uniform()];
    };
    assert.deepEqual(stream(a), stream(a));
    if (a !== b) assert.notDeepEqual(stream(a), stream(b));
  }));
});

Deno.test("createRandom() gives the same numbers on every machine", () => {
  const random = createRandom(1);
  const numbers = [random.uniform(), random.uniform(-1, 1), random.integer(10)];
  assertClose(numbers, [0.6736728088076744, 0.36863633973391274, 0], 1e-15);
});

Deno.test("uniform() fills its range evenly and stays in it", () => {
  const random = createRandom(2);
  const values = draw(() => random.uniform(2, 5));
  assert.ok(values.every((value) => value >= 2 && value < 5));
  assertClose([mean(values)], [3.5], ERROR * 3 / Math.sqrt(12));
  const tenths = new Array(10).fill(0);
  for (const value of values) tenths[Math.floor((value - 2) / 0.3)]++;
  // Five standard errors of a binomial count.
  assertClose(tenths, new Array(10).fill(COUNT / 10), 5 * Math.sqrt(COUNT * 0.09));
});

Deno.test("integer() draws 0 to count - 1 equally often", () => {
  const random = createRandom(3);
  const counts = new Array(7).fill(0);
  for (const value of draw(() => random.integer(7))) counts[value]++;
  assertClose(counts, new Array(7).fill(COUNT / 7), 5 * Math.sqrt(COUNT * 6 / 49));
  assert.ok(draw(() => random.integer(1)).every((value) => value === 0));
});

Deno.test("normal() has mean, standard deviation and tails of a normal", () => {
  const random = createRandom(4);
  const values = draw(() => random.normal(10, 3)).map((value) => (value - 10) / 3);
  assertClose([mean(values)], [0], ERROR);
  assertClose([mean(values.map((value) => value ** 2))], [1], ERROR * Math.sqrt(2));
  assertClose([mean(values.map((value) => value ** 3))], [0], ERROR * Math.sqrt(15));
  assertClose([mean(values.map((value) => value ** 4))], [3], ERROR * Math.sqrt(96));
  const beyond = values.filter((value) => Math.abs(value) > 2).length / COUNT;
  assertClose([beyond], [0.0455], ERROR * 0.21);
  const standard = createRandom(4);
  assertClose([standard.normal()], [values[0]!], 1e-12);
});

Deno.test("seedFor() is the 32-bit FNV-1a hash of seed and name", () => {
  // Reference values of the hash: "" is 811c9dc5, "a" e40c292c, "foobar" bf9cf968; here "1/" is
  // hashed before the name, so the hash of "1/a" is done by hand.
  const hash = (text: string) => {
    let value = 0x811c9dc5n;
    for (const byte of new TextEncoder().encode(text)) {
      value = (value ^ BigInt(byte)) * 0x01000193n % 2n ** 32n;
    }
    return Number(value);
  };
  assert.deepEqual([hash(""), hash("a"), hash("foobar")], [0x811c9dc5, 0xe40c292c, 0xbf9cf968]);
  fc.assert(
    fc.property(fc.integer(), fc.string({ unit: "binary", maxLength: 20 }), (seed, name) => {
      assert.equal(seedFor(seed, name), hash(`${seed}/${name}`));
      assert.equal(seedFor(seed, `π${name}`), hash(`${seed}/π${name}`));
    }),
  );
});

Deno.test("seedFor() spreads seeds and names over 32 bits", () => {
  const seeds = new Set<number>();
  for (let seed = 0; seed < 50; seed++) {
    for (let i = 0; i < 50; i++) seeds.add(seedFor(seed, `layer${i}`));
  }
  assert.ok(seeds.size >= 2499, `${seeds.size} of 2500`); // one clash has a chance of 1 in 1400
  assert.ok([...seeds].every((seed) => Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32));
});

Deno.test("permutation() has every number once, in an order that follows from the seed", () => {
  fc.assert(fc.property(fc.nat(50), fc.integer(), (count, seed) => {
    const order = permutation(count, createRandom(seed));
    assert.deepEqual(
      [...order].toSorted((a, b) => a - b),
      Array.from({ length: count }, (_, i) => i),
    );
    assert.deepEqual(permutation(count, createRandom(seed)), order);
  }));
});

Deno.test("permutation() makes every order equally often", () => {
  const random = createRandom(5);
  const counts = new Map<string, number>();
  for (let i = 0; i < 24_000; i++) {
    const order = permutation(4, random).join();
    counts.set(order, (counts.get(order) ?? 0) + 1);
  }
  assert.equal(counts.size, 24);
  assertClose([...counts.values()], new Array(24).fill(1000), 5 * Math.sqrt(1000));
});
