/**
 * What every part of set-up is given.
 *
 * @module
 */
import type { Layout } from "./layout.ts";

/** A step that has begun or, with `done` and `total`, how far it is. */
export interface SetupProgress {
  /** What is done, such as `Extract libtensorflow`. */
  readonly step: string;
  /** Bytes so far. */
  readonly done?: number;
  /** Bytes in all. */
  readonly total?: number;
}

/** One run of set-up. */
export interface SetupContext {
  /** The checkout to work in. */
  readonly layout: Layout;
  /** Ends the run when aborted; the next run goes on from there. */
  readonly signal?: AbortSignal;
  /** Told of each step that takes time. */
  readonly report: (progress: SetupProgress) => void;
  /** The Python that makes the virtual environment. */
  readonly pythonProgram: string;
  /** The C++ compiler of the binding. */
  readonly compilerProgram: string;
}
