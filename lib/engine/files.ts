/**
 * Files that are whole or not there.
 *
 * @module
 */
import { dirname, join } from "node:path";
import { onFile } from "./system_error.ts";

/** What a temporary name ends in, after the name of the file that is to be. */
const TEMPORARY = /\.[0-9a-f]{8}\.tmp$/;

/**
 * Writes a file so that a crash at any moment leaves the old one or the new one: to a temporary name
 * beside it, synced to disk, renamed.
 *
 * @param path Where to; missing folders are made
 * @param content Text, bytes, or parts of bytes
 * @throws The system's errors, such as a full disk, in words
 */
export async function writeAtomically(
  path: string,
  content: string | Uint8Array | readonly Uint8Array[],
): Promise<void> {
  await onFile("write", path, () => writeAndRename(path, content));
}

async function writeAndRename(
  path: string,
  content: string | Uint8Array | readonly Uint8Array[],
): Promise<void> {
  await Deno.mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${crypto.randomUUID().slice(0, 8)}.tmp`;
  try {
    const parts = typeof content === "string"
      ? [new TextEncoder().encode(content)]
      : content instanceof Uint8Array
      ? [content]
      : content;
    using file = await Deno.open(temporary, { write: true, createNew: true });
    for (const part of parts) {
      for (let at = 0; at < part.length;) at += await file.write(part.subarray(at));
    }
    await file.sync();
    await Deno.rename(temporary, path);
  } catch (error) {
    await Deno.remove(temporary).catch(() => {}); // gone already, or never made
    throw error;
  }
}

/**
 * Removes what writers that were killed have left behind. Nobody else may be writing there.
 *
 * @param folder Which one; folders inside it are left alone, and it need not exist
 */
export async function removeTemporaries(folder: string): Promise<void> {
  try {
    for await (const { name, isFile } of Deno.readDir(folder)) {
      if (isFile && TEMPORARY.test(name)) await Deno.remove(join(folder, name));
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
