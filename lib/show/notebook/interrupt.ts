/**
 * Stopping and errors on the Deno kernel, where by default the stop button ends the kernel and its
 * state, and unhandled rejections are silent.
 *
 * @module
 */

/** The source of interrupts: the process, or a stand-in in tests. */
export interface InterruptSource {
  /** Starts calling `listener` on each stop. */
  onInterrupt(listener: () => void): void;
}

const processSource: InterruptSource = {
  onInterrupt: (listener) => Deno.addSignalListener("SIGINT", listener),
};

const armed = new Map<InterruptSource, { current: AbortController }>();

/**
 * Gives a signal that fires when the stop button is pressed (SIGINT), and keeps the kernel alive
 * from then on. Call it in each cell that can be stopped, since a fired signal is replaced by a
 * fresh one. Loops must check it and must await something, or the press goes unnoticed.
 *
 * @example A loop that stops on request
 * ```ts
 * import { stopSignal } from "./interrupt.ts";
 *
 * const stop = stopSignal({ onInterrupt: (press) => setTimeout(press, 20) });
 * while (!stop.aborted) await new Promise((resolve) => setTimeout(resolve, 5));
 * ```
 *
 * @param source Source of interrupts; the process's SIGINT by default
 */
export function stopSignal(source: InterruptSource = processSource): AbortSignal {
  let state = armed.get(source);
  if (!state) {
    const fresh = state = { current: new AbortController() };
    // One permanent listener: without any, SIGINT would end the kernel.
    source.onInterrupt(() => fresh.current.abort(new DOMException("Stopped", "AbortError")));
    armed.set(source, state);
  }
  if (state.current.signal.aborted) state.current = new AbortController();
  return state.current.signal;
}

/** Where to listen for errors. */
export type ErrorSource = Pick<EventTarget, "addEventListener">;

const reported = new WeakSet<ErrorSource>();

/**
 * Prints unhandled rejections and errors thrown in timers, which the kernel swallows. The events
 * are marked as handled, so the kernel stays alive. Calling it again has no effect.
 *
 * @param print Prints a message; `console.error` by default, which shows under the running cell
 * @param source Where to listen; the global scope by default
 */
export function reportErrors(
  print: (words: string) => void = console.error,
  source: ErrorSource = globalThis,
): void {
  if (reported.has(source)) return;
  reported.add(source);
  source.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    print(`Unhandled rejection: ${describe((event as PromiseRejectionEvent).reason)}`);
  });
  source.addEventListener("error", (event) => {
    event.preventDefault();
    print(`Uncaught error: ${describe((event as ErrorEvent).error)}`);
  });
}

function describe(reason: unknown): string {
  return reason instanceof Error ? reason.stack ?? reason.message : String(reason);
}
