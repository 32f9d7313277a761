import assert from "node:assert/strict";
import { join } from "node:path";
import { encodeSavedModel, type NodeDef } from "@/engine/graph/protobuf.ts";
import { fedValues, openBindingSession } from "@/engine/graph/session.ts";
import * as tf from "@/engine/tf.ts";
import { assertTensorsKept } from "../../assert.ts";
import { withFolder } from "../../data/fixtures.ts";

Deno.test("fedValues() gives numbers as bits of int32 and claims as they are", () => {
  tf.tidy(() => {
    assert.deepEqual(fedValues(tf.tensor1d([1, -2])), {
      dtype: 3,
      values: Int32Array.of(0x3f800000, 0xc0000000 | 0),
    });
    assert.deepEqual(fedValues(tf.tensor1d([7], "int32")), {
      dtype: 3,
      values: Int32Array.of(7),
    });
    assert.deepEqual(fedValues(tf.tensor1d([true, false], "bool")), {
      dtype: 10,
      values: Uint8Array.of(1, 0),
    });
  });
});

Deno.test("openBindingSession() runs a graph from its folder, which may go, and keeps its outputs alone", () =>
  withFolder(async (folder) => {
    const nodes: NodeDef[] = [
      { name: "x", op: "Placeholder", input: [], attr: { dtype: { type: 3 } } },
      { name: "y", op: "Neg", input: ["x"], attr: { T: { type: 3 } } },
      { name: "z", op: "Neg", input: ["y"], attr: { T: { type: 3 } } },
    ];
    const path = join(folder, "saved_model.pb");
    await Deno.writeFile(path, encodeSavedModel({ nodes, functions: [] }));
    using session = openBindingSession(folder);
    await Deno.remove(path);
    const run = session.prepare(["x:0"], ["y:0", "z:0"]);
    const x = tf.tensor1d([1, -2], "int32");
    let results: tf.Tensor[] = [];
    assertTensorsKept(2, () => results = run([x]));
    assert.deepEqual(results.map((result) => [...result.dataSync()]), [[-1, 2], [1, -2]]);
    tf.dispose([x, results]);
  }));
