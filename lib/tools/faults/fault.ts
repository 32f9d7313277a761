/**
 * The seam of the campaign `deno task faults`: a fault, tried many times on purpose.
 *
 * @module
 */

/** One kind of fault. */
export interface Fault {
  /** Its row in the table, e.g. `training killed`. */
  readonly name: string;
  /** What must come of every try, in one line. */
  readonly right: string;
  /** How many tries the whole campaign makes, and how many its short form in the tests. */
  readonly tries: { readonly whole: number; readonly short: number };
  /** Tries it; throws only if the fault itself cannot be made. */
  run(context: FaultContext): Promise<FaultResult>;
}

/** What a fault gets from the campaign. */
export interface FaultContext {
  /** An empty folder of its own. */
  readonly folder: string;
  /** How many tries to make. */
  readonly tries: number;
  /** Seed of all random choices; equal seeds make equal tries. */
  readonly seed: number;
  /** Tells how far it is. */
  onTry(done: number): void;
  /** Stops it between two tries. */
  readonly signal?: AbortSignal;
}

/** What came of a fault. */
export interface FaultResult {
  /** How many tries were made. */
  readonly tried: number;
  /** One line for every try that went wrong: how to repeat it, and what was seen. */
  readonly failures: readonly string[];
  /** A number worth knowing, e.g. `12 refused, 88 read`. */
  readonly note?: string;
  /** Why it could not be tried on this machine; then `tried` is 0. */
  readonly skipped?: string;
}
