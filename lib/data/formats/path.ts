/**
 * Where a path of the user's leads.
 *
 * @module
 */
import { isAbsolute, join } from "node:path";

/**
 * Finds what a path names: from the working directory, as anywhere, or else in the data folder, so that
 * one text names a set in the terminal, in notebooks, and in the records of figures.
 *
 * @param path As it was typed
 * @param dataDir The folder of the data sets
 * @returns The path of what is there; `path` itself where nothing is
 */
export async function findPath(path: string, dataDir: string): Promise<string> {
  if (isAbsolute(path) || await exists(path)) return path;
  const inDataDir = join(dataDir, path);
  return await exists(inDataDir) ? inDataDir : path;
}

const exists = (path: string) => Deno.stat(path).then(() => true, () => false);
