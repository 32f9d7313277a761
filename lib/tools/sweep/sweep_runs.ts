/**
 * The runs of a sweep and their numbers: those that the notebooks need, or a list of the user's own.
 *
 * @module
 */
import type { Preset, Value } from "@/config.ts";
import { onFile } from "@/engine/system_error.ts";
import { checkConfig, configWith, identityOf } from "@/method/registry.ts";
import { type IndexedRun, runsOf } from "@/method/runs.ts";

/**
 * Lists the runs of a sweep; a run's place in the list is its number, from 0.
 *
 * @param preset Where the configs start
 * @param file JSON: a list of objects, each with a `name` and the fields that differ from the preset; the
 *   notebooks' runs unless given
 * @param environment Variables by which a user names other data for the notebooks' runs
 * @throws {SyntaxError} If the file is no such list, or two runs have one name or are the same run
 * @throws {RangeError} If a value is out of bounds
 * @throws {TypeError} If a field is unknown to the method, or of another kind
 */
export async function sweepRuns(
  preset: Preset,
  file?: string,
  environment?: Readonly<Record<string, string>>,
): Promise<IndexedRun[]> {
  if (file === undefined) return runsOf(preset, environment);
  const text = await onFile("read", file, () => Deno.readTextFile(file));
  const refuse = (rule: string, found: string): never => {
    throw new SyntaxError(`Cannot sweep: "${file}" must ${rule}, got ${found}`);
  };
  const entries = readJson(text);
  if (!Array.isArray(entries) || entries.length === 0) {
    refuse("hold a JSON list of runs", text.trim().slice(0, 40) || "nothing");
  }
  const seen = new Map<string, string>();
  return (entries as readonly Record<string, Value>[]).map((entry, i) => {
    const { name, ...changes } = entry ?? {};
    if (typeof name !== "string" || name === "") {
      refuse("give each run a name", `none for run ${i}`);
    }
    const config = checkConfig(configWith(preset, changes));
    for (const key of [`name ${name}`, identityOf(config)]) {
      const other = seen.get(key);
      if (other !== undefined) refuse("list each run once", `run ${i} as ${other}`);
      seen.set(key, `run ${i}`);
    }
    return { name: String(name), config };
  });
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Writes numbers as Slurm's `--array` takes them.
 *
 * @param numbers In ascending order
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { inRanges } from "@/tools/sweep/sweep_runs.ts";
 *
 * assert.equal(inRanges([0, 1, 2, 3, 7, 9, 10]), "0-3,7,9-10");
 * ```
 */
export function inRanges(numbers: readonly number[]): string {
  const ranges: [number, number][] = [];
  for (const number of numbers) {
    const last = ranges.at(-1);
    if (last?.[1] === number - 1) last[1] = number;
    else ranges.push([number, number]);
  }
  return ranges.map(([from, to]) => from === to ? `${from}` : `${from}-${to}`).join();
}
