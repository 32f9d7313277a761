/**
 * What all commands share: progress, timing, signals to stop, and one-line errors.
 *
 * @module
 */
import { onStopSignal, type StopSignal } from "@/engine/stop_signals.ts";
import { createProgressLine, type ProgressLine } from "./progress.ts";

/** Passed to a command's body, before its options. */
export interface Session {
  /** Aborted by the first Ctrl-C or SIGTERM; a second Ctrl-C exits at once. */
  readonly signal: AbortSignal;
  /** Prints a line. */
  readonly say: (line: string) => void;
  /** Shows the progress of a long task. */
  readonly progress: ProgressLine["show"];
  /** Shows and prints no more: another process of the same run does. */
  readonly silence: () => void;
}

/** How a command ended. */
export interface Outcome {
  /** The code to exit with, 0 by default. */
  readonly exitCode?: number;
  /** Printed last, on its own line. */
  readonly closingLine?: string;
  /** Printed alone, without the duration: for another program to read. */
  readonly answer?: string;
}

/** Exits with a code, without printing an error. */
export class Exit extends Error {
  /**
   * Stores the exit code.
   *
   * @param code The exit code
   */
  constructor(readonly code: number) {
    super(`exit code ${code}`);
  }
}

/** Wrong usage: exit code 2. */
export class Misuse extends Error {}

/** Runs a check of user input; its error counts as misuse. */
export function checkTyped<Result>(check: () => Result): Result {
  try {
    return check();
  } catch (error) {
    throw new Misuse((error as Error).message, { cause: error });
  }
}

/** The conventional exit code after Ctrl-C, and ours after SIGTERM too. */
export const INTERRUPTED = 130;

/** How a command ended, by exit code. */
const VERBS: Readonly<Record<number, string>> = { 0: "done in", [INTERRUPTED]: "stopped after" };

/**
 * Wraps a command's body as an action for commander.
 *
 * @param name The command's name, which starts its last line
 * @param body Called with the session, then commander's arguments and options
 */
export function action<Arguments extends unknown[]>(
  name: string,
  body: (session: Session, ...given: Arguments) => Promise<Outcome | void>,
): (...given: Arguments) => Promise<void> {
  return async (...given) => {
    const started = performance.now();
    const abort = new AbortController();
    const progress = createProgressLine();
    let isSilent = false;
    const say = (line: string) => {
      if (isSilent) return;
      progress.end();
      console.log(line);
    };
    const interrupt = (signal: StopSignal) => {
      const isTyped = signal === "SIGINT";
      // A scheduler may send SIGTERM to each process of a job, and each may pass it on to its children.
      if (abort.signal.aborted) return isTyped ? Deno.exit(INTERRUPTED) : undefined;
      say(`${name}: stopping${isTyped ? "; press Ctrl-C again to stop at once" : ""}`);
      abort.abort();
    };
    const listening = onStopSignal(interrupt);
    try {
      const session: Session = {
        signal: abort.signal,
        say,
        progress: (...given) => isSilent || progress.show(...given),
        silence: () => isSilent = true,
      };
      const { exitCode = 0, closingLine, answer } = await body(session, ...given) ?? {};
      if (answer !== undefined) return say(answer);
      const verb = VERBS[exitCode] ?? "failed after";
      say(`${name}: ${verb} ${inWords(performance.now() - started)}`);
      if (closingLine !== undefined) say(closingLine);
      if (exitCode !== 0) throw new Exit(exitCode);
    } catch (error) {
      if (!abort.signal.aborted || error instanceof Exit) throw error;
      say(`${name}: stopped; rerun the command to resume`);
      throw new Exit(INTERRUPTED);
    } finally {
      progress.end();
      listening[Symbol.dispose]();
    }
  };
}

/** Formats a duration, e.g. `36.1 s` or `2 min 5 s`. */
export function inWords(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`;
}
