/**
 * Progress of loading and training in the terminal.
 *
 * @module
 */
import type { LoadOptions } from "@/data/sources.ts";
import type { StepRecord } from "@/train/history.ts";
import type { Session } from "./session.ts";

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
    const { step: _step, ...rest } = record;
    const means = Object.keys(rest).map((name) => {
      const mean = window.reduce((sum, each) => sum + each[name]!, 0) / window.length;
      return `${name} ${mean.toFixed(2)}`;
    });
    session.say(`step ${record.step}: ${means.join("  ")}`);
    window = [];
  };
}
