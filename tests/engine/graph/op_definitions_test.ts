import assert from "node:assert/strict";
import { outputDefinitions } from "@/engine/graph/op_definitions.ts";

Deno.test("outputDefinitions() gives the names of an operation's outputs, in order", () => {
  const namesOf = (op: string) => outputDefinitions(op).map(({ name }) => name);
  assert.deepEqual(namesOf("MatMul"), ["product"]);
  assert.deepEqual(namesOf("FusedBatchNormV3").slice(0, 3), ["y", "batch_mean", "batch_variance"]);
  assert.deepEqual(namesOf("AssignVariableOp"), []);
});

Deno.test("outputDefinitions() says which attribute counts outputs of one name", () => {
  const countsOf = (op: string) => outputDefinitions(op).map((output) => output.number_attr);
  assert.deepEqual([countsOf("Split"), countsOf("Unpack")], [["num_split"], ["num"]]);
  assert.deepEqual(countsOf("Add"), [""]);
});

Deno.test("outputDefinitions() refuses an operation that TensorFlow does not have", () => {
  assert.throws(() => outputDefinitions("Sum3"), {
    name: "RangeError",
    message: 'Cannot find outputs: op must be one of TensorFlow\'s, got "Sum3"',
  });
});
