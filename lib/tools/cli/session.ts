/**
 * What every command has in common: it says what it does and for how long, it listens to Ctrl-C, and
 * its errors are one line.
 *
 * @module
 */
import { createProgressLine, type ProgressLine } from "./progress.ts";

/** What the body of a command is given beside its options. */
export interface Session {
  /** Aborted by the first Ctrl-C; a second one ends the process at once. */
  readonly signal: AbortSignal;
  /** Prints a line. */
  readonly say: (line: string) => void;
  /** Shows how far a long task is. */
  readonly progress: ProgressLine["show"];
}

/** How a command ended, where that is more than well. */
export interface Outcome {
  /** The code to exit with, 0 by default. */
  readonly exitCode?: number;
  /** Printed alone and last. */
  readonly closingLine?: string;
}

/** Ends the program with a code and no further words. */
export class Exit extends Error {
  /**
   * Makes it.
   *
   * @param code What the shell is told
   */
  constructor(readonly code: number) {
    super(`exit code ${code}`);
  }
}

/** The program was called in a way that it does not know: exit code 2. */
export class Misuse extends Error {}

/** Runs a check of what the user typed, whose error then counts as misuse. */
export function checkTyped<Result>(check: () => Result): Result {
  try {
    return check();
  } catch (error) {
    throw new Misuse((error as Error).message, { cause: error });
  }
}

/** The code of a program that Ctrl-C has ended, as shells know it. */
export const INTERRUPTED = 130;

/** How a command ended, by its exit code. */
const VERBS: Readonly<Record<number, string>> = { 0: "done in", [INTERRUPTED]: "stopped after" };

/**
 * Makes the action of a command for commander.
 *
 * @param name The command's name, which opens its last line
 * @param body What it does, given the session and then what commander gives: arguments and options
 */
export function action<Arguments extends unknown[]>(
  name: string,
  body: (session: Session, ...given: Arguments) => Promise<Outcome | void>,
): (...given: Arguments) => Promise<void> {
  return async (...given) => {
    const started = performance.now();
    const abort = new AbortController();
    const progress = createProgressLine();
    const say = (line: string) => {
      progress.end();
      console.log(line);
    };
    const interrupt = () => {
      if (abort.signal.aborted) Deno.exit(INTERRUPTED);
      say(`${name}: stopping; press Ctrl-C again to stop at once`);
      abort.abort();
    };
    Deno.addSignalListener("SIGINT", interrupt);
    try {
      const session = { signal: abort.signal, say, progress: progress.show };
      const { exitCode = 0, closingLine } = await body(session, ...given) ?? {};
      const verb = VERBS[exitCode] ?? "failed after";
      say(`${name}: ${verb} ${inWords(performance.now() - started)}`);
      if (closingLine !== undefined) say(closingLine);
      if (exitCode !== 0) throw new Exit(exitCode);
    } catch (error) {
      if (!abort.signal.aborted || error instanceof Exit) throw error;
      say(`${name}: stopped; the same command goes on from here`);
      throw new Exit(INTERRUPTED);
    } finally {
      progress.end();
      Deno.removeSignalListener("SIGINT", interrupt);
    }
  };
}

/** Gives a time as people say it, such as `36.1 s` or `2 min 5 s`. */
export function inWords(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`;
}
