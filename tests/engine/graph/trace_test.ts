/** What the recorder writes down. */
import assert from "node:assert/strict";
import type { TensorSpec } from "@/engine/graph/jit.ts";
import { record } from "@/engine/graph/trace.ts";
import { Recorder } from "@/engine/graph/recorder.ts";
import { Variable } from "@/engine/graph/variable.ts";
import * as tf from "@/engine/tf.ts";
import { assertTensorsKept } from "../../assert.ts";
import { compileOne, read } from "./programs.ts";

const SCALAR: TensorSpec = { shape: [], dtype: "float32" };

/** Records one function and gives its nodes as text: name, op, inputs. */
function nodesOf(
  run: (x: tf.Tensor) => Record<string, tf.Tensor>,
  recorder = new Recorder(),
): string[] {
  const before = recorder.nodes.length;
  tf.tidy(() => {
    const x = tf.zeros([2]);
    record(recorder, "f", { x }, () => run(x));
  });
  return recorder.nodes.slice(before)
    .map(({ name, op, input }) => `${name} = ${op}(${input.join(", ")})`);
}

Deno.test("record() writes down inputs, constants, operations and outputs in order", () => {
  assert.deepEqual(nodesOf((x) => ({ y: tf.add(tf.mul(x, x), tf.scalar(3)) })), [
    "f/x = Placeholder()",
    "f/x/float = Bitcast(f/x:0)",
    "f/Mul = Mul(f/x/float:0, f/x/float:0)",
    "constant = Const()",
    "f/Add = Add(f/Mul:0, constant:0)",
    "f/y = Identity(f/Add:0)",
  ]);
});

Deno.test("record() writes equal constants down once", () => {
  const nodes = nodesOf((x) => {
    const sum = tf.addN([x, tf.tensor1d([1, 2]), tf.tensor1d([1, 2]), tf.tensor1d([2, 1])]);
    return { y: tf.mul(sum, tf.cast(tf.tensor1d([1, 2], "int32"), "float32")) };
  });
  assert.equal(nodes.filter((node) => node.includes("= Const")).length, 3);
});

Deno.test("record() writes an operation on the same inputs down once, with other attributes again", () => {
  const nodes = nodesOf((x) => ({
    y: tf.mul(tf.exp(x), tf.add(tf.exp(x), tf.tile(tf.sum(tf.exp(x), 0, true), [2]))),
    z: tf.sum(tf.exp(x), 0),
  }));
  const count = (op: string) => nodes.filter((node) => node.includes(`= ${op}(`)).length;
  assert.deepEqual([count("Exp"), count("Sum")], [1, 2]);
});

Deno.test("record() orders the reads and writes of each variable by control inputs", () => {
  using a = new Variable("a", [2]);
  using b = new Variable("b", [2]);
  const [handleA, handleB] = [a.sharedName, b.sharedName];
  const nodes = nodesOf((x) => {
    const before = a.read();
    a.assign(x);
    b.assign(before);
    return { y: a.read() };
  });
  assert.deepEqual(nodes, [
    "f/x = Placeholder()",
    "f/x/float = Bitcast(f/x:0)",
    `${handleA} = VarHandleOp()`,
    `f/ReadVariableOp = ReadVariableOp(${handleA}:0)`,
    `f/AssignVariableOp = AssignVariableOp(${handleA}:0, f/x/float:0, ^f/ReadVariableOp)`,
    `${handleB} = VarHandleOp()`,
    `f/AssignVariableOp_1 = AssignVariableOp(${handleB}:0, f/ReadVariableOp:0)`,
    `f/ReadVariableOp_1 = ReadVariableOp(${handleA}:0, ^f/AssignVariableOp)`,
    "f/y = Identity(f/ReadVariableOp_1:0, ^f/AssignVariableOp, ^f/AssignVariableOp_1)",
  ]);
});

Deno.test("record() keeps no order between functions, which run one at a time", () => {
  using variable = new Variable("between", [2]);
  const recorder = new Recorder();
  nodesOf((x) => {
    variable.assign(x);
    return { y: x };
  }, recorder);
  const nodes = nodesOf(() => ({ y: variable.read() }), recorder);
  assert.deepEqual(nodes, [
    "f/x_1 = Placeholder()",
    "f/x/float_1 = Bitcast(f/x_1:0)",
    `f/ReadVariableOp = ReadVariableOp(${variable.sharedName}:0)`,
    "f/y_1 = Identity(f/ReadVariableOp:0)",
  ]);
});

Deno.test("record() keeps the tensors of the function alone", () => {
  const x = tf.zeros([2]);
  let y: tf.Tensor;
  assertTensorsKept(1, () => {
    record(new Recorder(), "f", { x }, () => ({ y: y = tf.exp(x) }));
  });
  tf.dispose([x, y!]);
});

Deno.test("jit() refuses large constants", () => {
  const run = ({ x }: Record<string, tf.Tensor>) => ({
    y: tf.mul(x!, tf.tensor2d(Float32Array.from({ length: 20_000 }, (_, i) => i), [200, 100])),
  });
  assert.throws(() => compileOne({ x: SCALAR }, run), {
    name: "RangeError",
    message: 'Cannot trace "f": a constant must have at most 16384 values, got shape [200, 100]; ' +
      "pass it as an input, and draw random numbers with statelessNormal",
  });
});

Deno.test("jit() takes large constants of one value", () => {
  using program = compileOne({ x: SCALAR }, ({ x }) => ({
    y: tf.stack([
      tf.sum(tf.mul(x!, tf.fill([200, 100], 0.5))),
      tf.sum(tf.mul(x!, tf.ones([200, 100]))),
      tf.sum(tf.tensor1d(new Int32Array(20_000).fill(3), "int32").cast("float32")),
      tf.sum(tf.zeros([200, 100], "bool").cast("float32")),
      tf.sum(tf.ones([200, 100], "bool").cast("float32")),
    ]),
  }));
  assert.deepEqual(read(() => program.f({ x: tf.scalar(2) })), [20_000, 40_000, 60_000, 0, 20_000]);
});
