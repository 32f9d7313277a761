import assert from "node:assert/strict";
import { DATA_TYPES } from "@/engine/native.ts";
import type { NodeDef } from "@/engine/graph/protobuf.ts";
import { Writer } from "@/engine/graph/writer.ts";

Deno.test("Writer names nodes after the one that they replace, and the last one as it was", () => {
  const nodes: NodeDef[] = [];
  const writer = new Writer("layer", nodes);
  writer.matMul("a:0", "b:0", { a: true });
  writer.reshape("layer/MatMul_0:0", [6, 1]);
  writer.finish();
  assert.deepEqual(nodes.map(({ name, op }) => [name, op]), [
    ["layer/MatMul_0", "MatMul"],
    ["layer/Const_1", "Const"],
    ["layer", "Reshape"],
  ]);
  assert.deepEqual(nodes[2]!.input, ["layer/MatMul_0:0", "layer/Const_1:0"]);
});

Deno.test("Writer types what it adds as float32, constants by their values", () => {
  const nodes: NodeDef[] = [];
  const writer = new Writer("sum", nodes);
  writer.sum(["a:0", "b:0", "c:0"]);
  writer.constant(Int32Array.of(2, 3), [2]);
  const [first, second, constant] = nodes;
  assert.deepEqual([first, second].map((node) => node!.input), [
    ["a:0", "b:0"],
    ["sum/AddV2_0:0", "c:0"],
  ]);
  assert.equal(first!.attr.T!.type, DATA_TYPES.float32);
  assert.equal(constant!.attr.dtype!.type, DATA_TYPES.int32);
  assert.equal(constant!.attr.T, undefined);
});

Deno.test("Writer.pad() adds no node where nothing is padded", () => {
  const nodes: NodeDef[] = [];
  const writer = new Writer("pad", nodes);
  assert.equal(writer.pad("x:0", [0, 0], [0, 0]), "x:0");
  assert.equal(nodes.length, 0);
  writer.pad("x:0", [0, 1], [2, 0]);
  const pairs = nodes[0]!.attr.value!.tensor!.tensor_content!;
  assert.deepEqual(Array.from(new Int32Array(pairs.slice().buffer)), [0, 2, 1, 0]);
});
