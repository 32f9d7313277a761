/**
 * `deno task train`
 *
 * @module
 */
import { join } from "node:path";
import type { Command } from "commander";
import type { Config } from "@/config.ts";
import {
  addConfigOptions,
  checkDevices,
  checkNames,
  configFrom,
  type ConfigOptions,
  dataDirOption,
  devicesOption,
  parseCount,
  placeOf,
  usableConfig,
} from "./config_options.ts";
import { prepare } from "./prepare.ts";
import { checkRestarts } from "@/method/registry.ts";
import { action, checkTyped, INTERRUPTED, type Outcome, type Session } from "./session.ts";
import { sayRealism, sayRestarts, showLoading, showSteps } from "./training_progress.ts";

interface TrainFlags {
  readonly dataDir: string;
  readonly out: string;
  readonly restarts: number;
  readonly devices: number;
  readonly resume?: boolean;
  readonly eager?: boolean;
}

/** Adds `deno task train` to the program. */
export function addTrain(program: Command): void {
  addConfigOptions(program.command("train").description("train a model"))
    .addOption(dataDirOption())
    .requiredOption("--out <folder>", "where config, history, checkpoints and frames go")
    .option(
      "--restarts <count>",
      "train several starts, halve them by the realism gap at 40, 60, ... % of the steps and keep the " +
        "best (searched only); 4 take 2.4 times as long as one, 8 take 4.5 times as long",
      parseCount,
      1,
    )
    .addOption(devicesOption())
    .option("--resume", "resume from the folder's newest checkpoint")
    .option("--eager", "run every operation eagerly, for debugging")
    .action(action("train", async (session, options: TrainFlags & ConfigOptions) => {
      const config = configFrom(options);
      checkNames(config);
      checkTyped(() => checkRestarts(config, options.restarts));
      checkTyped(() => checkDevices(config, options));
      await prepare(session, undefined, options.devices);
      return await run(session, await usableConfig(session, config), options);
    }));
}

async function run(
  session: Session,
  config: Config,
  { dataDir, out, restarts, devices, resume, eager }: TrainFlags,
): Promise<Outcome> {
  const [{ loadRunData, tellLeftOut }, { readRestarts, trainRestarts }, { readHistory }] =
    await Promise.all([
      import("@/train/run_data.ts"),
      import("@/train/restarts.ts"),
      import("@/train/history.ts"),
    ]);
  const { signal } = session;
  const place = placeOf(config, devices);
  const data = await loadRunData(config, { dataDir, signal, onProgress: showLoading(session) });
  if (data.leftOut.length > 0) session.say(`train: ${tellLeftOut(data.leftOut)}`);
  session.say(`train: ${config.data} for ${config.steps} steps into ${out}`);
  let show = showSteps(session, config.steps);
  const { step, isStopped } = await trainRestarts(config, {
    ...data,
    out,
    restarts,
    place,
    resume: resume ?? false,
    eager: eager ?? false,
    signal,
    onNotice: (notice) => session.say(`train: ${notice}`),
    onStep: (record) => show(record),
    onLeg({ restart, until }) {
      session.say(`train: restart ${restart}, up to step ${until}`);
      show = showSteps(session, until);
    },
  });
  if (!isStopped) {
    const all = await readRestarts(out);
    if (restarts > 1 && all) sayRestarts(session, all);
    sayRealism(session, config, await readHistory(join(out, "history.jsonl")));
    return {};
  }
  session.say(`train: stopped after step ${step} and saved; use --resume to continue`);
  return { exitCode: INTERRUPTED };
}
