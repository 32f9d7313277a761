/**
 * Files that are whole or not there, folders with one writer at a time, and failed writes in words.
 *
 * @module
 */
import { dirname, join } from "node:path";

/** What a temporary name ends in, after the name of the file that is to be. */
const TEMPORARY = /\.[0-9a-f]{8}\.tmp$/;

/**
 * Writes a file so that a crash at any moment leaves the old one or the new one: to a temporary name
 * beside it, synced to disk, renamed.
 *
 * @param path Where to; missing folders are made
 * @param content Text, bytes, or parts of bytes
 * @throws {WriteError} If the disk is full or does not take it for another reason; the old file, if there
 *   is one, is still whole
 */
export async function writeAtomically(
  path: string,
  content: string | Uint8Array | readonly Uint8Array[],
): Promise<void> {
  const temporary = `${path}.${crypto.randomUUID().slice(0, 8)}.tmp`;
  try {
    await Deno.mkdir(dirname(path), { recursive: true });
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
    throw writeError(path, error);
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

/** A file that the disk did not take; the message says why and what to do. */
export class WriteError extends Error {
  /** Shown in messages in place of `Error`. */
  override readonly name = "WriteError";
}

/** What the disk must allow, what was found, and the cure, by the system's code of the error. */
const REASONS: Readonly<Record<string, (folder: string) => [string, string, string]>> = {
  ENOSPC: full,
  EDQUOT: full,
  EFBIG: full,
  EACCES: forbidden,
  EPERM: forbidden,
  EROFS: (folder) => [
    `folder "${folder}" must be on a disk that can be written to`,
    "a read-only one",
    "choose another folder",
  ],
  ENOTDIR: notFolder,
  EEXIST: notFolder,
  EISDIR: taken,
  ENOTEMPTY: taken,
  ENOENT: (folder) => [`folder "${folder}" must stay in place`, "none", "run it again"],
  ENAMETOOLONG: () => ["its name must be one that the disk takes", "a longer one", "shorten it"],
};

function full(folder: string): [string, string, string] {
  return [
    `the disk of folder "${folder}" must have room for it`,
    "a full one",
    "free space there or choose another folder, then run it again",
  ];
}

function forbidden(folder: string): [string, string, string] {
  return [
    `folder "${folder}" must be writable`,
    "no permission",
    "choose another folder, or change its owner",
  ];
}

function notFolder(folder: string): [string, string, string] {
  return [`"${folder}" must be a folder`, "a file in its way", "move it, or choose another folder"];
}

function taken(): [string, string, string] {
  return ["its name must be free", "a folder of that name", "move it, or choose another name"];
}

/**
 * Puts the failure of a write into words.
 *
 * @param path The file that was to be written
 * @param error What was thrown
 * @returns A `WriteError` in place of the system's error; any other error as it is
 *
 * @example A full disk
 * ```ts
 * import assert from "node:assert/strict";
 * import { writeError } from "@/engine/files.ts";
 *
 * const error = Object.assign(new Error("No space left (os error 28)"), { code: "ENOSPC" });
 * assert.match(String(writeError("runs/a.json", error)), /the disk of folder "runs" must have room/);
 * ```
 */
export function writeError(path: string, error: unknown): unknown {
  return failure(`write "${path}"`, dirname(path), error);
}

function failure(task: string, folder: string, error: unknown): unknown {
  if (!(error instanceof Error) || !("code" in error)) return error;
  const [rule, found, cure] = REASONS[String(error.code)]?.(folder) ??
    ["the disk must take it", error.message.replace(/ \(os error.*/s, ""), "check the disk"];
  return new WriteError(`Cannot ${task}: ${rule}, got ${found}; ${cure}`, { cause: error });
}

/**
 * Takes a folder for one writer, in this process or another, until it is disposed or the process ends,
 * however it ends. Leaves no file behind: the folder itself is locked.
 *
 * @param folder Which one; it is made if it does not exist
 * @returns Nothing if another writer has it. Where the file system knows no locks, every writer gets it.
 * @throws {WriteError} If it cannot be made
 */
export async function tryLockFolder(folder: string): Promise<Disposable | undefined> {
  return await tryLock(folder, () => Deno.open(folder));
}

/**
 * The same by a file in the folder, which stays there. Over NFS this holds between machines as well: a
 * lock of a folder itself is known to one machine alone.
 *
 * @param path The file; its folder is made if it does not exist
 * @returns Nothing if another writer has it. Where the file system knows no locks, every writer gets it.
 * @throws {WriteError} If it cannot be made
 */
export async function tryLockFile(path: string): Promise<Disposable | undefined> {
  return await tryLock(dirname(path), () => Deno.open(path, { write: true, create: true }));
}

/** Tells whether a writer has a file that `tryLockFile` locks. Makes nothing. */
export async function isFileLocked(path: string): Promise<boolean> {
  try {
    using file = await Deno.open(path);
    return !await file.tryLock(false).catch(() => true);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

async function tryLock(
  folder: string,
  open: () => Promise<Deno.FsFile>,
): Promise<Disposable | undefined> {
  let handle: Deno.FsFile;
  try {
    await Deno.mkdir(folder, { recursive: true });
    handle = await open();
  } catch (error) {
    throw failure(`write to folder "${folder}"`, folder, error);
  }
  // An error, unlike `false`, means that there are no locks here.
  const isFree = await handle.tryLock(true).catch(() => true);
  if (isFree) return handle;
  handle.close();
}
