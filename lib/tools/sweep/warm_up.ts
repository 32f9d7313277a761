/**
 * Does once what every run would otherwise do for itself: converts its data, and compiles its programs.
 *
 * @module
 */
import type { LoadOptions } from "@/data/sources.ts";
import type { LoadedSets } from "@/data/mixture.ts";
import { identityOf } from "@/method/registry.ts";
import { train } from "@/train/loop.ts";
import { loadRunData } from "@/train/run_data.ts";
import type { PlacedRun } from "./placed_runs.ts";

/** How to warm up. */
export interface WarmUpOptions {
  /** What `loadRunData` takes for a run. */
  readonly loadOf: (run: PlacedRun) => LoadOptions;
  /** Whether programs are compiled, and kept on disk: on GPUs alone. */
  readonly isCompiled: boolean;
  /** Ends it. */
  readonly signal?: AbortSignal;
  /** Called after each run with how many are done. */
  readonly onRun?: (done: number) => void;
}

/** Steps that are trained, and thrown away, to compile all programs of a run: its last one saves. */
const STEPS = 2;

/**
 * Loads the data of every run, and where programs are compiled, trains two steps of each kind of run.
 *
 * @param runs Placed runs
 * @param options How
 * @returns How many kinds of runs were trained: those that differ in more than the seed
 * @throws What `loadRunData` and `train` throw
 */
export async function warmUp(
  runs: readonly PlacedRun[],
  { loadOf, isCompiled, signal, onRun }: WarmUpOptions,
): Promise<number> {
  const kinds = new Set<string>();
  let loaded: LoadedSets = new Map();
  let data = "";
  for (const [i, run] of runs.entries()) {
    const { config } = run;
    signal?.throwIfAborted();
    if (config.data !== data) [loaded, data] = [new Map(), config.data]; // one mixture in memory
    const found = await loadRunData(config, { ...loadOf(run), loaded });
    const kind = identityOf({ ...config, seed: 0 });
    if (isCompiled && !kinds.has(kind)) {
      const out = await Deno.makeTempDir();
      try {
        await train(config, { ...found, out, until: STEPS });
      } finally {
        await Deno.remove(out, { recursive: true });
      }
    }
    kinds.add(kind);
    onRun?.(i + 1);
  }
  return isCompiled ? kinds.size : 0;
}
