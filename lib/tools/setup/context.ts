/**
 * The context of every part of set-up.
 *
 * @module
 */
import type { Layout } from "./layout.ts";
import { isCurrent, type Prepared } from "./prepared.ts";

/** A step that has begun or, with `done` and `total`, its progress. */
export interface SetupProgress {
  /** The step, e.g. `Extract libtensorflow`. */
  readonly step: string;
  /** Bytes so far. */
  readonly done?: number;
  /** Total bytes. */
  readonly total?: number;
}

/** One run of set-up. */
export interface SetupContext {
  /** The checkout to work in. */
  readonly layout: Layout;
  /** Aborts the run; the next run resumes. */
  readonly signal?: AbortSignal;
  /** Called for each step that takes time. */
  readonly report: (progress: SetupProgress) => void;
  /** Waits, before anything is made, until no other set-up is at work. */
  readonly lock: () => Promise<void>;
  /** Pythons that may make the virtual environment; the first that is supported does. */
  readonly pythonPrograms: readonly string[];
  /** The C++ compiler of the binding. */
  readonly compilerProgram: string;
}

/**
 * Whether a folder is made. If not, no other set-up is at work afterwards. So nothing is written, not
 * even a lock, where all is there: the checkout may be another user's, or read-only.
 */
export async function isMade({ lock }: SetupContext, prepared: Prepared): Promise<boolean> {
  if (await isCurrent(prepared)) return true;
  await lock();
  return await isCurrent(prepared); // the other one may have made it
}
