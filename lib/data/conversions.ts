/**
 * Keeps what was converted from large archives, so that it is done once.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { writeAtomically } from "@/engine/files.ts";
import { decodeTensors, encodeInParts, type TensorFile } from "@/data/formats/safetensors.ts";

/** What a conversion follows from. Another value of anything in it makes another file. */
export interface Conversion {
  /** What the file is called first of all; letters, digits and `-`. */
  readonly name: string;
  /** The archive: its size and time of change count, its place does not. */
  readonly archive: string;
  /** Everything else, the version of the converting code included. */
  readonly options: Readonly<Record<string, string | number>>;
}

/**
 * Names the file of a conversion: `<folder>/<name>-<hash>.safetensors`.
 *
 * @throws {Deno.errors.NotFound} If there is no such archive
 */
export async function conversionFile(
  folder: string,
  { name, archive, options }: Conversion,
): Promise<string> {
  const { size, mtime } = await Deno.stat(archive);
  const key = JSON.stringify([size, mtime?.getTime(), Object.entries(options).toSorted()]);
  const hash = createHash("sha256").update(key).digest("hex").slice(0, 12);
  return join(folder, `${name}-${hash}.safetensors`);
}

/** Reads a conversion. Gives nothing where there is none, or a damaged one: then convert again. */
export async function readConversion(file: string): Promise<TensorFile | undefined> {
  try {
    return decodeTensors(await Deno.readFile(file), file);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof SyntaxError) return;
    throw error;
  }
}

/** Keeps a conversion; the file is whole or not there. */
export async function writeConversion(file: string, conversion: TensorFile): Promise<void> {
  await writeAtomically(file, encodeInParts(conversion));
}
