/**
 * Damaged files: each is read as an independent reader reads it, or refused in our words.
 *
 * @module
 */
import { createRandom, seedFor } from "@/engine/random.ts";
import { peakMemory } from "@/tools/bench/resources.ts";
import { setUpReaders } from "@/tools/setup/set_up.ts";
import type { Fault, FaultContext, FaultResult } from "./fault.ts";
import { type Loader, LOADERS } from "./loaders.ts";
import { mutate } from "./mutate.ts";
import { type NamedFile, type Outcome, type Reading, startReaders } from "./readers.ts";

/** Memory that reading one small file may add to the process, in bytes. */
const MOST_MEMORY = 300 * 2 ** 20;

/** How long reading one small file may take, in milliseconds; a slow machine needs a few. */
const MOST_TIME_MS = 10_000;

/** The tries of each loader in the whole campaign, and in its short form. */
const TRIES = { whole: 10_000, short: 200 };

/** A damaged file. */
export interface Input extends NamedFile {
  /** What was done to which sound file. */
  readonly how: string;
}

/** One fault for each loader. */
export const MUTATED: readonly Fault[] = LOADERS.map((loader) => ({
  name: `damaged ${loader.format} files`,
  right: "read as an independent reader reads it, or refused in our words",
  tries: TRIES,
  run: (context) => tryDamaged(loader, context),
}));

/**
 * Makes the damaged file of one try: the same one for the same seed.
 *
 * @param loader Decides how files are damaged
 * @param sound Sound files to choose from
 * @param seed Of the campaign
 * @param attempt The number of the try
 */
export function inputOf(
  { format, ways }: Loader,
  sound: readonly NamedFile[],
  seed: number,
  attempt: number,
): Input {
  const random = createRandom(seedFor(seed, `damaged ${format}/${attempt}`));
  const { name, bytes: whole } = sound[random.integer(sound.length)]!;
  const way = ways[random.integer(ways.length)]!;
  const { bytes, how } = way(whole, (bytes) => mutate(bytes, random));
  return { name, bytes, how: `${name}: ${how}` };
}

/**
 * Says what is wrong with an outcome of ours, given an independent reader's.
 *
 * @returns Undefined if it is right
 */
export function wrongIn(loader: Loader, ours: Outcome, theirs: Outcome): string | undefined {
  if ("refused" in ours) return wrongInWords(ours.refused);
  if ("refused" in theirs) {
    if (loader.tolerated.some(({ refusal }) => refusal.test(theirs.refused))) return undefined;
    return `read, but they refuse it: ${theirs.refused}`;
  }
  return differenceOf(ours, theirs, loader.tolerance ?? 0);
}

/** Traces of a message that was made by a machine for a programmer. */
const RAW = /undefined|NaN|\[object|\bE[A-Z]{4,}\b|os error|TypeError|RangeError|\n\s+at /;

function wrongInWords(message: string): string | undefined {
  const isOurs = /^Cannot .+: .+ must .+, got .+/s.test(message) && !RAW.test(message);
  return isOurs ? undefined : `refused in other words: ${message}`;
}

function differenceOf(ours: Reading, theirs: Reading, tolerance: number): string | undefined {
  const names = new Set([...Object.keys(ours.facts), ...Object.keys(theirs.facts)]);
  for (const name of names) {
    const [mine, other] = [ours.facts[name], theirs.facts[name]];
    if (mine !== other) {
      return `${name} is ${mine ?? "missing"}, they read ${other ?? "nothing of that name"}`;
    }
  }
  const [values, others] = [ours.values ?? [], theirs.values ?? []];
  if (values.length !== others.length) return `${values.length} values, not ${others.length}`;
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += differenceBetween(values[i]!, others[i]!);
  const mean = sum / Math.max(values.length, 1);
  return mean <= tolerance ? undefined : `values differ by ${mean} on average`;
}

/** Relative above 1: a damaged number may be huge. */
function differenceBetween(a: number, b: number): number {
  return Math.abs(a - b) / Math.max(1, Math.abs(b));
}

/** Reads damaged files of one format. */
async function tryDamaged(loader: Loader, context: FaultContext): Promise<FaultResult> {
  const { folder, tries, seed, onTry, signal } = context;
  const python = await setUpReaders({ ...(signal && { signal }) }).catch((error) => {
    signal?.throwIfAborted();
    return error as Error;
  });
  if (python instanceof Error) return { tried: 0, failures: [], skipped: python.message };
  await using readers = startReaders(python);
  const sound = loader.make?.() ?? await readers.make(loader.format);
  const failures: string[] = [];
  const counts = { read: 0, refused: 0 };
  let slowest = 0;
  let most = 0;
  let tried = 0;
  for (; tried < tries && !signal?.aborted; tried++) {
    const input = inputOf(loader, sound, seed, tried);
    const theirs = readers.read(loader.format, input);
    const { outcome, milliseconds, memory } = await measured(() => loader.read(input, folder));
    "refused" in outcome ? counts.refused++ : counts.read++;
    slowest = Math.max(slowest, milliseconds);
    most = Math.max(most, memory);
    const wrong = wrongIn(loader, outcome, await theirs) ??
      (milliseconds > MOST_TIME_MS ? `took ${Math.round(milliseconds)} ms` : undefined) ??
      (memory > MOST_MEMORY ? `took ${megabytes(memory)} MB` : undefined);
    if (wrong !== undefined) failures.push(`seed ${seed}, try ${tried}, ${input.how}: ${wrong}`);
    onTry(tried + 1);
  }
  const left = await strayFiles(folder, sound);
  if (left.length > 0) failures.push(`seed ${seed}: files that nobody asked for: ${left}`);
  return {
    tried,
    failures,
    note: `${counts.refused} refused, ${counts.read} read; ` +
      `at most ${Math.round(slowest)} ms and ${megabytes(most)} MB`,
  };
}

/** Reads a file, and measures the time and the memory that it takes. */
async function measured(read: () => Promise<Reading> | Reading) {
  const [start, before, peak] = [performance.now(), Deno.memoryUsage().rss, peakMemory()];
  const outcome: Outcome = await Promise.resolve().then(read).catch((error: Error) => ({
    refused: error.message,
  }));
  const after = peakMemory();
  return {
    outcome,
    milliseconds: performance.now() - start,
    memory: after > peak ? after - before : 0, // below the old peak nothing is known
  };
}

/** Gives the files in a folder that are not the inputs written there. */
async function strayFiles(folder: string, sound: readonly NamedFile[]): Promise<string[]> {
  const names = sound.map(({ name }) => name);
  const entries = await Array.fromAsync(Deno.readDir(folder));
  return entries.map(({ name }) => name).filter((name) => !names.includes(name));
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 2 ** 20);
}
