/**
 * The options that describe a run, shared by the commands that train.
 *
 * @module
 */
import { type Command, InvalidArgumentError, Option } from "commander";
import { type Config, type Fields, helpOf, type Preset, RUN_FIELDS, type Value } from "@/config.ts";
import { parseMixture } from "@/data/mixture.ts";
import type { Processor } from "@/engine/machine.ts";
import {
  checkConfig,
  configWith,
  createLearner,
  fieldsOf,
  methodNamed,
  METHODS,
} from "@/method/registry.ts";
import { devices, replicasOfEach } from "@/train/place/devices.ts";
import { oneDevice } from "@/train/place/one_device.ts";
import type { Place } from "@/train/place/place.ts";
import { checkTyped, Misuse, type Session } from "./session.ts";

/** What commander gives: a preset, and the value of each flag that was typed. */
export type ConfigOptions = { readonly preset: Preset } & Readonly<Record<string, unknown>>;

/** The names of the presets. */
const PRESET_NAMES: readonly Preset[] = ["paper", "quick"];

/** The fields of every run and of every method; methods share a flag of one name. */
const ALL_FIELDS: Fields = Object.assign({}, ...Object.values(METHODS).map(fieldsOf));

/** Gives the name under which commander keeps a field's value. */
function attributeOf(schema: Fields[string]): string {
  return new Option(helpOf(schema).flag).attributeName();
}

/** The option that names a preset. */
export function presetOption(otherwise: Preset): Option {
  return new Option("--preset <name>", "paper: the author's size; quick: minutes without a GPU")
    .choices(PRESET_NAMES).default(otherwise);
}

/** The option that names the folder of the data sets. */
export function dataDirOption(): Option {
  return new Option("--data-dir <folder>", "where data sets lie, or are fetched to")
    .env("SHAPES_DATA_DIR").default("data");
}

/** The option that says how many GPUs compute. */
export function devicesOption(): Option {
  return new Option(
    "--devices <count>",
    "GPUs of this machine that share the replicas out; on one they take turns, with the same losses",
  ).argParser(parseCount).default(1);
}

/**
 * Checks that replicas can be shared out over devices.
 *
 * @throws {RangeError} If not; the message says how to mend it
 */
export function checkDevices(
  { replicas }: Pick<Config, "replicas">,
  { devices: count, eager }: { readonly devices: number; readonly eager?: boolean },
): void {
  replicasOfEach(replicas, count);
  if (eager && count > 1) {
    throw new RangeError(
      `Cannot run eagerly: devices must be 1, got ${count}; leave one of the two out`,
    );
  }
}

/** Gives the place of a run's replicas on some devices. Set-up comes first. */
export function placeOf({ replicas }: Pick<Config, "replicas">, count: number): Place {
  return count === 1 ? oneDevice(replicas) : devices(replicas, count);
}

/** Adds the preset and a flag for each field, with its default in the help. */
export function addConfigOptions(command: Command): Command {
  command.addOption(presetOption("paper"));
  for (const [name, schema] of Object.entries(ALL_FIELDS)) {
    const { flag, default: value } = helpOf(schema);
    const option = new Option(flag, `${meaningOf(name)} (${defaultsOfField(name, value)})`);
    if (typeof value === "number") option.argParser(parseNumber);
    command.addOption(option);
  }
  return command;
}

/** Says what a field means, to each method where they differ. */
function meaningOf(name: string): string {
  const methods = Object.entries(METHODS);
  if (name === "method") {
    return methods.map(([method, { summary }]) => `${method}: ${summary}`).join("; ");
  }
  if (name in RUN_FIELDS) return helpOf(ALL_FIELDS[name]!).help;
  const meanings = methods.filter(([, { options }]) => name in options)
    .map(([method, { options }]) => [method, helpOf(options[name]!).help] as const);
  const distinct = new Set(meanings.map(([, help]) => help));
  return distinct.size === 1
    ? [...distinct][0]!
    : meanings.map(([method, help]) => `${method}: ${help}`).join("; ");
}

/** Puts the default of a field into words, that of each method that has it; the paper's is `vae`. */
function defaultsOfField(name: string, ofRun: Value): string {
  if (name in RUN_FIELDS) return `paper: ${ofRun}`;
  return Object.entries(METHODS).filter(([, { options }]) => name in options)
    .map(([method, { options }]) =>
      `${method === "vae" ? "paper" : method}: ${helpOf(options[name]!).default}`
    ).join("; ");
}

/**
 * Makes the config that the options describe.
 *
 * @throws {Misuse} If a value is out of bounds, or an option is another method's
 */
export function configFrom(options: ConfigOptions): Config {
  const typed = Object.fromEntries(
    Object.entries(ALL_FIELDS)
      .map(([name, schema]) => [name, options[attributeOf(schema)]] as const)
      .filter(([, value]) => value !== undefined),
  );
  return checkTyped(() => {
    const config = configWith(options.preset, typed);
    const known = fieldsOf(methodNamed(config.method));
    const foreign = Object.keys(typed).filter((name) => !(name in known));
    if (foreign.length > 0) {
      const flags = foreign.map((name) => helpOf(ALL_FIELDS[name]!).flag.split(" ")[0]);
      throw new Misuse(
        `Cannot use config: options must be those of method ${config.method}, got ${
          flags.join(", ")
        }`,
      );
    }
    return checkConfig(config);
  });
}

/** Gives the flags that make a config, for a child process. */
export function flagsOf(config: Config): string[] {
  return Object.entries(fieldsOf(methodNamed(config.method))).flatMap(([name, schema]) => {
    const [flag, value] = [new Option(helpOf(schema).flag).long!, config[name]];
    return typeof value === "boolean" ? (value ? [flag] : []) : [flag, String(value)];
  });
}

/**
 * Checks what only the whole config tells: that its data sets have names that are known, and that its
 * options go together.
 *
 * @throws {Misuse} If not
 */
export function checkNames(config: Config): void {
  checkTyped(() => parseMixture(config.data));
  checkTyped(() => createLearner(config));
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
