/**
 * Says in plain words what the operating system refused.
 *
 * @module
 */

/**
 * What must hold, what was found, and what helps, by the system's code.
 *
 * Source: the codes of POSIX.1-2017, `errno.h`; Deno and Node.js give them as `code` on Windows too.
 */
const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "it must exist, got no such file or folder; check the path",
  EACCES: "its permissions must allow it, got a refusal; " +
    "change them with chmod or chown, or choose another path",
  EPERM: "its permissions must allow it, got a refusal; " +
    "change them with chmod or chown, or choose another path",
  EROFS: "its disk must take changes, got a read-only one; choose another folder",
  EISDIR: "it must be a file, got a folder; give the path of a file",
  ENOTDIR: "what its path leads through must be folders, got a file; check the path",
  EEXIST: "nothing may be in its way, got a file; remove that or choose another path",
  ENOSPC: "its disk must have room, got a full one; free some space or choose another folder",
  EDQUOT: "your share of its disk must have room, got a full one; " +
    "free some space or choose another folder",
  EFBIG: "its disk must take files of this size, got a limit; choose another folder",
  ELOOP: "its links must lead to a file, got links that lead in a circle; remove them",
  ENAMETOOLONG: "its name must be as short as the disk wants, got a longer one; choose another",
  EMFILE: "fewer files must be open, got as many as the system allows; raise it with ulimit -n",
  ENFILE: "fewer files must be open, got as many as the system allows; close other programs",
  EBUSY: "it must be free, got a file that another program holds; close that program",
  ETXTBSY: "it must be free, got a file that another program holds; close that program",
  EIO: "its disk must answer, got a failure of the device; check the disk and its connection",
  ESTALE: "its disk must answer, got a lost connection; mount the disk again",
  ENOTCONN: "its disk must answer, got a lost connection; mount the disk again",
};

/** Codes of the system, unlike those of Node.js itself (`ERR_...`). */
const CODE = /^E(?!RR_)[A-Z0-9]+$/;

/**
 * Says what the system refused: what must hold, what was found and what helps.
 *
 * @param error Anything that was thrown
 * @returns Undefined unless the system threw it
 *
 * @example A missing file
 * ```ts
 * import assert from "node:assert/strict";
 * import { systemReason } from "@/engine/system_error.ts";
 *
 * const error = await Deno.readFile("/nowhere/a.png").catch((error) => error);
 * assert.equal(systemReason(error), "it must exist, got no such file or folder; check the path");
 * ```
 */
export function systemReason(error: unknown): string | undefined {
  const code = error instanceof Error && (error as { code?: unknown }).code;
  if (typeof code !== "string" || !CODE.test(code)) return;
  return REASONS[code] ?? `the system must allow it, got its error ${code}; choose another path`;
}

/**
 * Runs a step on a file, and turns the system's errors into ones that say what to do. They keep their
 * class, so `Deno.errors.NotFound` can still be caught.
 *
 * @param task What the step does, as in "Cannot read"
 * @param path Which file, for the message
 * @param step What to run
 * @throws What the step throws, with the system's errors in words
 */
export async function onFile<T>(task: string, path: string, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    const reason = systemReason(error);
    if (reason === undefined) throw error;
    const { constructor } = error as Error;
    throw new (constructor as ErrorConstructor)(`Cannot ${task} "${path}": ${reason}`, {
      cause: error,
    });
  }
}
