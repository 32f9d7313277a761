/**
 * The settings of a notebook: config, folders and data, from its parameters.
 *
 * @module
 */
import type { Config, Preset } from "@/config.ts";
import { checkConfig, configWith, PRESETS } from "@/method/registry.ts";
import { type Changes, configsOf, STUDIES, type StudyName } from "@/method/runs.ts";
import { availableData } from "@/data/fallback.ts";
import type { LoadOptions } from "@/data/sources.ts";
import { show } from "./display.ts";

/** Parameters of a notebook; missing ones have defaults. */
export interface NotebookParameters {
  /** What to train: `paper` or `quick`. */
  readonly preset: Preset;
  /** What the notebook trains, by its name in the index of runs; the preset alone unless given. */
  readonly study?: StudyName;
  /** The mixture, if not the study's. */
  readonly data?: string | undefined;
  /** Steps, if not the study's. */
  readonly steps?: string | undefined;
  /** Folder of the data sets; `../data` by default. */
  readonly dataDir?: string | undefined;
  /** A notice about the data, from whoever chose it. */
  readonly notice?: string | undefined;
}

/** The settings of a notebook. */
export interface Settings {
  /** The config of its run, or of the first of several. */
  readonly config: Config;
  /** The configs of its runs: the variants of the study, each with every seed. */
  readonly configs: readonly Config[];
  /** The names of the study's variants; none without a study. */
  readonly variants: readonly string[];
  /** The seeds of each variant. */
  readonly seeds: readonly number[];
  /** Where data sets are. */
  readonly load: LoadOptions;
  /** Where runs are. */
  readonly runs: string;
  /** Where figures go. */
  readonly figures: string;
}

/**
 * Makes the settings of a notebook in `notebooks/`. If real data cannot be downloaded, embedded
 * stand-ins replace it, and a banner says so.
 *
 * @throws {RangeError} If there is no such preset or method, or a field is out of bounds
 * @throws {TypeError} If a field is unknown to the method, or of another kind
 * @throws What `availableData` throws
 */
export async function settings(parameters: NotebookParameters): Promise<Settings> {
  const { preset, study, dataDir = "../data", steps } = parameters;
  if (!Object.hasOwn(PRESETS, preset)) {
    const known = Object.keys(PRESETS).join(", ");
    throw new RangeError(`Cannot use preset: preset must be one of ${known}, got ${preset}`);
  }
  const changes: Changes = steps ? { steps: Number(steps) } : {};
  const wanted = study === undefined
    ? [checkConfig(configWith(preset, changes))]
    : configsOf(study, preset, changes);
  const { seed, imageSize } = wanted[0]!; // as in the run, so that nothing is converted twice
  const load = { dataDir, cacheDir: "../data/cache" };
  const available = await availableData(parameters.data ?? wanted[0]!.data, {
    ...load,
    seed,
    imageSize,
  });
  const { data, notice = parameters.notice } = available;
  if (notice !== undefined) await show({ markdown: `> # ${notice}` });
  const configs = wanted.map((config) => ({ ...config, data }));
  return {
    config: configs[0]!,
    configs,
    variants: study === undefined ? [] : Object.keys(STUDIES[study].variants),
    seeds: study === undefined ? [seed] : STUDIES[study].seeds[preset],
    load,
    runs: "../data/runs",
    figures: "../figures",
  };
}
