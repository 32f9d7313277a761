import assert from "node:assert/strict";
import { action, checkTyped, Exit, inWords, Misuse } from "@/tools/cli/session.ts";
import { PROJECT } from "@/tools/setup/layout.ts";

Deno.test("inWords() formats a duration", () => {
  assert.equal(inWords(50), "0.1 s");
  assert.equal(inWords(36_120), "36.1 s");
  assert.equal(inWords(125_900), "2 min 5 s");
});

Deno.test("action() passes on an exit code", async () => {
  const fail = action("try", () => Promise.resolve({ exitCode: 3 }));
  await assert.rejects(fail(), (error) => error instanceof Exit && error.code === 3);
});

Deno.test("checkTyped() turns an error into misuse", () => {
  assert.equal(checkTyped(() => 1), 1);
  const wrong = () => checkTyped(() => parseInt("1", 99).toString(99));
  assert.throws(wrong, Misuse);
});

/** Runs an action in its own process, which can be interrupted. */
function startAction(body: string): Deno.ChildProcess {
  const script = `import { action, Exit } from "@/tools/cli/session.ts";
    await action("try", async (session) => { ${body} })()
      .catch((error) => Deno.exit(error instanceof Exit ? error.code : 99));`;
  return new Deno.Command(Deno.execPath(), {
    args: ["eval", "--ext=ts", script],
    cwd: PROJECT.root,
    stdout: "piped",
  }).spawn();
}

async function untilSaid(child: Deno.ChildProcess, signals: Deno.Signal[]): Promise<string> {
  let output = "";
  for await (const bytes of child.stdout) {
    output += new TextDecoder().decode(bytes);
    if (signals.length > 0) child.kill(signals.shift()!);
  }
  return output;
}

Deno.test("action() prints its duration, and the closing line last", async () => {
  const child = startAction(
    `session.say("working"); return { closingLine: "1 passed, 0 failed" };`,
  );
  const output = await untilSaid(child, []);
  assert.match(output, /^working\ntry: done in \d+\.\d s\n1 passed, 0 failed\n$/);
  assert.equal((await child.status).code, 0);
});

Deno.test("action() lets a command stop on its own at the first Ctrl-C", async () => {
  const child = startAction(`const done = Promise.withResolvers();
    session.signal.addEventListener("abort", () => done.reject(session.signal.reason));
    const keepAlive = setInterval(() => {}, 1000);
    session.say("ready");
    await done.promise;`);
  const output = await untilSaid(child, ["SIGINT"]);
  assert.equal(
    output,
    "ready\ntry: stopping; press Ctrl-C again to stop at once\n" +
      "try: stopped; rerun the command to resume\n",
  );
  assert.equal((await child.status).code, 130);
});

Deno.test("action() stops at SIGTERM as at Ctrl-C, however often it is sent", async () => {
  const child = startAction(`const done = Promise.withResolvers();
    session.signal.addEventListener("abort", () => setTimeout(done.reject, 300));
    session.say("ready");
    await done.promise;`);
  const output = await untilSaid(child, ["SIGTERM", "SIGTERM"]);
  assert.equal(output, "ready\ntry: stopping\ntry: stopped; rerun the command to resume\n");
  assert.equal((await child.status).code, 130);
});

Deno.test("action() exits at once at the second Ctrl-C", async () => {
  const child = startAction(`setInterval(() => {}, 1000); session.say("ready");
    await new Promise(() => {});`);
  await untilSaid(child, ["SIGINT", "SIGINT"]);
  assert.equal((await child.status).code, 130);
});
