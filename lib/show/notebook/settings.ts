/**
 * The settings of a notebook: config, folders and data, from its parameters.
 *
 * @module
 */
import type { Config, Preset, Value } from "@/config.ts";
import { checkConfig, configWith, PRESETS } from "@/method/registry.ts";
import { availableData } from "@/data/fallback.ts";
import type { LoadOptions } from "@/data/sources.ts";
import { show } from "./display.ts";

/** Parameters of a notebook; missing ones have defaults. */
export interface NotebookParameters {
  /** What to train: `paper` or `quick`. */
  readonly preset: Preset;
  /** The mixture, if not the preset's. */
  readonly data?: string | undefined;
  /** Steps, if not the preset's. */
  readonly steps?: string | undefined;
  /** Fields that differ from the preset, the method among them. */
  readonly changes?: Readonly<Record<string, Value>>;
  /** Folder of the data sets; `../data` by default. */
  readonly dataDir?: string | undefined;
  /** A notice about the data, from whoever chose it. */
  readonly notice?: string | undefined;
}

/** The settings of a notebook. */
export interface Settings {
  /** The config of its run. */
  readonly config: Config;
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
  const { preset, dataDir = "../data", steps, changes } = parameters;
  if (!Object.hasOwn(PRESETS, preset)) {
    const known = Object.keys(PRESETS).join(", ");
    throw new RangeError(`Cannot use preset: preset must be one of ${known}, got ${preset}`);
  }
  const wanted = checkConfig(
    configWith(preset, { ...changes, ...(steps && { steps: Number(steps) }) }),
  );
  const load = { dataDir, cacheDir: "../data/cache" };
  const { seed, imageSize } = wanted; // as in the run, so that nothing is converted twice
  const available = await availableData(parameters.data ?? wanted.data, {
    ...load,
    seed,
    imageSize,
  });
  const { data, notice = parameters.notice } = available;
  if (notice !== undefined) await show({ markdown: `> # ${notice}` });
  return { config: { ...wanted, data }, load, runs: "../data/runs", figures: "../figures" };
}
