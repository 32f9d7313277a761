/**
 * The methods by name, and the configs of their runs. This is the one place to add a method.
 *
 * @module
 */
import {
  checkFields,
  type Config,
  defaultsOf,
  type Fields,
  FREE_FIELDS,
  LATER_RUN_FIELDS,
  type Preset,
  RUN_FIELDS,
  RUN_PRESETS,
} from "@/config.ts";
import { seedFor } from "@/engine/random.ts";
import type { Learner } from "@/model/learner.ts";
import type { Method } from "./method.ts";
import { SEARCHED } from "./searched.ts";
import { VAE, type VaeConfig } from "./vae.ts";

/** Every method, by the name that a config gives. */
export const METHODS: Readonly<Record<string, Method>> = { vae: VAE, searched: SEARCHED };

/**
 * Finds the method of a config.
 *
 * @throws {RangeError} If there is no such method; the message lists those that there are
 */
export function methodNamed(name: unknown, methods = METHODS): Method {
  if (typeof name === "string" && Object.hasOwn(methods, name)) return methods[name]!;
  throw new RangeError(
    `Cannot use config: method must be one of ${Object.keys(methods).join(", ")}, got ${name}`,
  );
}

/**
 * Makes the learner that a config describes.
 *
 * @param config A checked config
 * @throws {RangeError} If its options do not go together
 */
export function createLearner(config: Config): Learner {
  return methodNamed(config.method).create(config);
}

/**
 * Gives the seed of a run's first weights and of the draws in its steps. Images, batches and splits follow
 * from the config's seed alone, so that restarts of a run train and are judged on the same ones.
 */
export function networkSeed({ seed, restart }: Pick<Config, "seed" | "restart">): number {
  return restart === 0 ? seed : seedFor(seed, `restart ${restart}`);
}

/**
 * Checks that runs of a config can be restarted and the best be kept.
 *
 * @param config A checked config
 * @param count How many starts; one needs no comparing
 * @throws {RangeError} If it is no integer >= 1, or above 1 for a method that cannot say how real its
 *   shapes look; the message lists those that can
 */
export function checkRestarts(config: Config, count: number): void {
  if (!Number.isInteger(count) || count < 1) {
    throw new RangeError(`Cannot restart: restarts must be an integer >= 1, got ${count}`);
  }
  if (count === 1 || createLearner(config).realism) return;
  const able = Object.keys(METHODS)
    .filter((method) => createLearner(configWith("quick", { method })).realism);
  throw new RangeError(
    `Cannot restart: with restarts above 1 the method must be one that has a realism gap, ` +
      `${able.join(", ")}, got ${config.method}; leave out restarts, or change the method`,
  );
}

/** Names the fields that change what a run learns: with others it is another run. */
export function definingFields(config: Config): string[] {
  const { fixedFields } = methodNamed(config.method);
  return Object.keys(config)
    .filter((name) => !FREE_FIELDS.includes(name) || fixedFields.includes(name));
}

/** Gives a text that two configs share if they are the same run. */
export function identityOf(config: Config): string {
  return JSON.stringify(definingFields(config).toSorted().map((name) => [name, config[name]]));
}

/** Gives the fields of a method's configs: those of every run, then the method's options. */
export function fieldsOf(method: Method): Fields {
  return { ...RUN_FIELDS, ...method.options };
}

/**
 * Makes a config from a preset. Options that depend on others follow those, unless they are given.
 *
 * @param preset Where to start
 * @param changes Fields that differ from it, the method among them
 * @throws {RangeError} If there is no such method
 */
export function configWith(
  preset: Preset,
  changes: Readonly<Record<string, unknown>> = {},
): Config {
  const base = defaultsOf(RUN_FIELDS);
  const name = changes.method ?? base.method;
  const method = methodNamed(name);
  return {
    ...base,
    ...defaultsOf(method.options),
    ...RUN_PRESETS[preset],
    ...method.presets[preset],
    ...method.derive(changes),
    ...changes,
  } as Config;
}

/** The presets of the default method: the author's configuration, and a smaller one. */
export const PRESETS = {
  paper: configWith("paper"),
  quick: configWith("quick"),
} as unknown as Readonly<Record<Preset, VaeConfig>>;

/**
 * Checks a config once, at the door; inside it is trusted.
 *
 * @param config What a user or a file gave, with every field
 * @throws {RangeError} If a value is out of bounds; the message names field, rule and value
 * @throws {TypeError} If a field is missing, unknown, or of another kind
 */
export function checkConfig(config: Readonly<Record<string, unknown>>): Config {
  // Without a method nothing is known of the other fields; what is no object is refused below.
  const name = typeof config === "object" ? config?.method : undefined;
  const options = name === undefined ? {} : methodNamed(name).options;
  checkFields({ ...RUN_FIELDS, ...options }, config);
  return config as Config;
}

/** Checks a config from a checkpoint or record, which may be older than some of the fields. */
export function checkStoredConfig(config: Readonly<Record<string, unknown>>): Config {
  const complete: Record<string, unknown> = { ...LATER_RUN_FIELDS, ...config };
  return checkConfig({ ...methodNamed(complete.method).laterOptions, ...complete });
}
