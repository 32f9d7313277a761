/**
 * The thread that hears the stop button (SIGINT) while the notebook's own thread computes: it sets the
 * flag that is sent to it first, then tells that thread at every press.
 *
 * @module
 */
declare const self: Worker & { onmessage: (event: MessageEvent<Int32Array>) => void };

self.onmessage = ({ data: pressed }) => {
  Deno.addSignalListener("SIGINT", () => {
    Atomics.store(pressed, 0, 1);
    self.postMessage("pressed");
  });
  self.postMessage("ready");
};
