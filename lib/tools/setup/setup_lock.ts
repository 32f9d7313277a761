/**
 * Allows one set-up of a checkout at a time.
 *
 * @module
 */
import { join } from "node:path";
import type { SetupProgress } from "./context.ts";

/** Linux's numbers of EINVAL, ENOLCK, ENOSYS and EOPNOTSUPP: file systems without locks give them. */
const NO_LOCKS = /\(os error (22|37|38|95)\)$/;

/** A lock that is taken once something must be made; the system releases that of a killed set-up. */
export class SetupLock implements Disposable {
  #file: Deno.FsFile | undefined;

  /**
   * Takes nothing yet.
   *
   * @param folder Where the lock's file lies
   * @param report Called if it must wait, or if there are no locks
   */
  constructor(
    private readonly folder: string,
    private readonly report: (progress: SetupProgress) => void,
  ) {}

  /**
   * Waits until no other set-up is at work here. Does so once.
   *
   * @throws {Error} If nothing can be written there
   */
  async take(): Promise<void> {
    if (this.#file !== undefined) return;
    this.#file = await openForWriting(this.folder);
    try {
      if (await this.#file.tryLock(true)) return;
      this.report({ step: "Wait for another set-up to finish" });
      await this.#file.lock(true);
    } catch (error) {
      if (!NO_LOCKS.test((error as Error).message)) throw error;
      const step = "Go on without a lock, which this file system lacks: run one set-up at a time";
      this.report({ step });
    }
  }

  /** Releases it. */
  [Symbol.dispose](): void {
    this.#file?.close();
    this.#file = undefined;
  }
}

/** Whether the file system of a file has locks. */
export async function canLock(path: string): Promise<boolean> {
  using file = await Deno.open(path);
  try {
    await file.tryLock(false); // false if somebody holds it: then locks work
    return true;
  } catch (error) {
    if (!NO_LOCKS.test((error as Error).message)) throw error;
    return false;
  }
}

async function openForWriting(folder: string): Promise<Deno.FsFile> {
  try {
    await Deno.mkdir(folder, { recursive: true });
    return await Deno.open(join(folder, "lock"), { write: true, create: true });
  } catch (error) {
    const { code, message } = error as Error & { code?: string };
    throw new Error(
      `Cannot set up what is missing: "${folder}" must be writable, got ${code ?? message}; ` +
        "run `deno task setup` as the user who owns it, or use a clone of your own",
      { cause: error },
    );
  }
}
