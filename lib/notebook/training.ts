/**
 * Training inside a notebook: loss curves that grow, and a stop button that loses nothing.
 *
 * @module
 */
import { join } from "node:path";
import { lossCurves } from "@/plot/curves.ts";
import { readHistory, type StepRecord } from "@/train/history.ts";
import { openRun, type Run, runFolder, type RunOptions } from "@/train/run.ts";
import type { Config } from "@/config.ts";
import { stopSignal } from "./interrupt.ts";
import { liveDisplay } from "./live.ts";

/**
 * Opens a run as `openRun` does, with its loss curves drawn live while anything is missing. The stop
 * button of JupyterLab finishes the step and saves; running the cell again goes on from there.
 *
 * @param config What to train
 * @param options Where runs and data are
 * @throws {DOMException} `AbortError`, if training was stopped
 */
export async function watchRun(
  config: Config,
  options: Omit<RunOptions, "signal" | "onStep">,
): Promise<Run> {
  const live = await liveDisplay();
  const history = await readHistory(join(runFolder(options.runs, config), "history.jsonl"));
  const chart = () => ({ html: lossCurves(history).html });
  const onStep = (record: StepRecord) => {
    // An interrupted run goes on from its checkpoint, which may be some steps back.
    while (history.length >= record.step) history.pop();
    history.push(record);
    live.update(chart);
  };
  try {
    const run = await openRun(config, { ...options, signal: stopSignal(), onStep });
    live.update({ html: lossCurves(run.history).html }, {
      alt: `Loss curves of ${run.history.length} steps`,
    });
    return run;
  } finally {
    await live.finish();
  }
}
