/**
 * Checkpoints: all that a run needs to go on as if it had never stopped.
 *
 * @module
 */
import { basename, join } from "node:path";
import type { Config } from "@/config.ts";
import { writeAtomically } from "@/engine/files.ts";
import { onFile } from "@/engine/system_error.ts";
import { decodeTensors, encodeTensors } from "@/data/formats/safetensors.ts";
import type { NamedArrays } from "@/engine/shapes.ts";
import { trainedWeights } from "@/infer/weights.ts";
import { checkStoredConfig, createLearner, definingFields } from "@/method/registry.ts";

/** A run at the end of a step. */
export interface Checkpoint {
  /** How many steps were taken. */
  readonly step: number;
  /** The config of the run. */
  readonly config: Config;
  /** The values of all variables, or the weights alone, from which no run can resume. */
  readonly snapshot: NamedArrays;
  /** What a user should know of the file that it was read from, to be shown wherever it is used. */
  readonly notice?: string;
  /**
   * Squared errors of a pixel of images that were not trained on, one for each image: what an image of the
   * same kind may have. Absent from older files.
   */
  readonly heldOutErrors?: readonly number[];
}

/** How many checkpoints of a run are kept. */
const KEPT = 3;
const NAME = /^step-(\d+)\.safetensors$/;

/**
 * Saves a checkpoint in a run's folder and removes all but the last three.
 *
 * @returns Its path
 */
export async function saveCheckpoint(folder: string, checkpoint: Checkpoint): Promise<string> {
  const path = join(folder, `step-${String(checkpoint.step).padStart(6, "0")}.safetensors`);
  await writeAtomically(path, encodeCheckpoint(checkpoint));
  for (const old of (await listCheckpoints(folder)).slice(0, -KEPT)) await Deno.remove(old);
  return path;
}

/**
 * Saves the weights of a checkpoint alone, in half precision: enough to use the model, in about an eighth
 * of the bytes that its run needs to resume.
 *
 * @param path The file to write; `loadCheckpoint` reads it
 * @param checkpoint Of a run, or weights that were saved before
 * @returns Its size in bytes
 * @throws {RangeError} If weights are missing, or too large for half precision
 */
export async function saveWeights(path: string, checkpoint: Checkpoint): Promise<number> {
  const snapshot = trainedWeights(createLearner(checkpoint.config), checkpoint.snapshot);
  const bytes = encodeCheckpoint({ ...checkpoint, snapshot }, { isHalf: true });
  await writeAtomically(path, bytes);
  return bytes.length;
}

/** Gives the paths of a folder's checkpoints, from the oldest step to the newest. */
export async function listCheckpoints(folder: string): Promise<string[]> {
  const names: string[] = [];
  try {
    for await (const { name } of Deno.readDir(folder)) if (NAME.test(name)) names.push(name);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return names.sort((a, b) => stepOf(a) - stepOf(b)).map((name) => join(folder, name));
}

/** Reads from a checkpoint's path how many steps were taken. */
export function stepOf(path: string): number {
  return Number(NAME.exec(basename(path))![1]);
}

/**
 * Writes a checkpoint as bytes, each variable with its shape.
 *
 * @param options `isHalf` stores float16, for weights alone
 */
export function encodeCheckpoint(
  { step, config, snapshot, heldOutErrors }: Checkpoint,
  options: { isHalf?: boolean } = {},
): Uint8Array {
  return encodeTensors({
    tensors: snapshot,
    metadata: {
      step: String(step),
      config: JSON.stringify(config),
      ...(heldOutErrors && { heldOutErrors: JSON.stringify(heldOutErrors.map(rounded)) }),
    },
  }, options);
}

/** Four digits are more than an error of one image is worth. */
const rounded = (error: number) => Number(error.toPrecision(4));

/**
 * Reads a checkpoint. One that another program saved again, such as safetensors for Python, has a notice.
 *
 * @throws {Deno.errors.NotFound} If there is no such file
 * @throws {SyntaxError} If it is damaged or no checkpoint
 */
export async function loadCheckpoint(path: string): Promise<Checkpoint> {
  return decodeCheckpoint(await readWhole(path), path);
}

/**
 * Reads the bytes of a checkpoint, as `loadCheckpoint`.
 *
 * @param bytes All of them
 * @param path Where they come from, for messages
 * @throws {SyntaxError} If they are damaged or no checkpoint
 */
export function decodeCheckpoint(bytes: Uint8Array, path: string): Checkpoint {
  const { tensors, metadata, notice } = decodeTensors(bytes, path);
  const step = /^\d+$/.test(metadata.step ?? "") ? Number(metadata.step) : NaN;
  const config = readConfig(metadata.config);
  if (!Number.isSafeInteger(step) || config === undefined) {
    const found = metadata.config === undefined
      ? "no config"
      : config
      ? "a config"
      : "a broken config";
    throw new SyntaxError(
      `Cannot read "${path}": a checkpoint must name its step and config, ` +
        `got step ${metadata.step ?? "none"} and ${found}${notice === undefined ? "" : RESAVED}`,
    );
  }
  return {
    step,
    config: checkStoredConfig(config),
    snapshot: tensors as NamedArrays,
    ...(notice !== undefined && { notice }),
    ...(metadata.heldOutErrors !== undefined && {
      heldOutErrors: readErrors(metadata.heldOutErrors, path),
    }),
  };
}

/** What to do about metadata that another program has dropped. */
const RESAVED = "; where another program saves it, it must keep the metadata: in Python, " +
  "save_file(tensors, path, safe_open(original, 'np').metadata())";

/** Parses a stored config; undefined if it is none. */
function readConfig(text = ""): Record<string, unknown> | undefined {
  const config = readJson(text);
  if (typeof config !== "object" || config === null) return undefined;
  return config as Record<string, unknown>;
}

function readErrors(text: string, path: string): number[] {
  const errors = readJson(text);
  if (Array.isArray(errors) && errors.length > 0 && errors.every(Number.isFinite)) return errors;
  throw new SyntaxError(
    `Cannot read "${path}": heldOutErrors must be a list of numbers, got ${text.slice(0, 40)}`,
  );
}

/** Parses JSON; undefined if it is none. */
function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function readWhole(path: string): Promise<Uint8Array> {
  try {
    return await onFile("read", path, () => Deno.readFile(path));
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Deno.errors.NotFound(
      `Cannot read "${path}": the checkpoint must exist, got no such file; train one with ` +
        `\`deno task train\``,
    );
  }
}

/**
 * Reads the newest checkpoint of a run's folder.
 *
 * @returns Nothing if the folder holds none
 * @throws {SyntaxError} If it is damaged; the message names the one before, if there is one
 */
export async function loadNewestCheckpoint(folder: string): Promise<Checkpoint | undefined> {
  const paths = await listCheckpoints(folder);
  const newest = paths.at(-1);
  if (newest === undefined) return undefined;
  try {
    return await loadCheckpoint(newest);
  } catch (error) {
    const before = paths.at(-2);
    const cure = before ? `remove it to go on from "${before}"` : "remove it to start again";
    throw new SyntaxError(`${(error as Error).message}; ${cure}`, { cause: error });
  }
}

/**
 * Checks that a run can go on from a checkpoint.
 *
 * @throws {RangeError} If a field of the config differs that changes the run; all are named
 */
export function checkContinues(checkpoint: Config, config: Config): void {
  const differing = differingFields(checkpoint, config);
  if (differing.length > 0) {
    const list = (from: Config) => differing.map((field) => `${field} ${from[field]}`).join(", ");
    throw new RangeError(
      `Cannot resume: the config must have the checkpoint's ${list(checkpoint)}, ` +
        `got ${list(config)}; ${
          differing.includes("replicas")
            ? "replicas have images, noise, batch statistics and poses of their own, so runs of other " +
              "numbers are other runs: "
            : ""
        }use those values, or another folder`,
    );
  }
}

/** Names the fields that change the run and that two configs do not share. */
export function differingFields(a: Config, b: Config): string[] {
  const fields = new Set([...definingFields(a), ...definingFields(b)]);
  return [...fields].filter((field) => a[field] !== b[field]);
}
