import assert from "node:assert/strict";
import { dumpFlags, readLaunches } from "@/tools/bench/kernels/measure.ts";
import { withFolder } from "../../../data/fixtures.ts";

/** Has XLA compile a product of [4, 8] and [8, 5], called as the trainer's step is. */
const PROGRAM = `
  import { graphFunction, jit } from "@/engine/graph/jit.ts";
  import * as tf from "@/engine/tf.ts";
  const spec = (...shape) => ({ shape, dtype: "float32" });
  const step = graphFunction(
    { a: spec(4, 8), b: spec(8, 5) },
    ({ a, b }) => ({ y: tf.matMul(a, b) }),
  );
  using program = jit({ step }, { useXla: true });
  program.step({ a: tf.zeros([4, 8]), b: tf.zeros([8, 5]) }).y.dataSync();
`;

Deno.test("readLaunches() reads what XLA writes under dumpFlags()", () =>
  withFolder(async (folder) => {
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["eval", "--no-check", PROGRAM],
      env: { XLA_FLAGS: dumpFlags(folder) },
    }).output();
    assert.ok(success, new TextDecoder().decode(stderr));
    const launches = await readLaunches(folder);
    assert.equal(launches.reduce((sum, { flops }) => sum + flops, 0), 2 * 4 * 8 * 5);
    assert.ok(launches.some(({ computes }) => computes.includes("MatMul")));
  }));

Deno.test("readLaunches() refuses a folder without a program", () =>
  withFolder(async (folder) => {
    await assert.rejects(readLaunches(folder), {
      message:
        `Cannot list kernels: XLA must write one program of the step to "${folder}", got 0; ` +
        "set the flags before anything is computed",
    });
  }));
