/**
 * Progress of loading and training in the terminal.
 *
 * @module
 */
import type { LoadOptions } from "@/data/sources.ts";
import type { Config } from "@/config.ts";
import { doubtsOf } from "@/train/doubts.ts";
import { lastGapOf, type StepRecord } from "@/train/history.ts";
import type { Restarts } from "@/train/restarts.ts";
import { inWords, type Session } from "./session.ts";

/** Steps averaged for one line. */
const WINDOW = 100;

/** Shows the progress of loading data. */
export function showLoading(session: Session): NonNullable<LoadOptions["onProgress"]> {
  return ({ task, done, total, unit }) => session.progress(task, done, total, unit);
}

/** Shows every step in the bar, and prints the mean losses of every hundred. */
export function showSteps(session: Session, steps: number): (record: StepRecord) => void {
  let window: StepRecord[] = [];
  return (record) => {
    session.progress("train", record.step, steps, "steps");
    window.push(record);
    if (window.length < WINDOW && record.step < steps) return;
    const { step: _step, realismGap: gap, ...rest } = record; // the gap is that of one step
    const means = Object.keys(rest).map((name) => {
      const mean = window.reduce((sum, each) => sum + each[name]!, 0) / window.length;
      return `${name} ${mean.toFixed(2)}`;
    });
    if (gap !== undefined) means.push(`realismGap ${gap.toFixed(2)}`);
    session.say(`step ${record.step}: ${means.join("  ")}`);
    window = [];
  };
}

/** Says how restarts stood at each rung, which was kept, and what all of them took. */
export function sayRestarts({ say }: Session, { rungs, restarts, kept, seconds }: Restarts): void {
  for (const [rung, step] of rungs.entries()) {
    const gaps = restarts.filter(({ standings }) => standings.length > rung)
      .map(({ restart, standings }) => `${restart}: ${standings[rung]!.realismGap.toFixed(2)}`);
    say(`train: realism gaps of restarts at step ${step}: ${gaps.join(", ")}`);
  }
  say(
    `train: kept restart ${kept}; all ${restarts.length} restarts took ${inWords(1000 * seconds)}`,
  );
}

/** Says how real a finished run's shapes look, and what there is to doubt. */
export function sayRealism(
  { say }: Session,
  config: Config,
  history: readonly StepRecord[],
): void {
  const gap = lastGapOf(history);
  if (gap === undefined) return;
  say(`train: realism gap ${gap.toFixed(2)}; at 0 views of unseen shapes look as real as images`);
  const doubts = doubtsOf(config, history);
  if (doubts.length === 0) return;
  say(`\n*** IN DOUBT: ${doubts.join("; ")}. Shapes and poses are probably wrong.`);
  say("Train several starts with --restarts 4; if all are in doubt, other images are needed.\n");
}
