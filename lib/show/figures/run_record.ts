/**
 * The record saved beside a figure.
 *
 * @module
 */
import { describeMachine } from "@/engine/machine.ts";
import type { FigureRecord } from "@/show/plot/figure_file.ts";
import { provenanceOf, type Run } from "@/train/run.ts";

/** What the code cannot find out about a figure by itself. */
export interface Made {
  /** The values that the figure depends on. */
  readonly config: Readonly<Record<string, unknown>> & { readonly seed: number };
  /** When work on it began, by `performance.now()`. */
  readonly since: number;
  /** Measurements by name, with the unit in the name. */
  readonly metrics: Readonly<Record<string, number>>;
}

/** Describes a figure made here and now. */
export function recordOf({ config, since, metrics }: Made): FigureRecord {
  return {
    config,
    seed: config.seed,
    commit: currentCommit(),
    minutes: inMinutes(performance.now() - since),
    machine: describeMachine(),
    metrics,
  };
}

/**
 * Describes a figure of a run: its minutes and machine are those of the training.
 *
 * @param run The run that it shows
 * @param metrics Measurements by name
 */
export function recordOfRun(run: Run, metrics: Readonly<Record<string, number>>): FigureRecord {
  return recordOfRuns([run], metrics);
}

/**
 * Describes a figure of several runs: config, machine and steps are those of the first run, minutes
 * those of all trainings together, restarts that were not kept included.
 *
 * @param runs The runs that it shows, at least one
 * @param metrics Measurements by name
 */
export function recordOfRuns(
  runs: readonly Run[],
  metrics: Readonly<Record<string, number>>,
): FigureRecord {
  const { config, history, machine } = runs[0]!;
  const trained = runs.map(({ history, restarts }) =>
    restarts ? 1000 * restarts.seconds : history.reduce((sum, { ms }) => sum + ms, 0)
  );
  return {
    config,
    seed: config.seed,
    commit: currentCommit(),
    minutes: inMinutes(trained.reduce((sum, ms) => sum + ms, 0)),
    machine,
    data: provenanceOf(runs[0]!),
    metrics: { steps: history.length, ...metrics },
  };
}

/** Gives the checked-out commit, or says that there is none. */
export function currentCommit(): string {
  try {
    const { success, stdout } = new Deno.Command("git", { args: ["rev-parse", "HEAD"] })
      .outputSync();
    return success ? new TextDecoder().decode(stdout).trim() : "not a git checkout";
  } catch {
    return "unknown (git is not installed)";
  }
}

function inMinutes(milliseconds: number): number {
  return Math.round(milliseconds / 600) / 100;
}
