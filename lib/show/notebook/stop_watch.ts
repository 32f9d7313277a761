/**
 * The thread that hears the stop button (SIGINT, SIGTERM) while the notebook's own thread computes: it sets the
 * flag that is sent to it first, then tells that thread at every press.
 *
 * @module
 */
import { onStopSignal } from "../../engine/stop_signals.ts";

declare const self: Worker & { onmessage: (event: MessageEvent<Int32Array>) => void };

self.onmessage = ({ data: pressed }) => {
  onStopSignal(() => {
    Atomics.store(pressed, 0, 1);
    self.postMessage("pressed");
  });
  self.postMessage("ready");
};
