/**
 * Child processes that share a list of runs between them, each with a device of its own.
 *
 * @module
 */

/** How a run ended. */
export interface Ended {
  /** Its number. */
  readonly number: number;
  /** Its process's exit code. */
  readonly code: number;
  /** The last line that its process wrote to standard error. */
  readonly words: string;
  /** How long it took, in seconds. */
  readonly seconds: number;
}

/** How to share runs. */
export interface ShareOptions<Device> {
  /** The devices: each trains one run at a time. */
  readonly devices: readonly Device[];
  /** Makes the command that trains a run on a device, its standard error piped. */
  readonly command: (number: number, device: Device) => Deno.Command;
  /** Called as each run ends. */
  readonly onEnd?: (ended: Ended) => void;
  /** When it fires, running children get SIGTERM, and no other run begins. */
  readonly signal?: AbortSignal;
}

/**
 * Trains runs, each in a process of its own: whichever device is free takes the next one.
 *
 * @param numbers The runs, in the order in which they begin
 * @param options On what, and how
 * @returns How each ended that has begun, in the order of their ends
 */
export async function shareRuns<Device>(
  numbers: readonly number[],
  { devices, command, onEnd, signal }: ShareOptions<Device>,
): Promise<Ended[]> {
  const left = [...numbers];
  const ended: Ended[] = [];
  const work = async (device: Device) => {
    while (left.length > 0 && !signal?.aborted) {
      const number = left.shift()!;
      const since = performance.now();
      const child = command(number, device).spawn();
      const stop = () => child.kill("SIGTERM");
      signal?.addEventListener("abort", stop);
      const [words, { code }] = await Promise.all([lastLineOf(child.stderr), child.status]);
      signal?.removeEventListener("abort", stop);
      const end = { number, code, words, seconds: (performance.now() - since) / 1000 };
      ended.push(end);
      onEnd?.(end);
    }
  };
  await Promise.all(devices.map(work));
  return ended;
}

async function lastLineOf(stream: ReadableStream<Uint8Array>): Promise<string> {
  return (await new Response(stream).text()).trimEnd().split("\n").at(-1)!;
}

/**
 * Names the devices of so many workers, as `CUDA_VISIBLE_DEVICES` does.
 *
 * @param count How many workers
 * @param visible The devices that this process may use, separated by commas; all unless given
 * @throws {RangeError} If fewer are visible
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { devicesFor } from "@/tools/sweep/workers.ts";
 *
 * assert.deepEqual(devicesFor(2), ["0", "1"]);
 * assert.deepEqual(devicesFor(2, "4,6,7"), ["4", "6"]);
 * ```
 */
export function devicesFor(count: number, visible?: string): string[] {
  if (visible === undefined) return Array.from({ length: count }, (_, i) => String(i));
  const names = visible.split(",").map((name) => name.trim()).filter((name) => name !== "");
  if (names.length >= count) return names.slice(0, count);
  throw new RangeError(
    `Cannot sweep: devices must be at most ${names.length}, those of CUDA_VISIBLE_DEVICES, ` +
      `got ${count}; use fewer, or unset the variable`,
  );
}
