/**
 * `deno task reproduce`
 *
 * @module
 */
import { basename, join, resolve } from "node:path";
import type { Command } from "commander";
import type { Config, Preset } from "@/config.ts";
import { PRESETS } from "@/method/registry.ts";
import { executeNotebook } from "@/tools/runner/execute_notebook.ts";
import { PROJECT } from "@/tools/setup/layout.ts";
import { dataDirOption, parseCount, presetOption } from "./config_options.ts";
import { prepare } from "./prepare.ts";
import { action, Misuse, type Session } from "./session.ts";
import { showLoading, showSteps } from "./training_progress.ts";

/**
 * The mixture of all four sets in a quick reproduction: embedded stand-ins replace CelebA, which
 * needs a browser, and ModelNet40, which is 2 GB. `SHAPES_MIXTURE` overrides it.
 */
const QUICK_MIXTURE = "mnist:1,fashion-mnist:1,embedded-faces+embedded-solids:2";

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
      await prepare(session);
      await reproduce(session, notebooks, options);
    }));
}

async function reproduce(session: Session, notebooks: string[], options: ReproduceFlags) {
  const { preset, dataDir, steps } = options;
  const { availableData } = await import("@/data/fallback.ts");
  const load = { dataDir, signal: session.signal, onProgress: showLoading(session) };
  const { seed, imageSize } = PRESETS[preset]; // as the run does, so that nothing is converted twice
  const { data, notice } = await availableData(PRESETS[preset].data, { ...load, seed, imageSize });
  if (notice !== undefined) session.say(`\n*** ${notice}\n`);
  const config = { ...PRESETS[preset], data, ...(steps && { steps }) };
  if (await needRun(notebooks)) await trainMissing(session, config, dataDir);
  for (const path of notebooks) {
    const name = path.slice(PROJECT.root.length + 1);
    await executeNotebook(path, {
      env: {
        SHAPES_PRESET: preset,
        SHAPES_DATA: data,
        SHAPES_DATA_DIR: resolve(dataDir),
        ...(preset === "quick" && {
          SHAPES_MIXTURE: Deno.env.get("SHAPES_MIXTURE") ?? QUICK_MIXTURE,
        }),
        ...(steps && { SHAPES_STEPS: String(steps) }),
        ...(notice !== undefined && { SHAPES_NOTICE: notice }),
      },
      signal: session.signal,
      onCell: ({ cell, of }) => session.progress(name, cell, of, "cells"),
    });
    session.say(`reproduce: executed ${name}`);
  }
  if (notice !== undefined) session.say(`\n*** ${notice}\n`);
}

/**
 * Drops the notebooks tagged `long`: they train their own runs, which takes minutes each even with
 * the preset `quick`.
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

/** Whether any cell of a notebook is tagged `long`. */
export function isTaggedLong(
  { cells }: { readonly cells: readonly { metadata: { tags?: readonly string[] } }[] },
): boolean {
  return cells.some(({ metadata }) => metadata.tags?.includes("long"));
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
    runs: join(PROJECT.root, "data", "runs"),
    load: { dataDir },
    signal: session.signal,
    onStep: showSteps(session, config.steps),
  });
  session.say(`reproduce: trained to step ${config.steps} in ${folder}`);
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
