/**
 * Caches conversions of large archives.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { writeAtomically } from "@/engine/files.ts";
import { onFile } from "@/engine/system_error.ts";
import { decodeTensors, encodeInParts, type TensorFile } from "@/data/formats/safetensors.ts";

/** What a conversion depends on: any change of these gives another file. */
export interface Conversion {
  /** Prefix of the file name; letters, digits and `-`. */
  readonly name: string;
  /** The archive's path; its size and modification time are hashed, the path is not. */
  readonly archive: string;
  /** Everything else, including the version of the conversion code. */
  readonly options: Readonly<Record<string, string | number>>;
}

/**
 * Returns the path of a conversion's file: `<folder>/<name>-<hash>.safetensors`.
 *
 * @throws {Deno.errors.NotFound} If the archive is missing
 */
export async function conversionFile(
  folder: string,
  { name, archive, options }: Conversion,
): Promise<string> {
  const { size, mtime } = await onFile("read", archive, () => Deno.stat(archive));
  const key = JSON.stringify([size, mtime?.getTime(), Object.entries(options).toSorted()]);
  const hash = createHash("sha256").update(key).digest("hex").slice(0, 12);
  return join(folder, `${name}-${hash}.safetensors`);
}

/**
 * Reads a conversion; undefined if it is missing, damaged, or not ours to the byte, so that the caller
 * converts again.
 */
export async function readConversion(file: string): Promise<TensorFile | undefined> {
  try {
    const bytes = await onFile("read", file, () => Deno.readFile(file));
    const conversion = decodeTensors(bytes, file);
    return conversion.notice === undefined ? conversion : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof SyntaxError) return;
    throw error;
  }
}

/** Writes a conversion atomically. */
export async function writeConversion(file: string, conversion: TensorFile): Promise<void> {
  await writeAtomically(file, encodeInParts(conversion));
}
