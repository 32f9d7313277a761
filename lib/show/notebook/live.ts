/**
 * A display that changes while its cell runs: a live chart or a progress bar.
 *
 * @module
 */
import { escapeXml } from "@/show/plot/svg.ts";
import {
  type Broadcast,
  kernelBroadcast,
  type Showable,
  type ShowOptions,
  toMessage,
  waitForDelivery,
} from "./display.ts";

/** A place under the running cell whose content can be replaced. */
export interface LiveDisplay {
  /**
   * Replaces the content, now or when the next update is due. Pass a function if drawing is slow:
   * it is called only for what is really sent.
   */
  update(what: Showable | (() => Showable), options?: ShowOptions): void;
  /** Sends the last content if it is still pending, and waits until it has arrived. */
  finish(): Promise<void>;
}

/** How a live display is made. */
export interface LiveOptions {
  /** Shortest time between two updates. Choice: 200 ms, below which front ends fall behind. */
  readonly intervalMilliseconds?: number;
  /** Where to send; the notebook's kernel by default. */
  readonly broadcast?: Broadcast;
}

/**
 * Makes a live display, empty at first.
 *
 * @throws {TypeError} If the code does not run in a notebook
 *
 * @example Updates that come too fast are dropped, but never the last
 * ```ts
 * import assert from "node:assert/strict";
 * import { liveDisplay } from "./live.ts";
 *
 * const sent: string[] = [];
 * const live = await liveDisplay({
 *   broadcast: (_type, { data }) => Promise.resolve(void sent.push(data["text/html"]!)),
 * });
 * for (let i = 1; i <= 100; i++) live.update({ html: `step ${i}` });
 * await live.finish();
 * assert.equal(sent.at(-1), "step 100");
 * assert.ok(sent.length <= 4);
 * ```
 */
export async function liveDisplay(options: LiveOptions = {}): Promise<LiveDisplay> {
  const { intervalMilliseconds = 200, broadcast = kernelBroadcast() } = options;
  const transient = { display_id: crypto.randomUUID() };
  const empty = { data: { "text/html": "", "text/plain": "" }, metadata: {}, transient };
  await broadcast("display_data", empty);
  await waitForDelivery(empty);

  let waiting: (() => ReturnType<typeof toMessage>) | undefined;
  let last: Pick<ReturnType<typeof toMessage>, "data"> = empty;
  let sentAt = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let sending = Promise.resolve(); // one after another, to keep the order

  const send = () => {
    clearTimeout(timer);
    timer = undefined;
    if (!waiting) return;
    const message = last = waiting();
    waiting = undefined;
    sentAt = performance.now();
    sending = sending.then(() => broadcast("update_display_data", { ...message, transient }));
  };

  return {
    update(what, showOptions = {}) {
      waiting = () => toMessage(typeof what === "function" ? what() : what, showOptions);
      const rest = sentAt + intervalMilliseconds - performance.now();
      if (rest <= 0) send();
      else timer ??= setTimeout(send, rest);
    },
    async finish() {
      send();
      await sending;
      await waitForDelivery(last);
    },
  };
}

/** The progress of a job. */
export interface ProgressBar {
  /** Shows that `done` of the total is done, with a short note such as the loss. */
  update(done: number, note?: string): void;
  /** Shows the last state and waits until it has arrived. */
  finish(): Promise<void>;
}

/**
 * Shows a progress bar under the running cell.
 *
 * @param label What is being done
 * @param total Number of steps, >= 1
 * @param options Where to send, and how often
 */
export async function progress(
  label: string,
  total: number,
  options: LiveOptions = {},
): Promise<ProgressBar> {
  const live = await liveDisplay(options);
  const start = performance.now();
  return {
    update(done, note = "") {
      const share = Math.min(1, done / total);
      const seconds = (performance.now() - start) / 1000;
      const left = done > 0 ? `, ${duration(seconds * (1 - share) / share)} left` : "";
      const words = `${label}: ${done.toLocaleString("en-US")} of ` +
        `${total.toLocaleString("en-US")}, ${duration(seconds)}${share < 1 ? left : ""} ${note}`;
      // The theme colours the text; the bar is legible on light and dark backgrounds.
      const html = `<div>${escapeXml(words)}</div><progress max="1" value="${share}" ` +
        `style="width:100%;max-width:480px"></progress>`;
      live.update({ html }, { alt: words });
    },
    finish: () => live.finish(),
  };
}

function duration(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}
