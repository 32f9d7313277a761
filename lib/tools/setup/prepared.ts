/**
 * Folders that set-up makes once and keeps until their inputs change. A folder is valid only with
 * its stamp, which is written last: whatever a killed set-up leaves behind is rebuilt.
 *
 * @module
 */
import { join, relative } from "node:path";
import { writeAtomically } from "@/engine/files.ts";

/** What a folder was made from: versions, digests, options. */
export type Stamp = Readonly<Record<string, string>>;

const STAMP_FILE = "stamp.json";

/** A folder in its expected state. */
export interface Prepared {
  /** The finished folder. */
  readonly folder: string;
  /** What it should be made from. */
  readonly stamp: Stamp;
  /** Paths in the folder that must exist, e.g. a link that may have broken. */
  readonly probes?: readonly string[];
}

/** A folder to prepare. */
export interface Preparation extends Prepared {
  /**
   * Fills the given folder, which is empty but for one for temporary files: the system's may be
   * small, and this one is on the disk whose space was checked.
   */
  readonly make: (folder: string, temporary: string) => Promise<void>;
  /**
   * Fills the folder in place, for contents that hold their own path. By default it is filled under
   * another name and renamed, so that a running program never sees a partial one.
   */
  readonly inPlace?: boolean;
}

/**
 * Makes a folder unless an up-to-date one exists.
 *
 * @returns Whether it had to be made
 */
export async function prepareFolder(preparation: Preparation): Promise<boolean> {
  const { folder, stamp, make, inPlace = false } = preparation;
  if (await isCurrent(preparation)) return false;
  const making = inPlace ? folder : `${folder}.partial`;
  await removeIfThere(making);
  const temporary = join(making, "tmp");
  await Deno.mkdir(temporary, { recursive: true });
  await make(making, temporary);
  await removeIfThere(temporary);
  await requireProbes(preparation, making);
  await writeAtomically(join(making, STAMP_FILE), textOf(stamp));
  if (!inPlace) await replaceFolder(folder, making);
  return true;
}

/** Whether a folder is complete and made from the expected inputs. */
export async function isCurrent({ folder, stamp, probes = [] }: Prepared): Promise<boolean> {
  const found = await readTextIfThere(join(folder, STAMP_FILE));
  if (found !== textOf(stamp)) return false;
  return (await Promise.all(probes.map(exists))).every((isThere) => isThere);
}

/** Checks what was made, since a program may put its results elsewhere and still succeed. */
async function requireProbes({ folder, probes = [] }: Prepared, making: string): Promise<void> {
  for (const probe of probes) {
    if (await exists(join(making, relative(folder, probe)))) continue;
    throw new Error(
      `Cannot make "${folder}": it must hold ${relative(folder, probe)}, got no such file; ` +
        "rerun the command",
    );
  }
}

/** Reads a file's text; undefined if the file is missing. */
export async function readTextIfThere(path: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Whether a path leads to a file or folder; a dangling link does not. */
export async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

function textOf(stamp: Stamp): string {
  return JSON.stringify(stamp, null, 2) + "\n";
}

/** Replaces `folder` with `making`; it is missing only between two renames. */
async function replaceFolder(folder: string, making: string): Promise<void> {
  const old = `${folder}.old`;
  await removeIfThere(old);
  if (await exists(folder)) await Deno.rename(folder, old);
  await Deno.rename(making, folder);
  await removeIfThere(old);
}

async function removeIfThere(path: string): Promise<void> {
  try {
    await Deno.remove(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
