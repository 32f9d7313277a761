/**
 * Damages files as disks, networks, programs and attackers do, the same way for the same seed.
 *
 * @module
 */
import type { Random } from "@/engine/random.ts";

/** A damaged file. */
export interface Mutant {
  /** Its bytes. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** What was done to it, e.g. `cut to 12 of 80 bytes`. */
  readonly how: string;
}

/** Bytes at either end that are hit more often than others: headers, and indexes at the end. */
const EDGE = 64;

/** Damage to a file of at least one byte. */
type Mutation = (bytes: Uint8Array, random: Random) => Mutant;

/** Every kind of damage; one is as likely as another. */
const MUTATIONS: readonly Mutation[] = [flipBits, setBytes, cut, drop, repeat, swap, resize];

/**
 * Damages a file once, or with a chance of a quarter twice, and so on.
 *
 * @param bytes The file, which stays as it is
 * @param random Decides how
 * @returns What became of it; now and then a file like the first, if equal bytes were swapped
 */
export function mutate(bytes: Uint8Array, random: Random): Mutant {
  if (bytes.length === 0) return { bytes: new Uint8Array(), how: "left empty" };
  const mutation = MUTATIONS[random.integer(MUTATIONS.length)]!;
  const first = mutation(bytes, random);
  if (random.uniform() >= 0.25) return first;
  const second = mutate(first.bytes, random);
  return { bytes: second.bytes, how: `${first.how}, ${second.how}` };
}

/** Chooses a byte: at the start, at the end, or anywhere. */
function place(length: number, random: Random): number {
  const edge = Math.min(EDGE, length);
  const kind = random.integer(4);
  if (kind === 0) return random.integer(edge);
  if (kind === 1) return length - 1 - random.integer(edge);
  return random.integer(length);
}

/** Chooses a range, short more often than long; it has at least one byte. */
function range(length: number, random: Random): { start: number; end: number } {
  const start = place(length, random);
  const most = length - start;
  const size = 1 + Math.floor(most * random.uniform() ** 4);
  return { start, end: start + Math.min(size, most) };
}

function flipBits(bytes: Uint8Array, random: Random): Mutant {
  const flipped = bytes.slice();
  const places = Array.from({ length: 1 + random.integer(4) }, () => place(bytes.length, random));
  for (const at of places) flipped[at]! ^= 1 << random.integer(8);
  return { bytes: flipped, how: `a bit flipped in byte ${places.join(" and ")}` };
}

function setBytes(bytes: Uint8Array, random: Random): Mutant {
  const changed = bytes.slice();
  const { start, end } = range(bytes.length, random);
  for (let at = start; at < end; at++) changed[at] = random.integer(256);
  return { bytes: changed, how: `bytes ${start} to ${end - 1} replaced` };
}

function cut(bytes: Uint8Array, random: Random): Mutant {
  const length = place(bytes.length, random);
  return { bytes: bytes.slice(0, length), how: `cut to ${length} of ${bytes.length} bytes` };
}

function drop(bytes: Uint8Array, random: Random): Mutant {
  const { start, end } = range(bytes.length, random);
  return {
    bytes: joined(bytes.subarray(0, start), bytes.subarray(end)),
    how: `bytes ${start} to ${end - 1} missing`,
  };
}

function repeat(bytes: Uint8Array, random: Random): Mutant {
  const { start, end } = range(bytes.length, random);
  return {
    bytes: joined(bytes.subarray(0, end), bytes.subarray(start)),
    how: `bytes ${start} to ${end - 1} repeated`,
  };
}

/** Exchanges two neighbouring numbers, e.g. width and height. */
function swap(bytes: Uint8Array, random: Random): Mutant {
  const swapped = bytes.slice();
  const width = Math.min(2 ** random.integer(4), bytes.length >> 1); // bytes
  const start = Math.min(place(bytes.length, random), bytes.length - 2 * width);
  swapped.copyWithin(start, start + width, start + 2 * width);
  swapped.set(bytes.subarray(start, start + width), start + width);
  return { bytes: swapped, how: `${width} bytes from ${start} on swapped with the next` };
}

/** Overwrites a number of 1, 2, 4 or 8 bytes in either byte order, as a wrong size. */
function resize(bytes: Uint8Array, random: Random): Mutant {
  const changed = bytes.slice();
  const width = Math.min(2 ** random.integer(4), bytes.length);
  const start = Math.min(place(bytes.length, random), bytes.length - width);
  const field = changed.subarray(start, start + width);
  const most = 2n ** BigInt(8 * width) - 1n;
  const isLittle = random.integer(2) === 0;
  const stored = field.slice();
  if (isLittle) stored.reverse();
  const old = BigInt(`0x${stored.toHex()}`);
  const values = [0n, 1n, most, most / 2n, most / 2n + 1n, old + 1n, old - 1n, 2n * old, old / 2n];
  const value = values[random.integer(values.length)]! & most;
  field.set(Uint8Array.fromHex(value.toString(16).padStart(2 * width, "0")));
  if (isLittle) field.reverse();
  const order = isLittle ? "little" : "big";
  return {
    bytes: changed,
    how: `${width} bytes from ${start} on set to ${value} (${order} endian)`,
  };
}

function joined(head: Uint8Array, tail: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(head.length + tail.length);
  bytes.set(head);
  bytes.set(tail, head.length);
  return bytes;
}
