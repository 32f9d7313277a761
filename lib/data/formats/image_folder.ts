/**
 * Finds files below a folder as other programs leave them: with links that lead nowhere, names in old
 * encodings, and files that may not be read.
 *
 * @module
 */
import { join, relative } from "node:path";
import { onFile, systemReason } from "@/engine/system_error.ts";
import { isSystemFile } from "./system_files.ts";

/** A file below a folder. */
export interface FoundFile {
  /** Its path, with that of the folder. */
  readonly name: string;
  /** Its content. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** What to read from a folder. */
export interface FolderSelection {
  /** Whether to read a file, given its name without folders. */
  readonly wanted: (name: string) => boolean;
  /** Told why of each wanted file, and of each folder, that cannot be read. */
  readonly leaveOut: (message: string) => void;
}

/** What Deno puts in a name for bytes that are not UTF-8; it cannot open such a name. */
const NO_CHARACTER = "\ufffd";

/** Why a file is not read that the system would open. */
class Unreadable extends Error {}

/**
 * Reads the wanted files of a folder and its subfolders, in no order. Hidden and system files are
 * passed over; whatever cannot be read is left out and told, except the folder itself.
 *
 * @param folder The folder; may be a link
 * @param selection What is wanted, and who is told of what is left out
 * @throws The system's error, in words, if the folder itself cannot be read
 */
export async function* readFolder(
  folder: string,
  { wanted, leaveOut }: FolderSelection,
): AsyncGenerator<FoundFile> {
  const list = (path: string) => Array.fromAsync(Deno.readDir(path));
  const told = async <T>(path: string, step: (path: string) => Promise<T>) => {
    try {
      return await step(path);
    } catch (error) {
      leaveOut(`"${relative(folder, path)}": ${reasonOf(error, path)}`);
    }
  };
  const folders: { path: string; entries: Deno.DirEntry[] }[] = [
    { path: folder, entries: await onFile("read", folder, () => list(folder)) },
  ];
  for (let here = folders.pop(); here; here = folders.pop()) {
    for (const entry of here.entries) {
      const name = join(here.path, entry.name);
      if (isSystemFile(entry.name)) continue;
      if (entry.isDirectory) {
        const entries = await told(name, list);
        if (entries) folders.push({ path: name, entries });
      } else if (wanted(entry.name)) {
        const bytes = await told(name, (path) => readFile(path, entry));
        if (bytes) yield { name, bytes };
      } else if (entry.isSymlink) await told(name, refuseFolder);
    }
  }
}

async function readFile(path: string, { isSymlink }: Deno.DirEntry) {
  const { isFile, isDirectory } = await Deno.stat(path).catch((error) => {
    if (!isSymlink || !(error instanceof Deno.errors.NotFound)) throw error;
    throw new Unreadable(
      "its link must lead to a file, got one that leads nowhere; " +
        "fetch or mount what it stands for, or remove it",
    );
  });
  if (isDirectory) await refuseFolder(path);
  if (!isFile) throw new Unreadable("it must be a file, got a pipe or a device; remove it");
  return await Deno.readFile(path);
}

/** Links to folders are not followed, since they may form cycles. */
async function refuseFolder(link: string): Promise<void> {
  const isFolder = await Deno.stat(link).then((target) => target.isDirectory, () => false);
  if (!isFolder) return;
  throw new Unreadable("it must be a file or a folder, got a link to a folder; name that instead");
}

/** Says why a path cannot be read; passes on what is not the system's doing. */
function reasonOf(error: unknown, path: string): string {
  if (error instanceof Unreadable) return error.message;
  const reason = systemReason(error);
  if (reason === undefined) throw error;
  return path.includes(NO_CHARACTER) && error instanceof Deno.errors.NotFound
    ? "its name must be in UTF-8, got another encoding; rename it"
    : reason;
}
