import assert from "node:assert/strict";
import { printedBy, startCommand, trainArguments } from "@/tools/faults/command.ts";

Deno.test("printedBy() gives the code and the message that a user reads", async () => {
  const { code, message } = await printedBy(startCommand(["train", "--preset", "quick"]));
  assert.deepEqual([code, message], [2, "required option '--out <folder>' not specified"]);
});

Deno.test("trainArguments() resume a run in its folder", () => {
  assert.deepEqual(trainArguments(["--steps", "4"], "runs/a"), [
    ...["train", "--steps", "4", "--out", "runs/a", "--resume"],
  ]);
});
