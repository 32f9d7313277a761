/**
 * What every run has, whatever its method, and how the fields that a user can set are described: one
 * schema for each gives its default, its bounds, the check and the help.
 *
 * @module
 */
import { z } from "zod";

/** What a field can hold. */
export type Value = string | number | boolean;

/** Fields by name: those of every run, or the options of a method. */
export type Fields = z.ZodRawShape;

/** The values that fields describe. */
export type ValuesOf<F extends Fields> = Readonly<z.infer<z.ZodObject<F>>>;

/**
 * Describes a field.
 *
 * @param schema Its kind, bounds and default
 * @param flag How the command line names it, such as `--batch <count>`
 * @param help What it means
 */
export function field<Schema extends z.ZodType>(
  schema: Schema,
  flag: string,
  help: string,
): Schema {
  return schema.meta({ flag, help });
}

/** The fields of every run, with the author's values as defaults. */
export const RUN_FIELDS = {
  data: field(
    z.string().default("mnist:1,fashion-mnist:1"),
    "--data <mixture>",
    "data sets and their shares of a batch, such as mnist:1,fashion-mnist:1",
  ),
  method: field(z.string().default("vae"), "--method <name>", "what is learned, and how"),
  imageSize: field(
    z.int().min(4).multipleOf(4).default(28),
    "--grid <side>",
    "side of the images and of the voxel grid",
  ),
  batchSize: field(
    z.int().min(1).default(64),
    "--batch <count>",
    "images in one step, of each replica",
  ),
  replicas: field(
    z.int().min(1).default(1),
    "--replicas <count>",
    "batches in one step, each with noise, batch statistics and free poses of its own; " +
      "their gradients are averaged",
  ),
  imagesPerObject: field(
    z.int().min(1).default(1),
    "--images-per-object <count>",
    "training images rendered of each object, where its true shape is known",
  ),
  seed: field(z.int().min(0).default(1), "--seed <seed>", "every random draw follows from it"),
  restart: field(
    z.int().min(0).default(0),
    "--start <number>",
    "another start of the same run: same images and batches, other first weights and draws",
  ),
  precision: field(
    z.enum(["float32", "bfloat16"]).default("float32"),
    "--precision <name>",
    "of matrix products: float32 or bfloat16",
  ),
  steps: field(
    // 110 frames, the length of the post's animations
    z.int().min(1).default(5500),
    "--steps <count>",
    `steps in all; the author's 15 epochs are ${15 * Math.floor(97_080 / 64)}`,
  ),
  checkpointEvery: field(
    z.int().min(1).default(250),
    "--checkpoint-every <steps>",
    "steps between checkpoints",
  ),
  frameEvery: field(
    z.int().min(1).default(50),
    "--frame-every <steps>",
    "steps between frames of the training figures",
  ),
};

/** What every run has. */
export type RunConfig = ValuesOf<typeof RUN_FIELDS>;

/** A whole run: what every run has, and the options of its method. Saved with checkpoints and figures. */
export type Config = RunConfig & { readonly [option: string]: Value };

/** The names of the presets: the author's sizes, or minutes on two cores without a GPU. */
export type Preset = "quick" | "paper";

/** What the presets change about every run. */
export const RUN_PRESETS: Readonly<Record<Preset, Partial<RunConfig>>> = {
  paper: {},
  quick: { steps: 2000, checkpointEvery: 100, frameEvery: 25 },
};

/** Fields that change nothing about the model: a run can be resumed with others. */
export const FREE_FIELDS: readonly string[] = [
  "precision",
  "steps",
  "checkpointEvery",
  "frameEvery",
];

/** Fields of every run that older files lack, with the values that those runs had. */
export const LATER_RUN_FIELDS: Partial<RunConfig> = {
  method: "vae",
  imagesPerObject: 1,
  restart: 0,
  precision: "float32",
  replicas: 1,
};

/** Gives the default of every field. */
export function defaultsOf<F extends Fields>(fields: F): ValuesOf<F> {
  return z.object(fields).parse({}) as ValuesOf<F>;
}

/** What the command line shows of a field. */
export interface FieldHelp {
  /** Its flag, such as `--batch <count>`. */
  readonly flag: string;
  /** What it means. */
  readonly help: string;
  /** Its default. */
  readonly default: Value;
}

/** Gives what the command line shows of a field. */
export function helpOf(schema: z.core.$ZodType): FieldHelp {
  const { flag, help } = z.globalRegistry.get(schema) as unknown as FieldHelp;
  return { flag, help, default: z.parse(schema, undefined) as Value };
}

/**
 * Checks values once, at the door; inside they are trusted.
 *
 * @param fields What they must be
 * @param values What a user or a file gave
 * @throws {RangeError} If a value is out of bounds; the message names field, rule and value
 * @throws {TypeError} If a field is missing, unknown, or of another kind
 */
export function checkFields(fields: Fields, values: Readonly<Record<string, unknown>>): void {
  if (typeof values !== "object" || values === null || Array.isArray(values)) {
    refuse(TypeError, "it", "be an object", JSON.stringify(values));
  }
  const known = Object.keys(fields);
  const unknown = Object.keys(values).filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    refuse(TypeError, unknown.join(", "), `be one of ${known.join(", ")}`, "an unknown field");
  }
  for (const [name, schema] of Object.entries(fields)) {
    const [expected, found] = [typeof helpOf(schema).default, typeof values[name]];
    if (found !== expected) refuse(TypeError, name, `be a ${expected}`, values[name]);
  }
  for (const [name, schema] of Object.entries(fields)) {
    if (!z.safeParse(schema, values[name]).success) {
      refuse(RangeError, name, ruleOf(schema), values[name]);
    }
  }
}

/** Puts the bounds of a schema into words, such as `be an integer >= 1`. */
function ruleOf(schema: z.core.$ZodType): string {
  const { type, enum: names, minimum, exclusiveMinimum, multipleOf } = z.toJSONSchema(schema);
  if (names) return `be one of ${names.join(", ")}`;
  const kind = multipleOf !== undefined
    ? `a multiple of ${multipleOf}`
    : type === "integer"
    ? "an integer"
    : `a ${type}`;
  const bound = exclusiveMinimum !== undefined ? `> ${exclusiveMinimum}` : `>= ${minimum}`;
  return `be ${kind} ${bound}`;
}

function refuse(
  kind: typeof RangeError | typeof TypeError,
  field: string,
  rule: string,
  value: unknown,
): never {
  throw new kind(`Cannot use config: ${field} must ${rule}, got ${value ?? "nothing"}`);
}
