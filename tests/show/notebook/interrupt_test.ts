import assert from "node:assert/strict";
import { reportErrors, stopSignal } from "@/show/notebook/interrupt.ts";

function button() {
  const listeners: (() => void)[] = [];
  return {
    source: { onInterrupt: (listener: () => void) => void listeners.push(listener) },
    press: () => listeners.forEach((listener) => listener()),
    listeners,
  };
}

Deno.test("stopSignal() fires when the stop button is pressed", () => {
  const { source, press } = button();
  const signal = stopSignal(source);
  assert.equal(signal.aborted, false);
  press();
  assert.equal(signal.aborted, true);
  assert.equal(signal.reason.name, "AbortError");
});

Deno.test("stopSignal() gives the next cell a fresh signal, with one listener for all", () => {
  const { source, press, listeners } = button();
  const first = stopSignal(source);
  assert.equal(stopSignal(source), first, "a signal that has not fired serves on");
  press();
  const second = stopSignal(source);
  assert.equal(second.aborted, false);
  press();
  assert.deepEqual([first.aborted, second.aborted, listeners.length], [true, true, 1]);
});

Deno.test("stopSignal() keeps the process alive at a real SIGINT", async () => {
  const module = new URL("../../../lib/show/notebook/interrupt.ts", import.meta.url);
  const code = `import { stopSignal } from ${JSON.stringify(module.href)};
    const stop = stopSignal();
    Deno.kill(Deno.pid, "SIGINT");
    while (!stop.aborted) await new Promise((resolve) => setTimeout(resolve, 5));
    console.log("alive");
    Deno.exit(0);`;
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["eval", code] }).output();
  assert.equal(new TextDecoder().decode(stdout), "alive\n");
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
