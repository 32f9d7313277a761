import assert from "node:assert/strict";
import { COMPARISONS, ELEMENTWISE, elementwiseOutput } from "@/engine/graph/elementwise.ts";
import { DATA_TYPES, nativeOp, type } from "@/engine/native.ts";
import * as tf from "@/engine/tf.ts";

const kindOf = ({ shape, dtype }: tf.Tensor) => ({
  shape: [...shape],
  dtype: DATA_TYPES[dtype as keyof typeof DATA_TYPES],
});

/** Runs an operation on one or two inputs, whichever it takes. */
function run(op: string, inputs: readonly tf.Tensor[]): { used: tf.Tensor[]; output: tf.Tensor } {
  for (const used of [inputs.slice(0, 1), [...inputs]]) {
    try {
      return { used, output: nativeOp(op, { T: type("float32") }, used)[0]! };
    } catch (error) {
      assert.match((error as Error).message, /input/i);
    }
  }
  throw new Error(`${op} takes neither one input nor two`);
}

for (const op of [...ELEMENTWISE, ...COMPARISONS]) {
  Deno.test(`elementwiseOutput() gives what ${op} gives`, () => {
    tf.tidy(() => {
      const isGradient = op.endsWith("Grad"); // gradients take one shape only
      const inputs = [tf.ones([2, 1, 3]), tf.ones(isGradient ? [2, 1, 3] : [4, 1])];
      const { used, output } = run(op, inputs);
      assert.deepEqual(elementwiseOutput(op, used.map(kindOf)), kindOf(output));
    });
  });
}

Deno.test("elementwiseOutput() keeps the type of the inputs", () => {
  const { int32, bool } = DATA_TYPES;
  const inputs = [{ shape: [2], dtype: int32 }, { shape: [], dtype: int32 }];
  assert.deepEqual(elementwiseOutput("Add", inputs), { shape: [2], dtype: int32 });
  assert.deepEqual(elementwiseOutput("Equal", inputs), { shape: [2], dtype: bool });
});

Deno.test("elementwiseOutput() leaves other operations alone", () => {
  const matrix = { shape: [2, 2], dtype: DATA_TYPES.float32 };
  assert.equal(elementwiseOutput("MatMul", [matrix, matrix]), undefined);
});

Deno.test("elementwiseOutput() refuses inputs that do not broadcast", () => {
  const [a, b] = [[2], [3]].map((shape) => ({ shape, dtype: DATA_TYPES.float32 }));
  assert.throws(() => elementwiseOutput("Mul", [a!, b!]), { message: /could not be broadcast/ });
});
