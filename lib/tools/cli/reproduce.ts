/**
 * `deno task reproduce`
 *
 * @module
 */
import { basename, join, resolve } from "node:path";
import type { Command } from "commander";
import type { Config, Preset } from "@/config.ts";
import { configsOf } from "@/method/runs.ts";
import { executeNotebook } from "@/tools/runner/execute_notebook.ts";
import { PROJECT } from "@/tools/setup/layout.ts";
import { dataDirOption, parseCount, presetOption } from "./config_options.ts";
import { prepare } from "./prepare.ts";
import { action, inWords, Misuse, type Session } from "./session.ts";
import { showLoading, showSteps } from "./training_progress.ts";

/** Tags cells, and by their parameters whole notebooks, that a quick reproduction leaves out. */
const LONG = "long";

/** Where runs lie. */
const RUNS = join(PROJECT.root, "data", "runs");

interface ReproduceFlags {
  readonly preset: Preset;
  readonly only?: string;
  readonly steps?: number;
  readonly dataDir: string;
}

/** Adds `deno task reproduce` to the program. */
export function addReproduce(program: Command): void {
  program.command("reproduce")
    .description("set everything up, train, run the notebooks and redraw every figure")
    .addOption(presetOption("quick"))
    .option("--only <number>", "run one notebook, e.g. 03")
    .option("--steps <count>", "train up to this step, resuming an existing run", parseCount)
    .addOption(dataDirOption())
    .action(action("reproduce", async (session, options: ReproduceFlags) => {
      const found = await findNotebooks(options.only);
      const isChosen = options.only !== undefined || options.preset !== "quick";
      const notebooks = isChosen ? found : await withoutLong(session, found);
      await timed(session, async () => {
        await prepare(session);
        return "set everything up";
      });
      await reproduce(session, notebooks, options);
    }));
}

async function reproduce(session: Session, notebooks: string[], options: ReproduceFlags) {
  const { preset, dataDir, steps, only } = options;
  const { availableData } = await import("@/data/fallback.ts");
  const isQuick = preset === "quick";
  const [wanted] = configsOf("training", preset, steps ? { steps } : {}) as [Config];
  const { seed, imageSize } = wanted; // as the run does, so that nothing is converted twice
  const load = { dataDir, signal: session.signal, onProgress: showLoading(session) };
  const { data, notice } = await availableData(wanted.data, { ...load, seed, imageSize });
  if (notice !== undefined) session.say(`\n*** ${notice}\n`);
  const config = { ...wanted, data };
  if (await needRun(notebooks)) {
    if (isQuick) await sayPlan(session, config, { dataDir, notebooks });
    await timed(session, () => trainMissing(session, config, dataDir));
  }
  for (const path of notebooks) {
    const name = path.slice(PROJECT.root.length + 1);
    await timed(session, async () => {
      await executeNotebook(path, {
        env: {
          SHAPES_PRESET: preset,
          SHAPES_DATA: data,
          SHAPES_DATA_DIR: resolve(dataDir),
          ...(steps && { SHAPES_STEPS: String(steps) }),
          ...(notice !== undefined && { SHAPES_NOTICE: notice }),
        },
        ...(isQuick && only === undefined && { skipTag: LONG }),
        signal: session.signal,
        onCell: ({ cell, of }) => session.progress(name, cell, of, "cells"),
      });
      return `executed ${name}`;
    });
  }
  if (notice !== undefined) session.say(`\n*** ${notice}\n`);
}

/** Runs one part, and says in one line what it did and how long it took. */
async function timed({ say }: Session, part: () => Promise<string>): Promise<void> {
  const started = performance.now();
  const done = await part();
  say(`reproduce: ${done} in ${inWords(performance.now() - started)}`);
}

/** Says what is to be done and how long it takes here. */
async function sayPlan(
  session: Session,
  config: Config,
  { dataDir, notebooks }: { readonly dataDir: string; readonly notebooks: readonly string[] },
): Promise<void> {
  const [
    { loadRunData },
    { runFolder },
    { loadNewestCheckpoint },
    { measureStep, planInLines, planOf },
  ] = await Promise.all([
    import("@/train/run_data.ts"),
    import("@/train/run.ts"),
    import("@/train/checkpoint.ts"),
    import("./plan.ts"),
  ]);
  const { batches } = await loadRunData(config, { dataDir, signal: session.signal });
  const folder = await runFolder(RUNS, config);
  const { step = 0 } = await loadNewestCheckpoint(join(folder, "checkpoints")) ?? {};
  session.progress("Try the step");
  const stepSeconds = measureStep(config, batches);
  const missingSteps = Math.max(0, config.steps - step);
  for (const line of planInLines(planOf({ stepSeconds, missingSteps, notebooks }))) {
    session.say(line);
  }
}

/**
 * Drops the notebooks whose parameters are tagged `long`: they train runs of their own, which takes minutes
 * each even with the preset `quick`.
 */
async function withoutLong(session: Session, notebooks: string[]): Promise<string[]> {
  const texts = await Promise.all(notebooks.map((path) => Deno.readTextFile(path)));
  const isLong = texts.map((text) => isTaggedLong(JSON.parse(text)));
  const left = notebooks.filter((_, i) => isLong[i]).map((path) => basename(path));
  if (left.length > 0) {
    session.say(`reproduce: skipping ${left.join(", ")}; use --only or --preset paper to run them`);
  }
  return notebooks.filter((_, i) => !isLong[i]);
}

/** Whether a notebook's cell of parameters is tagged `long`. */
export function isTaggedLong(
  { cells }: { readonly cells: readonly { metadata: { tags?: readonly string[] } }[] },
): boolean {
  return cells.some(({ metadata: { tags = [] } }) =>
    tags.includes("parameters") && tags.includes(LONG)
  );
}

/** Whether any of the notebooks shows a trained run. */
async function needRun(notebooks: string[]): Promise<boolean> {
  const texts = await Promise.all(notebooks.map((path) => Deno.readTextFile(path)));
  return texts.some((text) => text.includes("watchRun("));
}

/** Trains here rather than in a notebook, so that the terminal shows progress. */
async function trainMissing(session: Session, config: Config, dataDir: string) {
  const { openRun } = await import("@/train/run.ts");
  const { folder } = await openRun(config, {
    runs: RUNS,
    load: { dataDir },
    signal: session.signal,
    onStep: showSteps(session, config.steps),
  });
  return `trained to step ${config.steps}, ${folder},`;
}

/** Lists the notebooks in order; `only` selects one by the number in its name. */
async function findNotebooks(only: string | undefined): Promise<string[]> {
  const folder = join(PROJECT.root, "notebooks");
  const names = (await Array.fromAsync(Deno.readDir(folder), ({ name }) => name))
    .filter((name) => name.endsWith(".ipynb")).sort();
  const chosen = names.filter((name) => only === undefined || name.startsWith(`${only}-`));
  if (chosen.length > 0) return chosen.map((name) => join(folder, name));
  throw new Misuse(
    `Cannot reproduce: --only must be one of ${
      names.map((name) => name.slice(0, 2)).join(", ")
    }, ` +
      `got ${only}`,
  );
}
