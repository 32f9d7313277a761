import assert from "node:assert/strict";
import { PROJECT } from "@/tools/setup/layout.ts";

/** Runs code in its own process: `deno test` itself ends at SIGINT. */
async function run(body: string): Promise<unknown> {
  const script = `import { onStopSignal, passTerminationTo } from "@/engine/stop_signals.ts";
    const send = async (signal) => {
      Deno.kill(Deno.pid, signal);
      await new Promise((resolve) => setTimeout(resolve, 50));
    };
    ${body}`;
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--ext=ts", "--no-check", script],
    cwd: PROJECT.root,
  }).output();
  const [words, errors] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  assert.equal(errors, "");
  return JSON.parse(words!);
}

Deno.test("onStopSignal() hears both signals, until it is disposed", async () => {
  const heard = await run(`const signals = [];
    using _ = onStopSignal(() => {}); // keeps the process alive at the last one
    const listening = onStopSignal((signal) => signals.push(signal));
    for (const signal of ["SIGINT", "SIGTERM", "SIGTERM"]) await send(signal);
    listening[Symbol.dispose]();
    await send("SIGTERM");
    console.log(JSON.stringify(signals));`);
  assert.deepEqual(heard, ["SIGINT", "SIGTERM", "SIGTERM"]);
});

Deno.test("passTerminationTo() passes on SIGTERM alone", async () => {
  const ended = await run(`const child = new Deno.Command("sleep", { args: ["60"] }).spawn();
    using _ = passTerminationTo(child);
    await send("SIGINT");
    await send("SIGTERM");
    const { signal } = await child.status;
    console.log(JSON.stringify(signal));`);
  assert.equal(ended, "SIGTERM");
});
