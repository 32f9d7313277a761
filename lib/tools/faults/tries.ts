/**
 * Makes the tries of a fault, each with its own draws, and judges what users would read.
 *
 * @module
 */
import { createRandom, type Random, seedFor } from "@/engine/random.ts";
import type { FaultContext, FaultResult } from "./fault.ts";

/** One try: gives what it was, in a word; throws what went wrong. */
export type Try = (random: Random, index: number) => Promise<string>;

/**
 * Makes the tries of a fault one after the other and counts what they were.
 *
 * @param context How many, and the seed
 * @param attempt Makes one; its draws depend on the seed and its index alone
 */
export async function makeTries(context: FaultContext, attempt: Try): Promise<FaultResult> {
  const { tries, seed, signal } = context;
  const failures: string[] = [];
  const counts = new Map<string, number>();
  for (let index = 0; index < tries; index++) {
    signal?.throwIfAborted();
    try {
      const word = await attempt(createRandom(seedFor(seed, `try ${index}`)), index);
      counts.set(word, (counts.get(word) ?? 0) + 1);
    } catch (error) {
      signal?.throwIfAborted();
      failures.push(`try ${index}: ${(error as Error).message}`);
    }
    context.onTry(index + 1);
  }
  const note = [...counts].map(([word, count]) => `${count} ${word}`).join(", ");
  return { tried: tries, failures, ...(note !== "" && { note }) };
}

/** What no user should read: numbers of the system, stacks, and the language's own complaints. */
const RAW = [
  /os error \d+/,
  /\bE(NOSPC|FBIG|ACCES|PERM|NOENT|XIST|IO|ROFS|CONN[A-Z]+)\b/,
  /^\s+at .+:\d+:\d+/m,
  /\b(TypeError|ReferenceError|Uncaught|panicked|undefined)\b/,
  /Stack backtrace/,
  /Unexpected (token|end)|is not valid JSON|error (sending|reading)|fetch failed/,
];

/**
 * Checks a message that a user would read: it begins `Cannot`, names what it must, and shows nothing raw.
 *
 * @param message The message
 * @param names What it must name, such as a folder
 * @throws {Error} If not
 */
export function checkWords(message: string, ...names: readonly string[]): void {
  const raw = RAW.find((pattern) => pattern.test(message));
  if (raw) throw new Error(`the message must not show ${raw}, got ${message}`);
  if (!message.startsWith("Cannot ")) {
    throw new Error(`the message must begin with "Cannot", got ${message}`);
  }
  const missing = names.find((name) => !message.includes(name));
  if (missing !== undefined) {
    throw new Error(`the message must name "${missing}", got ${message}`);
  }
}

/**
 * Runs what must fail and gives its message.
 *
 * @throws {Error} If it does not fail
 */
export async function failureOf(task: () => Promise<unknown>): Promise<string> {
  try {
    await task();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error("it must be refused, got no error");
}

/**
 * Requires what must be so.
 *
 * @throws {Error} If it is not
 */
export function requireThat(isSo: boolean, what: string): void {
  if (!isSo) throw new Error(what);
}

/** Names the files of a folder, sorted; none if there is no such folder. */
export async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await Array.fromAsync(Deno.readDir(folder), ({ name }) => name)).sort();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}
