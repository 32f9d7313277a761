/**
 * The context of every part of set-up.
 *
 * @module
 */
import type { Layout } from "./layout.ts";

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
  /** The Python that makes the virtual environment. */
  readonly pythonProgram: string;
  /** The C++ compiler of the binding. */
  readonly compilerProgram: string;
}
