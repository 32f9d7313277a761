import assert from "node:assert/strict";
import { StopButton } from "@/engine/stop_button.ts";
import { listenToStop, reportErrors } from "@/show/notebook/interrupt.ts";
import { PROJECT } from "@/tools/setup/layout.ts";

const HOLD_MS = 40;

function source() {
  const listeners: (() => void)[] = [];
  return {
    source: { onInterrupt: (press: () => void) => void listeners.push(press) },
    interrupt: () => listeners.forEach((press) => press()),
    listeners,
  };
}

Deno.test("listenToStop() presses the button at an interrupt; once, however often it is called", () => {
  const { source: interrupts, interrupt, listeners } = source();
  const button = new StopButton(HOLD_MS);
  for (let call = 0; call < 2; call++) listenToStop(() => {}, interrupts, button);
  const { signal } = button;
  interrupt();
  assert.deepEqual([signal.aborted, listeners.length], [true, 1]);
});

Deno.test("listenToStop() says so if nothing could be ended", async () => {
  const words: string[] = [];
  const { source: interrupts, interrupt } = source();
  listenToStop((line) => words.push(line), interrupts, new StopButton(HOLD_MS));
  interrupt();
  await new Promise((resolve) => setTimeout(resolve, 2 * HOLD_MS));
  assert.deepEqual(words, [
    "Stop: a cell that still runs goes on until what it waits for is done; restart the kernel to end it at once",
  ]);
});

Deno.test("listenToStop() ends code that does not await at a real SIGINT", async () => {
  const [notebook, engine] = ["show/notebook/interrupt.ts", "engine/stop_button.ts"]
    .map((path) => JSON.stringify(new URL(`../../../lib/${path}`, import.meta.url).href));
  const code = `import { listenToStop } from ${notebook};
    import { stopButton } from ${engine};
    listenToStop();
    setTimeout(() => {
      Deno.kill(Deno.pid, "SIGINT");
      try { for (;;) stopButton.check(); } catch ({ message }) { console.log(message); }
      Deno.exit(0);
    }, 2000); // by then the other thread listens`;
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--no-check", code],
    cwd: PROJECT.root,
  }).output();
  assert.equal(new TextDecoder().decode(stdout), "Stopped by the stop button\n");
});

Deno.test("listenToStop() lets work save at a real SIGTERM, then ends the process", async () => {
  const [notebook, engine] = ["show/notebook/interrupt.ts", "engine/stop_button.ts"]
    .map((path) => JSON.stringify(new URL(`../../../lib/${path}`, import.meta.url).href));
  const code = `import { listenToStop } from ${notebook};
    import { stopButton } from ${engine};
    listenToStop();
    setTimeout(() => Deno.kill(Deno.pid, "SIGTERM"), 100);
    await stopButton.run(async (signal) => {
      while (!signal.aborted) await new Promise((resolve) => setTimeout(resolve, 1));
      await new Promise((resolve) => setTimeout(resolve, 100));
      console.log("saved");
    });
    await new Promise(() => setInterval(() => {}, 1000));`;
  const { stdout, signal } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--no-check", code],
    cwd: PROJECT.root,
  }).output();
  assert.deepEqual([new TextDecoder().decode(stdout), signal], ["saved\n", "SIGTERM"]);
});

Deno.test("reportErrors() prints unhandled rejections and errors, once", () => {
  const [words, scope] = [[] as string[], new EventTarget()];
  for (let call = 0; call < 2; call++) reportErrors((line) => words.push(line), scope);
  const rejection = Object.assign(new Event("unhandledrejection", { cancelable: true }), {
    reason: "lost",
  });
  scope.dispatchEvent(rejection);
  scope.dispatchEvent(Object.assign(new Event("error"), { error: new Error("in a timer") }));
  assert.equal(rejection.defaultPrevented, true);
  assert.equal(words[0], "Unhandled rejection: lost");
  assert.match(words[1]!, /^Uncaught error: Error: in a timer\n/);
  assert.equal(words.length, 2);
});
