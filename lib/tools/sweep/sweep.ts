/**
 * A sweep: many runs known by number, where they lie, and how far they are.
 *
 * @module
 */
import { basename, extname, join, resolve } from "node:path";
import type { Preset } from "@/config.ts";
import type { LoadOptions } from "@/data/sources.ts";
import type { IndexedRun } from "@/method/runs.ts";
import { PROJECT } from "@/tools/setup/layout.ts";
import { type RunStatus, runStatus } from "@/train/run_status.ts";
import { type PlacedRun, placeRuns, readPlaces, savePlaces, withoutPlaces } from "./placed_runs.ts";

/** What makes a sweep. */
export interface SweepOptions {
  /** Where the configs of its runs start. */
  readonly preset: Preset;
  /** The file that lists its runs, if they are not the notebooks'. */
  readonly file?: string;
  /** The folder of all runs. */
  readonly runs: string;
  /** The folder of the data sets. */
  readonly dataDir: string;
}

/** A run and how far it is. */
export type FoundRun = readonly [PlacedRun, RunStatus];

/** A list of runs in a folder. */
export class Sweep {
  /** The file that tells what the runs are trained on here, made by `prepare`. */
  readonly placesFile: string;

  /**
   * Reads nothing yet.
   *
   * @param listed The runs
   * @param options Where they lie
   */
  constructor(readonly listed: readonly IndexedRun[], private readonly options: SweepOptions) {
    const { preset, file, runs } = options;
    const name = file === undefined ? preset : basename(file, extname(file));
    this.placesFile = join(runs, `sweep-${name}.json`);
  }

  /** Gives the folder in which a run has its own. */
  folderOf({ inside }: PlacedRun): string {
    return join(this.options.runs, inside);
  }

  /** Gives where the data of a run lie, or of all. */
  loadOf(run?: PlacedRun): LoadOptions {
    const dataDir = run?.dataDir === undefined
      ? resolve(this.options.dataDir)
      : join(PROJECT.root, run.dataDir);
    return { dataDir, cacheDir: join(PROJECT.root, "data", "cache") };
  }

  /**
   * Finds out what the runs are trained on here, fetching what is missing.
   *
   * @param load What `loadImageSet` takes besides folders
   */
  async place(load: Pick<LoadOptions, "signal" | "onProgress">): Promise<PlacedRun[]> {
    return await placeRuns(this.listed, { project: PROJECT.root, ...this.loadOf(), ...load });
  }

  /** Saves what `place` found: from then on the runs can be trained. */
  async savePlaces(placed: readonly PlacedRun[]): Promise<void> {
    await savePlaces(this.placesFile, this.listed, placed);
  }

  /**
   * Gives the runs as they were prepared.
   *
   * @throws {Error} If they were not
   */
  async prepared(): Promise<readonly PlacedRun[]> {
    const placed = await readPlaces(this.placesFile, this.listed);
    if (placed) return placed;
    throw new Error(
      `Cannot sweep: the runs must be prepared, got no "${this.placesFile}" of these runs; ` +
        "run the same command with --prepare in place of --run",
    );
  }

  /** Tells how far every run is, before it is prepared too. */
  async found(): Promise<FoundRun[]> {
    const placed = await readPlaces(this.placesFile, this.listed);
    const runs = placed ?? withoutPlaces(this.listed);
    return await Promise.all(
      runs.map(async (
        run,
      ): Promise<FoundRun> => [run, await runStatus(this.folderOf(run), run.config)]),
    );
  }

  /** Gives the numbers of the runs that are neither done nor under way. */
  async missing(): Promise<number[]> {
    const states = (await this.found()).map(([, { state }]) => state);
    return [...states.keys()].filter((i) => states[i] !== "done" && states[i] !== "running");
  }
}
