import assert from "node:assert/strict";
import { graphFunction, jit, type JitOptions, repeated } from "@/engine/graph/jit.ts";
import { repeatedFunctions } from "@/engine/graph/repeat.ts";
import { statelessNormal } from "@/engine/graph/stateless_random.ts";
import { Variable } from "@/engine/graph/variable.ts";
import { DATA_TYPES } from "@/engine/native.ts";
import * as tf from "@/engine/tf.ts";
import { assertClose, assertTensorsKept } from "../../assert.ts";

const ROW = { shape: [2], dtype: "float32" } as const;
const SEED = { shape: [2], dtype: "int32" } as const;

/** Runs five steps, of which the first `together` at a time in one call, and reads what they left. */
function stateAfter(together: number, options: JitOptions): Float32Array {
  using state = new Variable("state", [2], Float32Array.of(1, -1));
  using count = new Variable("count", [1]);
  const step = graphFunction({ x: ROW, seed: SEED }, ({ x, seed }) => {
    count.assign(tf.add(count.read(), 1));
    const noise = statelessNormal([2], seed as tf.Tensor1D, 1);
    state.assign(tf.add(tf.mul(state.read(), x), tf.mul(count.read(), noise)));
    return { x };
  });
  using program = jit({
    step,
    steps: repeated(step, together),
    value: graphFunction({}, () => ({ state: state.read() })),
  }, options);
  return tf.tidy(() => {
    const rows = Array.from({ length: 5 }, (_, i) => ({ x: [1 + i / 8, i / 4], seed: [7, i] }));
    const taken = rows.slice(0, together);
    program.steps({
      x: tf.tensor2d(taken.map(({ x }) => x)),
      seed: tf.tensor2d(taken.map(({ seed }) => seed), undefined, "int32"),
    });
    for (const { x, seed } of rows.slice(together)) {
      program.step({ x: tf.tensor1d(x), seed: tf.tensor1d(seed, "int32") });
    }
    return program.value({}).state.dataSync() as Float32Array;
  });
}

Deno.test("repeated() leaves what as many calls leave: eagerly, as a graph, and in a loop of XLA", () => {
  const expected = stateAfter(1, { eager: true });
  for (const options of [{ eager: true }, { useXla: false }, { useXla: true }]) {
    for (const together of [1, 3, 5]) assertClose(stateAfter(together, options), expected, 1e-5);
  }
});

Deno.test("repeated() adds up by hand", () => {
  using sum = new Variable("sum", [2]);
  const add = graphFunction({ x: ROW }, ({ x }) => {
    sum.assign(tf.add(sum.read(), x));
    return {};
  });
  using program = jit({
    add: repeated(add, 3),
    value: graphFunction({}, () => ({ sum: sum.read() })),
  }, { useXla: true });
  tf.tidy(() => {
    for (let i = 0; i < 2; i++) program.add({ x: tf.tensor2d([[1, 10], [2, 20], [3, 30]]) });
    assert.deepEqual([...program.value({}).sum.dataSync()], [12, 120]);
  });
});

Deno.test("repeated() keeps one tensor, its output, and wants as many rows as turns", () => {
  const noop = graphFunction({ x: ROW }, ({ x }) => ({ x }));
  using program = jit({ f: repeated(noop, 2) }, { eager: true });
  const x = tf.zeros([2, 2]);
  assertTensorsKept(1, () => program.f({ x }));
  assert.throws(() => program.f({ x: tf.zeros([2]) }), {
    name: "TypeError",
    message: 'Cannot run "f": x must be float32 [2, 2], got float32 [2]',
  });
});

Deno.test("repeatedFunctions() passes variables whole and other arguments by rows", () => {
  const once = {
    signature: {
      name: "once",
      input_arg: [{ name: "x", type: DATA_TYPES.int32 }, { name: "v", type: DATA_TYPES.resource }],
      output_arg: [],
      is_stateful: true,
      control_output: [],
    },
    ...{ node_def: [], ret: {}, control_ret: {} },
  };
  const [more, turn, loop] = repeatedFunctions(once, "f", 4);
  assert.deepEqual(more!.ret, { more: "less:z:0" });
  const call = turn!.node_def.find(({ attr }) => attr.f?.func?.name === "once")!;
  assert.deepEqual(call.input, ["x_row:output:0", "v"]);
  assert.deepEqual(turn!.ret, { turn: "next:z:0", x: "x", v: "v" });
  assert.equal(loop!.signature.name, "f");
  assert.deepEqual(loop!.node_def[1]!.input, ["zero:output:0", "x", "v"]);
});
