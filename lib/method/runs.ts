/**
 * Every run that the notebooks need, as changes of a preset, and the index of all of them.
 *
 * @module
 */
import type { Config, Preset, Value } from "@/config.ts";
import { MIXTURES } from "@/data/mixture.ts";
import { BETAS } from "./objective/objectives.ts";
import { checkConfig, configWith, identityOf } from "./registry.ts";

/** Fields of a config that differ from a preset. */
export type Changes = Readonly<Record<string, Value>>;

/** Runs that a notebook shows together. */
export interface Study {
  /** The mixture, unless it is the preset's. */
  readonly data?: string;
  /** The environment variable by which a user names another one. */
  readonly variable?: string;
  /** The seeds with which each variant is trained. */
  readonly seeds: Readonly<Record<Preset, readonly number[]>>;
  /** What differs from the preset, by the names of tables and figures. */
  readonly variants: Readonly<Record<string, Changes>>;
  /** What differs further with the preset `quick`. */
  readonly quick?: Changes;
}

/** Three seeds for numbers with a spread; with `quick` one, to see that it works. */
const THREE = { paper: [1, 2, 3], quick: [1] };

const ONE = { paper: [1], quick: [1] };

/** Digits have no mirror plane: shapes are free, and images are not stretched. */
const OF_DIGITS = { data: "mnist:1", method: "searched", asymmetric: true, stretch: 0 };

/**
 * Digits by the searched pose, for each preset. That of `quick` is the run that `task reproduce` trains.
 *
 * Choice: in three minutes on two cores more steps are worth more than larger batches or latents. One run
 * each, on 300 unseen digits: 1,500 steps of batch 16 and 16 units give 2.8 connected pieces and a squared
 * error of 0.027 a pixel; 1,000 steps 2.9 and 0.032, with 32 units 3.6 and 0.033; 600 steps of batch 32
 * give 6.7 and 0.034.
 */
export const DIGITS: Readonly<Record<Preset, Changes>> = {
  quick: { ...OF_DIGITS, latentSize: 16, batchSize: 16, steps: 1500, checkpointEvery: 250 },
  paper: { ...OF_DIGITS, latentSize: 32 },
};

/** The adversarial method of the paper. */
const ADVERSARIAL = { objective: "adversarial", pose: "encoder", beta: BETAS.adversarial! };

/** The paper's VAE with another objective. */
const withObjective = (objective: string) => ({ objective, pose: "free", beta: BETAS[objective]! });

/** The paper's VAE with a texture layer. */
const TEXTURED = { seeds: THREE, variants: { textured: { texture: true } } };

/** The name of a study. */
export type StudyName =
  | "training"
  | "mixture"
  | "faces"
  | "bowls"
  | "people"
  | "objectives"
  | "latents"
  | "poses"
  | "ownImages"
  | "digits"
  | "chairs"
  | "clothing";

/** What the notebooks train, in the order of the notebooks. New ones go last: runs are known by number. */
export const STUDIES: Readonly<Record<StudyName, Study>> = {
  /** Notebooks 03 and 04: the paper's VAE; with `quick` the run of `task reproduce`. */
  training: { seeds: THREE, variants: { "mu-VAE": {} }, quick: DIGITS.quick },
  /** Notebook 03: all data sets of the paper. */
  mixture: { ...TEXTURED, data: MIXTURES.paper!, variable: "SHAPES_MIXTURE" },
  /** Notebook 06. */
  faces: { ...TEXTURED, data: "celeba", variable: "SHAPES_FACES" },
  /** Notebook 07. */
  bowls: { ...TEXTURED, data: "modelnet40#bowl", variable: "SHAPES_BOWLS" },
  /** Notebook 07. */
  people: { ...TEXTURED, data: "modelnet40#person", variable: "SHAPES_PEOPLE" },
  /** Notebook 08: the paper's two methods, then objectives that it is compared with. */
  objectives: {
    seeds: THREE,
    variants: {
      "mu-VAE": withObjective("mu-vae"),
      adversarial: ADVERSARIAL,
      ELBO: withObjective("elbo"),
      "beta-VAE": withObjective("beta-vae"),
      MMD: withObjective("mmd"),
    },
  },
  /** Notebook 09. */
  latents: { seeds: THREE, variants: { "mu-VAE": {} } },
  /** Notebook 10: ways to find a pose, on objects whose pose is known. */
  poses: {
    data: "modelnet40#chair",
    variable: "SHAPES_CHAIRS",
    seeds: THREE,
    variants: {
      "mu-VAE, free pose": {},
      "adversarial, encoder pose": ADVERSARIAL,
      "mu-VAE, encoder pose": { pose: "encoder" },
    },
  },
  /**
   * Notebook 11, on the folder of its example. Grey photographs need the texture; without it are strokes
   * or silhouettes, white on black.
   */
  ownImages: {
    data: "images:fashion-mnist-test:1",
    seeds: ONE,
    variants: {
      searched: {
        ...{ method: "searched", texture: true, asymmetric: false },
        ...{ filters: 32, latentSize: 8, batchSize: 16, steps: 600 },
      },
    },
    quick: { steps: 60 },
  },
  /** Notebooks 12 and 13. */
  digits: { seeds: ONE, variants: { searched: DIGITS.paper }, quick: DIGITS.quick },
  /** Notebook 12. */
  chairs: {
    data: "modelnet40#chair",
    variable: "SHAPES_CHAIRS",
    seeds: THREE,
    variants: { searched: { method: "searched", imageSize: 32 } },
  },
  /** Notebook 13. */
  clothing: {
    data: "fashion-mnist:1",
    seeds: ONE,
    variants: { searched: { method: "searched", latentSize: 32, texture: true } },
  },
};

/**
 * Gives the configs of a study: its variants in order, each with every seed.
 *
 * @param study Which one
 * @param preset Where its configs start
 * @param changes What differs further, such as fewer steps
 * @throws {RangeError} If a value is out of bounds
 * @throws {TypeError} If a field is unknown to the method, or of another kind
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { configsOf } from "@/mod.ts";
 *
 * const seeds = configsOf("faces", "paper").map(({ data, seed }) => [data, seed]);
 * assert.deepEqual(seeds, [["celeba", 1], ["celeba", 2], ["celeba", 3]]);
 * ```
 */
export function configsOf(study: StudyName, preset: Preset, changes: Changes = {}): Config[] {
  const { data, seeds, variants, quick = {} }: Study = STUDIES[study];
  const further = { ...(preset === "quick" && quick), ...(data !== undefined && { data }) };
  return Object.values(variants).flatMap((variant) =>
    seeds[preset].map((seed) =>
      checkConfig(configWith(preset, { ...variant, ...further, ...changes, seed }))
    )
  );
}

/** A run of the index. */
export interface IndexedRun {
  /** What it is called: study, variant where there are several, seed. */
  readonly name: string;
  /** What is trained. */
  readonly config: Config;
}

/**
 * Lists every run that the notebooks need once, in the order of the notebooks: a run's place in the list is
 * its number.
 *
 * @param preset Where the configs start
 * @param environment Variables by which a user names other data, as for the notebooks
 */
export function runsOf(
  preset: Preset,
  environment: Readonly<Record<string, string>> = {},
): IndexedRun[] {
  const runs = new Map<string, IndexedRun>();
  for (const [study, { variants, variable = "" }] of Object.entries(STUDIES)) {
    const names = Object.keys(variants);
    const data = environment[variable];
    const configs = configsOf(study as StudyName, preset, data === undefined ? {} : { data });
    for (const [i, config] of configs.entries()) {
      const variant = names[Math.floor(i * names.length / configs.length)]!;
      const words = [study, ...(names.length > 1 ? [variant] : []), `seed ${config.seed}`];
      const identity = identityOf(config);
      if (!runs.has(identity)) runs.set(identity, { name: words.join(", "), config });
    }
  }
  return [...runs.values()];
}
