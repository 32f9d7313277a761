/** The graph under construction. */
import assert from "node:assert/strict";
import { Recorder } from "@/engine/graph/recorder.ts";
import { DATA_TYPES } from "@/engine/native.ts";

Deno.test("Recorder gives every node a name of its own", () => {
  const recorder = new Recorder();
  const names = ["x", "x_1", "x", "x", "x_1"].map((base) => recorder.unusedName(base));
  assert.deepEqual(names, ["x", "x_1", "x_2", "x_3", "x_1_1"]);
});

Deno.test("Recorder tells constants apart by type, shape and bytes", () => {
  const recorder = new Recorder();
  const add = (shape: number[], values: Float32Array | Int32Array) =>
    recorder.addConstant(
      "f",
      shape,
      values instanceof Int32Array ? DATA_TYPES.int32 : DATA_TYPES.float32,
      values,
    );
  const first = add([2], Float32Array.of(0, 0));
  assert.equal(add([2], Float32Array.of(0, 0)), first);
  const others = [
    add([2], Float32Array.of(-0, -0)),
    add([2], Float32Array.of(0, -0)),
    add([1, 2], Float32Array.of(0, 0)),
    add([2], Int32Array.of(0, 0)),
  ];
  assert.equal(new Set([first, ...others]).size, 5);
});
