/**
 * The npm packages, which Deno installs.
 *
 * @module
 */
import { join } from "node:path";
import type { Layout } from "./layout.ts";
import { exists } from "./prepared.ts";
import { isRefused } from "./user_folder.ts";

/** What everybody may read and, of folders, enter. */
const READ = 0o444;
const ENTER = 0o111;

/** Deno installs the packages of deno.json at startup, unless node_modules was copied incomplete. */
export async function requirePackages(layout: Layout): Promise<void> {
  for (const folder of [layout.tfjs, layout.nodeHeaders]) {
    if (!await exists(folder)) {
      throw new Error(
        `Cannot set up: npm packages must be installed, got no "${folder}"; run \`deno install\``,
      );
    }
  }
}

/**
 * Lets everybody read the packages whom the user's umask lets read new files. Deno keeps the modes
 * of the archives, and one package of tfjs was packed for its author's eyes alone.
 *
 * @param folder `node_modules`, or a folder in it
 * @param umask The bits that stay unset
 */
export async function letOthersRead(folder: string, umask: number = Deno.umask()): Promise<void> {
  await addMode(folder, (READ | ENTER) & ~umask);
  for await (const { name, isDirectory, isFile } of Deno.readDir(folder)) {
    const path = join(folder, name);
    if (isDirectory) await letOthersRead(path, umask);
    else if (isFile) await addMode(path, READ & ~umask);
  }
}

async function addMode(path: string, bits: number): Promise<void> {
  const mode = (await Deno.lstat(path)).mode!;
  if ((mode & bits) === bits) return;
  try {
    await Deno.chmod(path, (mode | bits) & 0o7777);
  } catch (error) {
    if (!isRefused(error)) throw error; // its owner has kept it from others
  }
}
