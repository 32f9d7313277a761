/**
 * Resolves paths given by the user.
 *
 * @module
 */
import { isAbsolute, join } from "node:path";

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

const exists = (path: string) => Deno.stat(path).then(() => true, () => false);
