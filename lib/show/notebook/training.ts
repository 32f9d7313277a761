/**
 * Training inside a notebook: live loss curves, and a stop button that loses nothing.
 *
 * @module
 */
import { join } from "node:path";
import type { Config } from "@/config.ts";
import { stopButton } from "@/engine/stop_button.ts";
import { lossCurves } from "@/show/plot/curves.ts";
import { escapeXml } from "@/show/plot/svg.ts";
import { doubtsOf } from "@/train/doubts.ts";
import { lastGapOf, readHistory, type StepRecord } from "@/train/history.ts";
import { openRun, provenanceOf, type Run, runFolder, type RunOptions } from "@/train/run.ts";
import type { Leg } from "@/train/restarts.ts";
import { listenToStop } from "./interrupt.ts";
import { type LiveDisplay, liveDisplay } from "./live.ts";

/** Where runs and data are. */
export type WatchOptions = Omit<RunOptions, "signal" | "onStep" | "onLeg">;

/**
 * Opens a run as `openRun` does, draws its loss curves live while it trains, and names its training
 * data. Where the method has one, the realism gap stands below the curves, with what it gives reason to
 * doubt. JupyterLab's stop button finishes the step and saves; rerun the cell to resume.
 *
 * @param config What to train
 * @param options Where runs and data are
 * @throws {DOMException} `AbortError`, if training was stopped
 */
export async function watchRun(config: Config, options: WatchOptions): Promise<Run> {
  const live = await liveDisplay();
  try {
    const run = await watch(live, "", config, options);
    const html = lossCurves(run.history).html + restartsOf(run) + realismOf(run.history) +
      doubtOf(run) + noticeOf(run) +
      paragraph(`Images: ${provenanceOf(run)}.`);
    live.update({ html }, { alt: `Loss curves of ${run.history.length} steps` });
    return run;
  } finally {
    await live.finish();
  }
}

/**
 * Opens several runs in turn in one place, as `watchRun` opens one, then lists them. Runs on the
 * same images share them in memory.
 *
 * @param configs What to train; runs are labelled by the fields in which they differ
 * @param options Where runs and data are
 * @returns The runs, in the order of the configs
 * @throws {DOMException} `AbortError`, if training was stopped
 */
export async function watchRuns(
  configs: readonly Config[],
  options: WatchOptions,
): Promise<Run[]> {
  const load = { loaded: new Map(), ...options.load };
  const live = await liveDisplay();
  try {
    const runs: Run[] = [];
    for (const [i, config] of configs.entries()) {
      const title = `Run ${i + 1} of ${configs.length}: ${describe(config, configs)}`;
      runs.push(await watch(live, paragraph(title), config, { ...options, load }));
    }
    live.update({ html: tableOf(runs, configs) }, { alt: `${runs.length} runs` });
    return runs;
  } finally {
    await live.finish();
  }
}

/** Opens a run; draws its curves below a heading while it trains. */
async function watch(
  live: LiveDisplay,
  heading: string,
  config: Config,
  options: WatchOptions,
): Promise<Run> {
  const historyIn = (folder: string) => readHistory(join(folder, "history.jsonl"));
  let history = await historyIn(await runFolder(options.runs, config, options.restarts));
  let title = heading;
  const chart = () => ({ html: title + lossCurves(history).html + realismOf(history) });
  const onLeg = async ({ restart, until, folder }: Leg) => {
    title = heading + paragraph(`Restart ${restart}, up to step ${until}`);
    history = await historyIn(folder);
  };
  const onStep = (record: StepRecord) => {
    // An interrupted run resumes from its checkpoint, which may be some steps back.
    while (history.length >= record.step) history.pop();
    history.push(record);
    live.update(chart);
  };
  listenToStop();
  return await stopButton.run((signal) => openRun(config, { ...options, signal, onStep, onLeg }));
}

/** Labels a config by the fields in which it differs from others. */
function describe(config: Config, others: readonly Config[]): string {
  const fields = (Object.keys(config) as (keyof Config)[])
    .filter((field) => others.some((other) => other[field] !== config[field]));
  return fields.map((field) => `${field} ${config[field]}`).join(", ");
}

/** Lists runs, with their training data below. */
function tableOf(runs: readonly Run[], configs: readonly Config[]): string {
  const hasGaps = runs.some(({ history }) => lastGapOf(history) !== undefined);
  const rows = runs.map((run, i) => {
    const { history, machine } = run;
    const image = history.at(-1)?.image?.toFixed(1) ?? "";
    const gaps = hasGaps ? [gapCell(run)] : [];
    const cells = [describe(configs[i]!, configs), String(history.length), image, ...gaps, machine];
    return `<tr>${cells.map((cell) => `<td>${escapeXml(cell)}</td>`).join("")}</tr>`;
  });
  const provenances = [...new Set(runs.map(provenanceOf))];
  return `<table><tr><th>run</th><th>steps</th><th>last image loss</th>` +
    `${hasGaps ? "<th>realism gap</th>" : ""}<th>machine</th></tr>` +
    `${rows.join("")}</table>${runs.map(noticeOf).join("")}${
      paragraph(`Images: ${provenances.join(". ")}.`)
    }`;
}

function gapCell({ config, history }: Run): string {
  const isInDoubt = doubtsOf(config, history).length > 0;
  return (lastGapOf(history)?.toFixed(2) ?? "") + (isInDoubt ? " (in doubt)" : "");
}

/** The realism gap of a run; nothing where there is none. */
function realismOf(history: readonly StepRecord[]): string {
  const gap = lastGapOf(history);
  if (gap === undefined) return "";
  const value = gap.toFixed(2);
  return paragraph(`Realism gap ${value}; at 0 views of unseen shapes look as real as images.`);
}

/** What a finished run gives reason to doubt: while it trains, this says little. */
function doubtOf({ config, history }: Pick<Run, "config" | "history">): string {
  const doubts = doubtsOf(config, history).join("; ");
  return doubts ? `<p><b>In doubt: ${escapeXml(doubts)}; try several restarts.</b></p>` : "";
}

/** What is to be known of the checkpoint of a run, if anything. */
function noticeOf({ notice }: Run): string {
  return notice === undefined ? "" : `<p><b>Note: ${escapeXml(notice)}.</b></p>`;
}

/** What the restarts of a run took, where there are several. */
function restartsOf({ config, restarts }: Run): string {
  if (!restarts) return "";
  const [count, seconds] = [restarts.restarts.length, Math.round(restarts.seconds)];
  return paragraph(`Restart ${config.restart}, the best of ${count}; all took ${seconds} s.`);
}

const paragraph = (text: string) => `<p>${escapeXml(text)}</p>`;
