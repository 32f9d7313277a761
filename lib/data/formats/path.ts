/**
 * Resolves paths given by the user.
 *
 * @module
 */
import { isAbsolute, join } from "node:path";
import { onFile } from "@/engine/system_error.ts";

/**
 * Resolves a path from the working directory, as usual, or else from the data folder, so that the
 * same text names a set in the terminal, in notebooks and in the records of figures.
 *
 * @param path As it was typed
 * @param dataDir The folder of the data sets
 * @returns The path that exists; `path` itself if neither does
 */
export async function findPath(path: string, dataDir: string): Promise<string> {
  if (isAbsolute(path) || await exists(path)) return path;
  const inDataDir = join(dataDir, path);
  return await exists(inDataDir) ? inDataDir : path;
}

/**
 * Says what is in place of a file, for messages.
 *
 * @param path Where a file must be
 * @returns Undefined if there is one
 * @throws The system's errors, in words, if that cannot be told
 */
export async function insteadOfFile(path: string): Promise<string | undefined> {
  const info = await onFile("read", path, () =>
    Deno.stat(path).catch((error) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }));
  if (info === undefined) return "no such file";
  if (info.isFile) return;
  return info.isDirectory ? "a folder" : "a pipe or a device";
}

const exists = (path: string) => Deno.stat(path).then(() => true, () => false);
