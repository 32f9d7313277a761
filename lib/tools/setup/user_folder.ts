/**
 * Where to write if the checkout is another user's or read-only.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import type { Layout } from "./layout.ts";
import { userEnvironment } from "./private_environment.ts";

/** The system's words for "not by you" and "not here". */
const REFUSED = ["EACCES", "EPERM", "EROFS"];

/** Whether an error means that a folder may not be written to. */
export function isRefused(error: unknown): boolean {
  return REFUSED.includes((error as { code?: string }).code ?? "");
}

/** Whether files can be made in a folder, which must exist. */
export async function isWritable(folder: string): Promise<boolean> {
  try {
    await Deno.remove(await Deno.makeTempFile({ dir: folder, prefix: ".writable-" }));
    return true;
  } catch (error) {
    if (isRefused(error)) return false;
    throw error;
  }
}

/** Returns the user's own folder for a checkout; it need not exist. */
export function userFolder({ root }: Layout): string {
  const { HOME, XDG_CACHE_HOME } = userEnvironment();
  const caches = XDG_CACHE_HOME || join(HOME || "/", ".cache");
  return join(caches, "3d-shapes", createHash("sha256").update(root).digest("hex").slice(0, 8));
}

/** Makes the first of the folders that can be written to; undefined if none can. */
export async function firstWritable(folders: readonly string[]): Promise<string | undefined> {
  for (const folder of folders) {
    try {
      await Deno.mkdir(folder, { recursive: true });
      if (await isWritable(folder)) return folder;
    } catch (error) {
      if (!isRefused(error)) throw error;
    }
  }
}
