/**
 * Seeded random numbers on the JavaScript side: initial weights, shuffles, poses of rendered grids.
 * Draws inside the training step are TensorFlow's stateless ones instead, keyed by (seed, step).
 *
 * @module
 */
import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

/** A stream of random numbers that is the same for the same seed, on every machine. */
export interface Random {
  /** Draws from the uniform distribution on [low, high), by default [0, 1). */
  uniform(low?: number, high?: number): number;
  /** Draws an integer from 0 to count - 1. */
  integer(count: number): number;
  /** Draws from the normal distribution, by default N(0, 1). */
  normal(mean?: number, standardDeviation?: number): number;
}

/**
 * Makes a stream of random numbers.
 *
 * @param seed Any integer; its low 32 bits count
 */
export function createRandom(seed: number): Random {
  const generator = xoroshiro128plus(mix(seed));
  const uniform = (low = 0, high = 1) => low + (high - low) * uniformFloat64(generator);
  return {
    uniform,
    integer: (count) => uniformInt(generator, 0, count - 1),
    // Box and Muller; 1 - u keeps the logarithm finite.
    normal: (mean = 0, standardDeviation = 1) =>
      mean + standardDeviation * Math.sqrt(-2 * Math.log(1 - uniform())) *
        Math.cos(2 * Math.PI * uniform()),
  };
}

/**
 * Spreads a seed's bits over all 32 (the finaliser of MurmurHash3): the generator's first outputs
 * follow the seed linearly, so streams of neighbouring seeds would start alike.
 */
function mix(seed: number): number {
  let bits = seed | 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return bits ^ (bits >>> 16);
}

/**
 * Gives each use of randomness a stream of its own, so that adding one draw moves no other.
 * It is the 32-bit FNV-1a hash of the seed and the name.
 *
 * @example Two names, two streams; the same name, the same stream
 * ```ts
 * import assert from "node:assert/strict";
 * import { seedFor } from "./random.ts";
 *
 * assert.notEqual(seedFor(1, "encoder/conv1"), seedFor(1, "encoder/conv2"));
 * assert.equal(seedFor(1, "encoder/conv1"), seedFor(1, "encoder/conv1"));
 * ```
 *
 * @param seed The run's seed
 * @param name What the numbers are for, such as `encoder/conv1`
 * @returns An integer in [0, 2^32)
 */
export function seedFor(seed: number, name: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(`${seed}/${name}`)) {
    hash = Math.imul(hash ^ byte, 0x01000193);
  }
  return hash >>> 0;
}

/**
 * Gives the numbers 0 to count - 1 in a random order (Fisher and Yates).
 *
 * @param count How many numbers
 * @param random The stream to draw from
 */
export function permutation(count: number, random: Random): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = random.integer(i + 1);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}
