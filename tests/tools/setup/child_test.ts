import assert from "node:assert/strict";
import { runChild } from "@/tools/setup/child.ts";

const PURPOSE = { action: "bake a cake", cure: "install an oven" };

Deno.test("runChild() returns the output, and passes on each line as it arrives", async () => {
  const lines: string[] = [];
  const output = await runChild("bash", ["-c", "echo a; echo b"], {
    ...PURPOSE,
    onLine: (line) => lines.push(line),
  });
  assert.equal(output, "a\nb");
  assert.deepEqual(lines, ["a", "b"]);
});

Deno.test("runChild() says what to install if the program is missing", async () => {
  await assert.rejects(runChild("no-such-program", [], PURPOSE), {
    message: "Cannot bake a cake: no-such-program must be installed, got no such program; " +
      "install an oven",
  });
});

Deno.test("runChild() quotes the last errors of a program that fails", async () => {
  const script = "echo much; echo Error: no flour >&2; echo bye >&2; exit 3";
  await assert.rejects(runChild("bash", ["-c", script], PURPOSE), {
    message: "Cannot bake a cake: bash must end with code 0, got 3 (Error: no flour); " +
      "install an oven",
  });
});

Deno.test("runChild() names a full disk, and how much must be free", async () => {
  const script = "echo 'OSError: [Errno 28] No space left on device' >&2; exit 1";
  const disk = { folder: "/checkout", gigabytes: 2 };
  await assert.rejects(runChild("bash", ["-c", script], { ...PURPOSE, disk }), {
    message: 'Cannot bake a cake: the disk of "/checkout" must have 2 GB free, got a full one; ' +
      "free some space and rerun the command",
  });
});

Deno.test("runChild() passes on the given environment and no other", async () => {
  const environment = { PATH: Deno.env.get("PATH")!, FLOUR: "1" };
  const script = 'echo "$FLOUR-$HOME"';
  assert.equal(await runChild("bash", ["-c", script], { ...PURPOSE, environment }), "1-");
});

Deno.test("runChild() kills the program when aborted", async () => {
  const signal = AbortSignal.timeout(50);
  await assert.rejects(runChild("sleep", ["60"], { ...PURPOSE, signal }), /TimeoutError/);
});
