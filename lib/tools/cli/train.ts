/**
 * `deno task train`
 *
 * @module
 */
import { join } from "node:path";
import type { Command } from "commander";
import type { Config } from "@/config.ts";
import type { Mpi } from "@/engine/mpi.ts";
import type { StepRecord } from "@/train/history.ts";
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
import { asOneOfSeveral, checkRanks, firstThenOthers, RANKS_HELP, startMpi } from "./ranks.ts";
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
    .addHelpText("after", RANKS_HELP)
    .action(
      action(
        "train",
        (session, options: TrainFlags & ConfigOptions) =>
          asOneOfSeveral(session, async (launch) => {
            const config = configFrom(options);
            checkNames(config);
            checkTyped(() => checkRestarts(config, options.restarts));
            checkTyped(() => checkDevices(config, options));
            if (launch) checkTyped(() => checkRanks(launch, config, options));
            await prepare(session, undefined, options.devices);
            const usable = await usableConfig(session, config);
            return await run(session, usable, options, launch && startMpi(launch));
          }),
      ),
    );
}

async function run(
  session: Session,
  config: Config,
  { dataDir, out, restarts, devices, resume, eager }: TrainFlags,
  mpi?: Mpi,
): Promise<Outcome> {
  const [
    { loadRunData, tellLeftOut },
    { readRestarts, trainRestarts },
    { trainInRanks },
    { replicasOf },
    { readHistory },
  ] = await Promise.all([
    import("@/train/run_data.ts"),
    import("@/train/restarts.ts"),
    import("@/train/rank_training.ts"),
    import("@/train/place/shares.ts"),
    import("@/train/history.ts"),
  ]);
  const { signal } = session;
  const data = await firstThenOthers(mpi, () =>
    loadRunData(config, {
      ...{ dataDir, signal, onProgress: showLoading(session) },
      ...(mpi && { replicas: replicasOf(mpi, config.replicas) }),
    }));
  if (data.leftOut.length > 0) session.say(`train: ${tellLeftOut(data.leftOut)}`);
  const where = mpi ? `, in ${mpi.size} processes (${mpi.version})` : "";
  session.say(`train: ${config.data} for ${config.steps} steps into ${out}${where}`);
  let show = showSteps(session, config.steps);
  const options = {
    ...data,
    out,
    resume: resume ?? false,
    eager: eager ?? false,
    signal,
    onNotice: (notice: string) => session.say(`train: ${notice}`),
    onStep: (record: StepRecord) => show(record),
  };
  const { step, isStopped } = mpi
    ? await trainInRanks(mpi, config, options)
    : await trainRestarts(config, {
      ...options,
      restarts,
      place: placeOf(config, devices),
      onLeg({ restart, until }) {
        session.say(`train: restart ${restart}, up to step ${until}`);
        show = showSteps(session, until);
      },
    });
  mpi?.finish();
  if (!isStopped) {
    if (mpi && mpi.rank > 0) return {};
    const all = await readRestarts(out);
    if (restarts > 1 && all) sayRestarts(session, all);
    sayRealism(session, config, await readHistory(join(out, "history.jsonl")));
    return {};
  }
  session.say(`train: stopped after step ${step} and saved; use --resume to continue`);
  return { exitCode: INTERRUPTED };
}
