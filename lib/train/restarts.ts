/**
 * Restarts: a run begun several times with other first weights and draws, of which the best is kept.
 *
 * A search for poses can end in a wrong basin, from which training does not return. Runs tell early where
 * they are: so all are trained a part of the way, the better half goes on, and only one is finished
 * (successive halving).
 *
 * @module
 */
import { join } from "node:path";
import type { Config } from "@/config.ts";
import { writeAtomically } from "@/engine/files.ts";
import { checkRestarts, networkSeed } from "@/method/registry.ts";
import { checkContinues, listCheckpoints } from "./checkpoint.ts";
import { readHistory } from "./history.ts";
import { DivergenceError, lockRun, train, type TrainOptions, type TrainResult } from "./loop.ts";
import {
  BY_REALISM_GAP,
  type Criterion,
  ranked,
  type Restart,
  rungsOf,
  standingOf,
  sum,
} from "./rungs.ts";

/** All starts of a run: what `restarts.json` in its folder holds. */
export interface Restarts {
  /** What was asked for; the config of the first restart. */
  readonly config: Config;
  /** By what restarts are compared. */
  readonly criterion: string;
  /** Steps after which the better half goes on. */
  readonly rungs: readonly number[];
  /** Every start. */
  readonly restarts: readonly Restart[];
  /** The number of the one that was kept, once it is known. */
  readonly kept?: number;
  /** Seconds that all of them took. */
  readonly seconds: number;
}

/** A part of one restart that is about to be trained. */
export interface Leg {
  /** The number of the restart. */
  readonly restart: number;
  /** The folder of its run. */
  readonly folder: string;
  /** The step to which it is trained. */
  readonly until: number;
}

/** How a run is restarted. */
export interface RestartOptions extends Omit<TrainOptions, "until"> {
  /** Starts in all, >= 1; 1 trains the run alone. */
  readonly restarts: number;
  /** By what they are compared; `BY_REALISM_GAP` unless given. */
  readonly criterion?: Criterion;
  /** Called before each part of a restart, the last of the one that is kept included. */
  readonly onLeg?: (leg: Leg) => void | Promise<void>;
}

/** Reads the restarts of a run's folder; nothing if it was not restarted. */
export async function readRestarts(folder: string): Promise<Restarts | undefined> {
  try {
    return JSON.parse(await Deno.readTextFile(pathIn(folder)));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/**
 * Trains a run from several starts and keeps the best.
 *
 * Each start has a run folder `restarts/<number>` in the run's own; the one that is left moves up into the
 * run's folder and is finished there. `restarts.json` tells how all of them stood. Killed at any moment
 * and resumed, it goes on as if it had never stopped.
 *
 * @param config What to train; its `restart` is the number of the first start
 * @param options As for `train`, and how many starts
 * @throws {DivergenceError} If the losses of all starts cease to be finite
 * @throws {RangeError} If the method cannot be restarted, the folder holds a run and `resume` is not
 *   set, what it holds is of another config or of other restarts, or another process trains there
 */
export async function trainRestarts(config: Config, options: RestartOptions): Promise<TrainResult> {
  const { out, restarts: count, criterion = BY_REALISM_GAP } = options;
  checkRestarts(config, count);
  const stored = await readRestarts(out);
  if (count === 1 && (!stored || stored.kept !== undefined)) return await train(config, options);
  const asked = newRestarts(config, count, criterion);
  await checkFolder(stored, asked, options);
  using _ = await lockRun(join(out, "restarts")); // `train` locks the folders of the runs
  const ledger = new Ledger(out, await readRestarts(out) ?? asked); // as whoever had the lock left it
  await ledger.write();
  let left: readonly number[] = asked.restarts.map(({ restart }) => restart);
  for (const [rung, step] of asked.rungs.entries()) {
    for (const number of left) {
      const result = await climb(ledger, number, rung, options);
      if (result?.isStopped) return result;
    }
    left = ranked(ledger.going(left), rung, criterion)
      .slice(0, Math.ceil(count / 2 ** (rung + 1))).map(({ restart }) => restart);
    if (left.length === 0) {
      throw new DivergenceError(
        `Cannot restart: the loss of at least one of ${count} restarts must stay finite, got none at ` +
          `step ${step}; start with a smaller learning rate or another seed`,
      );
    }
  }
  const kept = left[0]!;
  await ledger.keep(kept);
  await moveUp(join(out, "restarts", String(kept)), out);
  if (ledger.find(kept).steps === config.steps) return { step: config.steps, isStopped: false };
  return await runLeg(ledger, { restart: kept, folder: out, until: config.steps }, options);
}

/** Trains a restart to a rung and notes where it stands there, unless that is done. */
async function climb(
  ledger: Ledger,
  number: number,
  rung: number,
  options: RestartOptions,
): Promise<TrainResult | undefined> {
  const { standings, steps, diverged } = ledger.find(number);
  if (standings.length > rung || diverged !== undefined) return undefined;
  if (options.signal?.aborted) return { step: steps, isStopped: true };
  const folder = join(options.out, "restarts", String(number));
  const until = ledger.record.rungs[rung]!;
  try {
    const result = await runLeg(ledger, { restart: number, folder, until }, options);
    if (result.isStopped) return result;
  } catch (error) {
    if (!(error instanceof DivergenceError)) throw error;
    await ledger.update(number, { diverged: error.message });
    return undefined;
  }
  const standing = standingOf(await readHistory(join(folder, "history.jsonl")));
  await ledger.update(number, { standings: [...standings, standing] });
  return undefined;
}

/** Trains a part of a restart and notes what it took. */
async function runLeg(ledger: Ledger, leg: Leg, options: RestartOptions): Promise<TrainResult> {
  const { restart, folder, until } = leg;
  const { seconds } = ledger.find(restart);
  await options.onLeg?.(leg);
  const since = performance.now();
  try {
    const config = { ...ledger.record.config, restart };
    return await train(config, { ...options, out: folder, until, resume: true });
  } finally {
    const history = await readHistory(join(folder, "history.jsonl"));
    // What a kill interrupted is not counted, but for the steps in the history.
    const counted = sum(history.map(({ ms }) => ms)) / 1000;
    const spent = Math.max(seconds + (performance.now() - since) / 1000, counted);
    await ledger.update(restart, { steps: history.length, seconds: Math.round(10 * spent) / 10 });
  }
}

/** `restarts.json` as it changes. */
class Ledger {
  constructor(readonly folder: string, public record: Restarts) {}

  find(number: number): Restart {
    return this.record.restarts.find(({ restart }) => restart === number)!;
  }

  /** Gives those that have not diverged. */
  going(numbers: readonly number[]): Restart[] {
    return numbers.map((number) => this.find(number))
      .filter(({ diverged }) => diverged === undefined);
  }

  async update(number: number, changes: Partial<Restart>): Promise<void> {
    const restarts = this.record.restarts
      .map((each) => each.restart === number ? { ...each, ...changes } : each);
    const seconds = Math.round(10 * sum(restarts.map(({ seconds }) => seconds))) / 10;
    this.record = { ...this.record, restarts, seconds };
    await this.write();
  }

  async keep(kept: number): Promise<void> {
    this.record = { ...this.record, kept };
    await this.write();
  }

  async write(): Promise<void> {
    await writeAtomically(pathIn(this.folder), JSON.stringify(this.record, null, 2) + "\n");
  }
}

function newRestarts(config: Config, count: number, { name }: Criterion): Restarts {
  const restarts = Array.from({ length: count }, (_, i) => {
    const restart = config.restart + i;
    const seed = networkSeed({ ...config, restart });
    return { restart, seed, steps: 0, seconds: 0, standings: [] };
  });
  const rungs = rungsOf(config.steps, count);
  return { config, criterion: name, rungs, restarts, seconds: 0 };
}

/** Refuses to write over a run, and to go on with other restarts than those that a folder holds. */
async function checkFolder(
  stored: Restarts | undefined,
  asked: Restarts,
  { out, resume = false }: RestartOptions,
): Promise<void> {
  if (!stored) {
    if ((await listCheckpoints(join(out, "checkpoints"))).length === 0) return;
    throw new RangeError(
      `Cannot restart: the folder must be empty or hold restarts, got "${out}" with a run of its own; ` +
        `choose another folder`,
    );
  }
  if (!resume) {
    throw new RangeError(
      `Cannot restart: the folder of a new run must be empty, got "${out}" with restarts; ` +
        `resume them, or choose another folder`,
    );
  }
  checkContinues(stored.config, asked.config);
  const [wanted, got] = [stored, asked].map(({ restarts, criterion, rungs }) =>
    `${restarts.length} by ${criterion} at steps ${rungs.join(", ") || "none"}`
  );
  if (wanted !== got) {
    throw new RangeError(
      `Cannot resume: restarts must be those of the folder, ${wanted}, got ${got}; ` +
        `use those values, or another folder`,
    );
  }
}

/** Moves what a folder holds into another, also what a kill left of it to be moved. */
async function moveUp(from: string, to: string): Promise<void> {
  try {
    for (const { name, isDirectory } of await Array.fromAsync(Deno.readDir(from))) {
      const target = join(to, name);
      // Frames of a run that was killed before its first checkpoint would be in the way.
      if (isDirectory) await Deno.remove(target, { recursive: true }).catch(ignoreMissing);
      await Deno.rename(join(from, name), target);
    }
    await Deno.remove(from);
  } catch (error) {
    ignoreMissing(error);
  }
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}

const pathIn = (folder: string) => join(folder, "restarts.json");
