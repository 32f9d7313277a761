/**
 * Stopping and errors on the Deno kernel, where by default the stop button ends the kernel and its
 * state, and unhandled rejections are silent.
 *
 * @module
 */
import { StopButton, stopButton } from "@/engine/stop_button.ts";
import { onStopSignal } from "@/engine/stop_signals.ts";

/** The source of interrupts: the process, or a stand-in in tests. */
export interface InterruptSource {
  /**
   * Starts calling `press` on each stop.
   *
   * @param press Presses the button
   * @param button It: `pressed` is for other threads, `idle` tells when all is saved
   */
  onInterrupt(press: () => void, button: Pick<StopButton, "pressed" | "idle">): void;
}

const processSource: InterruptSource = {
  onInterrupt(press, button) {
    // A listener keeps the kernel alive; while this thread computes, another one listens.
    const listening = onStopSignal((signal) => {
      press();
      if (signal === "SIGTERM") end();
    });
    const end = async () => {
      await button.idle();
      watch.terminate();
      listening[Symbol.dispose]();
      // As it would have done without a listener. Again and again: listeners go on for a moment after they
      // were removed, and take the signal.
      setInterval(() => Deno.kill(Deno.pid, "SIGTERM"), 20);
    };
    const watch = new Worker(new URL("./stop_watch.ts", import.meta.url), { type: "module" });
    watch.onmessage = ({ data }) => data === "pressed" && press();
    watch.postMessage(button.pressed);
  },
};

/** Printed if a press has ended nothing within a second; an idle kernel prints it too. */
const UNANSWERED = "Stop: a cell that still runs goes on until what it waits for is done; " +
  "restart the kernel to end it at once";

/** Prints words, which shows under the running cell. */
const PRINT: (words: string) => void = console.error;

const armed = new WeakSet<InterruptSource>();

/**
 * Makes the stop button (SIGINT) end what the project computes, and keeps the kernel and its variables.
 * SIGTERM does the same, then ends the kernel. Calling it again has no effect.
 *
 * What cannot be ended, such as a promise of the user's own, goes on; a message says so after a second.
 * JavaScript that never awaits is out of reach of all messages: only a restart of the kernel ends it.
 *
 * @param print Prints a message
 * @param source Source of interrupts; the process's signals by default
 * @param button What is pressed
 */
export function listenToStop(
  print = PRINT,
  source: InterruptSource = processSource,
  button: StopButton = stopButton,
): void {
  if (armed.has(source)) return;
  armed.add(source);
  button.onUnanswered = () => print(UNANSWERED);
  source.onInterrupt(() => button.press(), button);
}

/** Where to listen for errors. */
export type ErrorSource = Pick<EventTarget, "addEventListener">;

const reported = new WeakSet<ErrorSource>();

/**
 * Prints unhandled rejections and errors thrown in timers, which the kernel swallows. The events
 * are marked as handled, so the kernel stays alive; so it does at the stop button, which from then on
 * ends what the project computes. Calling it again has no effect.
 *
 * @param print Prints a message; `console.error` by default, which shows under the running cell
 * @param source Where to listen; the global scope by default, with the stop button
 */
export function reportErrors(
  print = PRINT,
  source: ErrorSource = globalThis,
): void {
  if (source === globalThis) listenToStop(print);
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
