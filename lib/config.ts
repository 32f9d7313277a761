/**
 * Every number that a run can vary, the named presets, and the one check of them all.
 *
 * @module
 */

/** What matrix products compute in. */
export type Precision = "float32" | "bfloat16";

/** One run: model, data, objective, optimisation. Saved with every checkpoint and figure. */
export interface Config {
  /** Data sets and their shares of a batch, such as `mnist:1,fashion-mnist:1`. */
  readonly data: string;
  /** Name of the objective. */
  readonly objective: string;
  /** Weight of the objective's latent term; `BETAS` holds one for each. Paper: 1. */
  readonly beta: number;
  /** Name of the pose strategy. */
  readonly pose: string;
  /** Whether poses have an elevation, in (-pi / 6, pi / 6), beside the azimuth. Paper: no. */
  readonly elevation: boolean;
  /** Whether a texture layer follows the projection. */
  readonly texture: boolean;
  /** Height and width of images and side of the voxel grid; a multiple of 4. Paper: 28. */
  readonly imageSize: number;
  /** Z, units of the latent, one of which is the azimuth; an elevation adds one. Paper: 20. */
  readonly latentSize: number;
  /** Channels of the encoder's convolutions and of the decoder's coarsest grid; even. Paper: 128. */
  readonly filters: number;
  /** Opacity of one unit of density along one voxel. Paper: .5. */
  readonly tau: number;
  /** Images in one step. Paper: 64. */
  readonly batchSize: number;
  /** Adam's step size. Paper: 1e-3. */
  readonly learningRate: number;
  /** Largest L2 norm of one variable's gradient. Paper: 1. */
  readonly clipNorm: number;
  /** Every random draw of the run follows from it. */
  readonly seed: number;
  /** What matrix products compute in. Paper: float32. Variables are float32 in either. */
  readonly precision: Precision;
  /** Steps to train. */
  readonly steps: number;
  /** Steps between checkpoints. */
  readonly checkpointEvery: number;
  /** Steps between frames of the training figures. Paper: 50. */
  readonly frameEvery: number;
}

/** Fields that change nothing about the model: a run can go on with others. */
export const FREE_FIELDS: readonly (keyof Config)[] = [
  "precision",
  "steps",
  "checkpointEvery",
  "frameEvery",
];

/** Fields that configs in older files lack, with the values that those runs had. */
export const LATER_FIELDS: Readonly<Partial<Config>> = { elevation: false, precision: "float32" };

const PRECISIONS: readonly Precision[] = ["float32", "bfloat16"];

/** The names of the presets. */
export type Preset = "quick" | "paper";

const PAPER: Config = {
  data: "mnist:1,fashion-mnist:1",
  objective: "mu-vae",
  beta: 1,
  pose: "free",
  elevation: false,
  texture: false,
  imageSize: 28,
  latentSize: 20,
  filters: 128,
  tau: 0.5,
  batchSize: 64,
  learningRate: 1e-3,
  clipNorm: 1,
  seed: 1,
  precision: "float32",
  steps: 5500,
  checkpointEvery: 250,
  frameEvery: 50,
};

/**
 * `paper` is the author's configuration at the length of the post's animations, 110 frames; `quick`
 * is three eighths of its width for as many of its steps, minutes on two cores without a GPU.
 */
export const PRESETS: Readonly<Record<Preset, Config>> = {
  paper: PAPER,
  quick: { ...PAPER, filters: 48, steps: 2000, checkpointEvery: 100, frameEvery: 25 },
};

/**
 * The weight of the latent term of each objective where a user names none. Paper: 1 for its own.
 * Choice:
 * - `beta-vae`: 4, as for the 2D shapes of Higgins et al. (ICLR 2017); 1 would be the ELBO.
 * - `mmd`: 200, that is WAE's 10 for MNIST against .05 of the squared error (its released code).
 * - `adversarial`: 10. After 1,800 steps on MNIST (batch 32, 32 filters) the discriminator told 96 %
 *   of codes and draws apart with 1, 71 % with 10 and 61 % with 30; the variance of a latent unit was
 *   1.85, 1.05 and .96 (prior: 1), the image loss 20, 35 and 50.
 */
export const BETAS: Readonly<Record<string, number>> = {
  "mu-vae": 1,
  elbo: 1,
  "beta-vae": 4,
  mmd: 200,
  adversarial: 10,
};

/**
 * Makes a config from a preset. An objective that is named without a weight gets its own of `BETAS`.
 *
 * @param preset Where to start
 * @param changes Fields that differ from it
 */
export function configWith(preset: Preset, changes: Partial<Config> = {}): Config {
  const { objective = "" } = changes;
  const own = Object.hasOwn(BETAS, objective) ? { beta: BETAS[objective]! } : {};
  return { ...PRESETS[preset], ...own, ...changes };
}

/** The author's 15 epochs: 97,080 images of the larger sets, 64 to a step. */
export const AUTHOR_STEPS = 15 * Math.floor(97_080 / 64);

/**
 * Checks a config once, at the door; inside it is trusted.
 *
 * @param config What a user or a file gave, with every field
 * @throws {RangeError} If a number is out of bounds; the message names field, rule and value
 * @throws {TypeError} If a field is missing, unknown, or of another kind
 */
export function checkConfig(config: Readonly<Record<string, unknown>>): Config {
  if (typeof config !== "object" || config === null || Array.isArray(config)) {
    refuse(TypeError, "it", "be an object", JSON.stringify(config));
  }
  const known = Object.keys(PAPER) as (keyof Config)[];
  const unknown = Object.keys(config).filter((field) => !known.includes(field as keyof Config));
  if (unknown.length > 0) {
    refuse(TypeError, unknown.join(", "), `be one of ${known.join(", ")}`, "an unknown field");
  }
  for (const field of known) {
    const [expected, found] = [typeof PAPER[field], typeof config[field]];
    if (found !== expected) refuse(TypeError, field, `be a ${expected}`, config[field]);
  }
  const checked = config as unknown as Config;
  const wholeNumbers: [keyof Config, number, number][] = [
    ["imageSize", 4, 4],
    ["latentSize", 2, 1],
    ["filters", 2, 2],
    ["batchSize", 1, 1],
    ["seed", 0, 1],
    ["steps", 1, 1],
    ["checkpointEvery", 1, 1],
    ["frameEvery", 1, 1],
  ];
  for (const [field, least, divisor] of wholeNumbers) {
    const value = checked[field] as number;
    if (!Number.isSafeInteger(value) || value < least || value % divisor !== 0) {
      const kind = divisor === 1 ? "an integer" : `a multiple of ${divisor}`;
      refuse(RangeError, field, `be ${kind} >= ${least}`, value);
    }
  }
  for (const field of ["tau", "learningRate", "clipNorm"] as const) {
    if (!(checked[field] > 0 && checked[field] < Infinity)) {
      refuse(RangeError, field, "be a number > 0", checked[field]);
    }
  }
  if (!(checked.beta >= 0 && checked.beta < Infinity)) {
    refuse(RangeError, "beta", "be a number >= 0", checked.beta);
  }
  if (!PRECISIONS.includes(checked.precision)) {
    refuse(RangeError, "precision", `be one of ${PRECISIONS.join(", ")}`, checked.precision);
  }
  return checked;
}

/** Checks a config from a checkpoint or record, which may be older than some of the fields. */
export function checkStoredConfig(config: Readonly<Record<string, unknown>>): Config {
  return checkConfig({ ...LATER_FIELDS, ...config });
}

function refuse(
  kind: typeof RangeError | typeof TypeError,
  field: string,
  rule: string,
  value: unknown,
): never {
  throw new kind(`Cannot use config: ${field} must ${rule}, got ${value ?? "nothing"}`);
}
