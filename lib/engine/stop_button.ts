/**
 * The stop button of a notebook, as whatever computes for long knows it. Nothing presses it outside a
 * notebook, where `show/notebook/interrupt.ts` listens.
 *
 * @module
 */

/** How long a press holds, in milliseconds. Choice: several times what the kernel takes between cells. */
const HOLD_MS = 1000;

/** How often `idle` looks, in milliseconds. */
const IDLE_MS = 20;

/**
 * A stop button. Work that awaits takes its signal, by `run`; work that does not calls `check` now and
 * then.
 *
 * A press holds for a while, and each time that it ends something it holds anew: so cells that were
 * queued, as by "Run All Cells", do not go on computing after the one that was stopped.
 *
 * @example Work that does not await
 * ```ts
 * import assert from "node:assert/strict";
 * import { StopButton } from "./stop_button.ts";
 *
 * const button = new StopButton();
 * let steps = 0;
 * const work = () => {
 *   for (;;) {
 *     button.check();
 *     if (++steps === 3) button.press();
 *   }
 * };
 * assert.throws(work, { name: "AbortError", message: "Stopped by the stop button" });
 * assert.equal(steps, 3);
 * ```
 */
export class StopButton {
  /**
   * Not 0 while a press holds. Other threads may set it: code that does not await keeps this one from
   * hearing of the press.
   */
  readonly pressed = new Int32Array(new SharedArrayBuffer(4));
  #controller = new AbortController();
  #hasEnded = false;
  #runCount = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /**
   * Makes a button that is not pressed.
   *
   * @param holdMs How long a press holds, in milliseconds
   */
  constructor(readonly holdMs = HOLD_MS) {}

  /** Fires at a press; once that no longer holds, a fresh one takes its place. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Called when a press has held without ending anything. */
  onUnanswered: () => void = () => {};

  /** Presses it. */
  press(): void {
    Atomics.store(this.pressed, 0, 1);
    this.#controller.abort(abortError("Stopped by the stop button"));
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#release(), this.holdMs);
    Deno.unrefTimer(this.#timer as unknown as number);
  }

  /**
   * Throws while a press holds: for loops that do not await. Inside of work that takes the signal it does
   * nothing: that ends by itself, with everything saved.
   *
   * @throws {DOMException} `AbortError`
   */
  check(): void {
    if (this.#runCount > 0) return;
    if (Atomics.load(this.pressed, 0) !== 0) throw this.#ended("Stopped by the stop button");
  }

  /**
   * Does work that a press aborts.
   *
   * @param work Takes the signal
   * @throws {DOMException} `AbortError`, with the words of the work's own
   * @throws What the work throws
   */
  async run<Result>(work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
    this.check();
    const { signal } = this;
    this.#runCount++;
    try {
      return await work(signal);
    } catch (error) {
      if (!signal.aborted || (error as Error).name !== "AbortError") throw error;
      throw this.#ended((error as Error).message);
    } finally {
      this.#runCount--;
    }
  }

  /** Waits until no work that takes the signal is under way: a press ends it with everything saved. */
  async idle(): Promise<void> {
    while (this.#runCount > 0) await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
  }

  /** Makes the error of what a press ends, and holds the press anew. */
  #ended(message: string): DOMException {
    this.#hasEnded = true;
    this.press();
    return abortError(message);
  }

  #release(): void {
    if (!this.#hasEnded) this.onUnanswered();
    this.#hasEnded = false;
    this.#controller = new AbortController();
    Atomics.store(this.pressed, 0, 0);
  }
}

/** The stop button of this process. */
export const stopButton = new StopButton();

/** An abort whose stack says no more than its message: there is nothing to search for. */
function abortError(message: string): DOMException {
  const error = new DOMException(message, "AbortError");
  return Object.defineProperty(error, "stack", { value: `${error.name}: ${message}` });
}
