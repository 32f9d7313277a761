import assert from "node:assert/strict";
import { StopButton, stopButton } from "@/engine/stop_button.ts";

const HOLD_MS = 40;
const later = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const STOPPED = { name: "AbortError", message: "Stopped by the stop button" };

Deno.test("check() throws while a press holds, and no longer", async () => {
  const button = new StopButton(HOLD_MS);
  button.check();
  button.press();
  assert.throws(() => button.check(), STOPPED);
  await later(2 * HOLD_MS);
  button.check();
});

Deno.test("check() notices a press that another thread has heard first", async () => {
  const button = new StopButton(HOLD_MS);
  const { signal } = button;
  Atomics.store(button.pressed, 0, 1);
  assert.throws(() => button.check(), STOPPED);
  assert.equal(signal.aborted, true, "work that awaits ends too");
  await later(2 * HOLD_MS);
  button.check();
});

Deno.test("run() ends work by its signal, with the work's own words", async () => {
  const button = new StopButton(HOLD_MS);
  const work = button.run(async (signal) => {
    while (!signal.aborted) await later(1);
    throw new DOMException("Training stopped", "AbortError");
  });
  button.press();
  await assert.rejects(work, { name: "AbortError", message: "Training stopped" });
});

Deno.test("idle() waits until work that takes the signal has ended", async () => {
  const button = new StopButton(HOLD_MS);
  await button.idle();
  let saved = false;
  const work = button.run(() => later(HOLD_MS).then(() => void (saved = true)));
  await button.idle();
  assert.ok(saved);
  await work;
});

Deno.test("check() does nothing inside of work that takes the signal, so that it can save", async () => {
  const button = new StopButton(HOLD_MS);
  let saved = false;
  const work = button.run(async (signal) => {
    while (!signal.aborted) await later(1);
    button.check();
    saved = true;
    signal.throwIfAborted();
  });
  button.press();
  await assert.rejects(work, STOPPED);
  assert.ok(saved);
  assert.throws(() => button.check(), STOPPED);
  await later(2 * HOLD_MS);
});

Deno.test("run() gives what work returns, and what it throws of its own", async () => {
  const button = new StopButton(HOLD_MS);
  assert.equal(await button.run(() => Promise.resolve(3)), 3);
  const work = button.run(async () => {
    await later(1);
    throw new RangeError("a fault");
  });
  button.press();
  await assert.rejects(work, { name: "RangeError", message: "a fault" });
});

Deno.test("a press ends queued work too: whatever it ends lets it hold anew", async () => {
  const button = new StopButton(HOLD_MS);
  const work = button.run(async (signal) => {
    await later(3 * HOLD_MS); // saving what there is takes longer than the press holds
    signal.throwIfAborted();
  });
  button.press();
  await assert.rejects(work, STOPPED);
  for (let cell = 0; cell < 4; cell++) {
    await assert.rejects(button.run(() => Promise.resolve()), STOPPED);
    await later(HOLD_MS / 2);
  }
  await later(2 * HOLD_MS);
  await button.run(() => Promise.resolve());
});

Deno.test("onUnanswered() is called once after a press that has ended nothing", async () => {
  const button = new StopButton(HOLD_MS);
  let count = 0;
  button.onUnanswered = () => count++;
  button.press();
  button.press();
  await later(2 * HOLD_MS);
  assert.equal(count, 1);
  button.press();
  assert.throws(() => button.check(), STOPPED);
  await later(2 * HOLD_MS);
  assert.equal(count, 1);
});

Deno.test("an error of the stop button shows no stack", () => {
  const button = new StopButton(HOLD_MS);
  button.press();
  assert.equal(button.signal.reason.stack, "AbortError: Stopped by the stop button");
});

Deno.test("stopButton is not pressed by itself", () => {
  stopButton.check();
  assert.equal(stopButton.signal.aborted, false);
});
