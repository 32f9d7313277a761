import assert from "node:assert/strict";
import * as fc from "fast-check";
import { createRandom } from "@/engine/random.ts";
import { mutate } from "@/tools/faults/mutate.ts";

const FILE = Uint8Array.from({ length: 200 }, (_, i) => i);
const SEEDS = Array.from({ length: 2000 }, (_, seed) => seed);

Deno.test("mutate() makes the same damage for the same seed, and leaves the file as it is", () => {
  const file = FILE.slice();
  for (const seed of SEEDS.slice(0, 100)) {
    assert.deepEqual(mutate(file, createRandom(seed)), mutate(FILE, createRandom(seed)));
  }
  assert.deepEqual(file, FILE);
});

Deno.test("mutate() does what it says, by every kind of damage", () => {
  const kinds: [RegExp, (...numbers: number[]) => number[]][] = [
    [/^cut to (\d+) of 200 bytes$/, (length) => [...FILE.subarray(0, length)]],
    [
      /^bytes (\d+) to (\d+) missing$/,
      (start, end) => [...FILE.subarray(0, start), ...FILE.subarray(end! + 1)],
    ],
    [
      /^bytes (\d+) to (\d+) repeated$/,
      (start, end) => [...FILE.subarray(0, end! + 1), ...FILE.subarray(start)],
    ],
    [/^(\d) bytes from (\d+) on swapped with the next$/, (width, start) => {
      const numbers = [...FILE];
      numbers.splice(start! + width!, 0, ...numbers.splice(start!, width));
      return numbers;
    }],
  ];
  const counts = kinds.map(() => 0);
  for (const seed of SEEDS) {
    const { bytes, how } = mutate(FILE, createRandom(seed));
    for (const [i, [pattern, expected]] of kinds.entries()) {
      const found = pattern.exec(how);
      if (!found) continue;
      counts[i]!++;
      assert.deepEqual([...bytes], expected(...found.slice(1).map(Number)), how);
    }
  }
  for (const count of counts) assert.ok(count > 100, `${counts}`); // a seventh of three quarters is 214
});

Deno.test("mutate() flips the bits, and sets the numbers, that it names", () => {
  for (const seed of SEEDS) {
    const { bytes, how } = mutate(FILE, createRandom(seed));
    const changed = [...FILE.keys()].filter((at) => bytes[at] !== FILE[at]);
    const [, flipped] = /^a bit flipped in byte ([\d and]+)$/.exec(how) ?? [];
    if (flipped !== undefined) {
      const places = flipped.split(" and ").map(Number);
      assert.ok(changed.every((at) => places.includes(at)), how);
    }
    const [, width, start, value, order] =
      /^(\d) bytes from (\d+) on set to (\d+) \((\w+) endian\)$/.exec(how) ?? [];
    if (width === undefined) continue;
    const field = bytes.slice(Number(start), Number(start) + Number(width));
    if (order === "little") field.reverse();
    assert.equal(BigInt(`0x${field.toHex()}`), BigInt(value!), how);
  }
});

Deno.test("mutate() damages files of any size, most of the time", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 9 }), fc.nat(), (file, seed) => {
    assert.notEqual(mutate(file, createRandom(seed)).how, "");
  }));
  assert.deepEqual(mutate(new Uint8Array(), createRandom(1)).bytes, new Uint8Array());
  const damaged = SEEDS.filter((seed) =>
    mutate(FILE, createRandom(seed)).bytes.toHex() !== FILE.toHex()
  );
  assert.ok(damaged.length > 0.95 * SEEDS.length, `${damaged.length}`);
});
