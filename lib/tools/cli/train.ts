/**
 * `deno task train`
 *
 * @module
 */
import type { Command } from "commander";
import type { Config } from "@/config.ts";
import {
  addConfigOptions,
  checkNames,
  configFrom,
  type ConfigOptions,
  dataDirOption,
  usableConfig,
} from "./config_options.ts";
import { prepare } from "./prepare.ts";
import { action, INTERRUPTED, type Outcome, type Session } from "./session.ts";
import { showLoading, showSteps } from "./training_progress.ts";

interface TrainFlags {
  readonly dataDir: string;
  readonly out: string;
  readonly resume?: boolean;
  readonly eager?: boolean;
}

/** Adds `deno task train` to the program. */
export function addTrain(program: Command): void {
  addConfigOptions(program.command("train").description("train a model"))
    .addOption(dataDirOption())
    .requiredOption("--out <folder>", "where config, history, checkpoints and frames go")
    .option("--resume", "resume from the folder's newest checkpoint")
    .option("--eager", "run every operation eagerly, for debugging")
    .action(action("train", async (session, options: TrainFlags & ConfigOptions) => {
      const config = configFrom(options);
      checkNames(config);
      await prepare(session);
      return await run(session, await usableConfig(session, config), options);
    }));
}

async function run(
  session: Session,
  config: Config,
  { dataDir, out, resume, eager }: TrainFlags,
): Promise<Outcome> {
  const [{ loadRunData }, { train }] = await Promise.all([
    import("@/train/run_data.ts"),
    import("@/train/loop.ts"),
  ]);
  const { signal } = session;
  const data = await loadRunData(config, { dataDir, signal, onProgress: showLoading(session) });
  session.say(`train: ${config.data} for ${config.steps} steps into ${out}`);
  const { step, isStopped } = await train(config, {
    ...data,
    out,
    resume: resume ?? false,
    eager: eager ?? false,
    signal,
    onStep: showSteps(session, config.steps),
  });
  if (!isStopped) return {};
  session.say(`train: stopped after step ${step} and saved; use --resume to continue`);
  return { exitCode: INTERRUPTED };
}
