/**
 * Progress of long tasks: a bar in a terminal, otherwise one line when a task begins.
 *
 * @module
 */
// @ts-types="@types/cli-progress"
import cliProgress from "cli-progress";

/** Shows one task at a time. */
export interface ProgressLine {
  /**
   * Shows that a task has begun or, with `done` and `total`, its progress.
   *
   * @param unit Unit of the counts; bytes are shown as megabytes
   */
  readonly show: (task: string, done?: number, total?: number, unit?: string) => void;
  /** Ends the task's line, so that other output can follow. */
  readonly end: () => void;
}

/** Creates a progress line on standard error; standard output is for results. */
export function createProgressLine(
  isTerminal: boolean = Deno.stderr.isTerminal(),
  write: (line: string) => void = (line) => console.error(line),
): ProgressLine {
  let current: string | undefined;
  let announced: string | undefined; // without a bar, each task is named once
  let bar: cliProgress.SingleBar | undefined;
  const end = () => {
    bar?.stop();
    bar = undefined;
    current = undefined;
  };
  const show: ProgressLine["show"] = (task, done = 0, total, unit = "bytes") => {
    const scale = unit === "bytes" ? 1e-6 : 1;
    if (task !== current) {
      end();
      current = task;
      if ((!isTerminal || total === undefined) && task !== announced) write(`${task} ...`);
      announced = task;
    }
    if (!isTerminal || total === undefined) return;
    bar ??= startBar(task, total * scale, unit === "bytes" ? "MB" : unit);
    bar.update(Math.floor(done * scale));
  };
  return { show, end };
}

function startBar(task: string, total: number, unit: string): cliProgress.SingleBar {
  const format = `${task} {bar} {value}/{total} ${unit}, {eta_formatted} left`;
  const bar = new cliProgress.SingleBar(
    { format, hideCursor: true, stopOnComplete: false },
    cliProgress.Presets.shades_classic,
  );
  bar.start(Math.ceil(total), 0);
  return bar;
}
