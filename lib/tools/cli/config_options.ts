/**
 * The options that describe a run, shared by the commands that train.
 *
 * @module
 */
import { type Command, InvalidArgumentError, Option } from "commander";
import {
  AUTHOR_STEPS,
  BETAS,
  checkConfig,
  type Config,
  configWith,
  type Preset,
  PRESETS,
} from "@/config.ts";
import type { Processor } from "@/engine/machine.ts";
import { checkTyped, type Session } from "./session.ts";

/** What commander gives: a preset, and the value of each flag that was typed. */
export type ConfigOptions = { readonly preset: Preset } & Readonly<Record<string, unknown>>;

/** Names a flag for each field of a config that a user may want to change. */
const FIELDS: readonly [field: keyof Config, flags: string, description: string][] = [
  ["data", "--data <mixture>", "data sets and their shares, such as mnist:1,fashion-mnist:1"],
  ["objective", "--objective <name>", Object.keys(BETAS).join(", ")],
  ["beta", "--beta <weight>", "weight of the objective's latent term, if not its own"],
  ["pose", "--pose <name>", "free, constant or encoder"],
  ["elevation", "--elevation", "find an elevation beside the azimuth"],
  ["texture", "--texture", "paint a texture on the projection"],
  ["steps", "--steps <count>", `steps in all; the author's 15 epochs are ${AUTHOR_STEPS}`],
  ["batchSize", "--batch <count>", "images in one step"],
  ["imageSize", "--grid <side>", "side of the images and the voxel grid"],
  ["filters", "--filters <count>", "channels of the encoder and the coarsest grid"],
  ["latentSize", "--latent <units>", "units of the latent, one of which is the pose"],
  ["learningRate", "--learning-rate <rate>", "Adam's step size"],
  ["seed", "--seed <seed>", "every random draw follows from it"],
  ["precision", "--precision <name>", "of matrix products: float32 or bfloat16"],
  ["checkpointEvery", "--checkpoint-every <steps>", "steps between checkpoints"],
  ["frameEvery", "--frame-every <steps>", "steps between frames of the figures"],
];

/** The option that names a preset. */
export function presetOption(otherwise: Preset): Option {
  return new Option("--preset <name>", "paper: the author's size; quick: minutes without a GPU")
    .choices(Object.keys(PRESETS)).default(otherwise);
}

/** The option that names the folder of the data sets. */
export function dataDirOption(): Option {
  return new Option("--data-dir <folder>", "where data sets lie, or are fetched to")
    .env("SHAPES_DATA_DIR").default("data");
}

/** Adds the preset and a flag for each field, with the paper's values in the help. */
export function addConfigOptions(command: Command): Command {
  command.addOption(presetOption("paper"));
  for (const [field, flags, description] of FIELDS) {
    const option = new Option(flags, `${description} (paper: ${PRESETS.paper[field]})`);
    if (typeof PRESETS.paper[field] === "number") option.argParser(parseNumber);
    command.addOption(option);
  }
  return command;
}

/**
 * Makes the config that the options describe.
 *
 * @throws {Misuse} If a value is out of bounds
 */
export function configFrom(options: ConfigOptions): Config {
  const typed = FIELDS
    .map(([field, flags]) => [field, options[new Option(flags).attributeName()]] as const)
    .filter(([, value]) => value !== undefined);
  return checkTyped(() =>
    checkConfig({ ...configWith(options.preset, Object.fromEntries(typed)) })
  );
}

/** Gives the flags that make a config, for a child process; other fields are the paper's. */
export function flagsOf(config: Config): string[] {
  return FIELDS.flatMap(([field, flags]) => {
    const [flag, value] = [new Option(flags).long!, config[field]];
    return typeof value === "boolean" ? (value ? [flag] : []) : [flag, String(value)];
  });
}

/**
 * Checks the names in a config: of its data sets, its objective and its pose strategy. Whoever knows
 * them loads TensorFlow, so set-up comes first.
 *
 * @throws {Misuse} If there is no such name
 */
export async function checkNames(config: Config): Promise<void> {
  const [{ parseMixture }, { createModel }] = await Promise.all([
    import("@/data/mixture.ts"),
    import("@/method/vae.ts"),
  ]);
  checkTyped(() => parseMixture(config.data));
  checkTyped(() => createModel(config));
}

/**
 * Gives the config that this machine can well compute: where bfloat16 would be slow, float32 takes its
 * place, and a notice says so. Set-up comes first.
 *
 * @param processor What would compute; this machine's unless given
 */
export async function usableConfig(
  { say }: Pick<Session, "say">,
  config: Config,
  processor?: Processor,
): Promise<Config> {
  if (config.precision === "float32") return config;
  const { whyNotBfloat16 } = await import("@/engine/machine.ts");
  const reason = whyNotBfloat16(processor);
  if (reason === undefined) return config;
  say(`\n*** float32 INSTEAD OF ${config.precision}, which would be slow here: ${reason}\n`);
  return { ...config, precision: "float32" };
}

/** Reads a flag that is a whole number from 1 on. */
export function parseCount(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1) {
    throw new InvalidArgumentError("It must be an integer >= 1.");
  }
  return count;
}

function parseNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || Number.isNaN(value)) {
    throw new InvalidArgumentError("It must be a number.");
  }
  return value;
}
