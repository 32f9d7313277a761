import assert from "node:assert/strict";
import { graphFunction, jit } from "@/engine/graph/jit.ts";
import { statelessNormal } from "@/engine/graph/stateless_random.ts";
import { record, type RecordedFunction } from "@/engine/graph/trace.ts";
import { Recorder } from "@/engine/graph/recorder.ts";
import { Variable } from "@/engine/graph/variable.ts";
import type { NodeDef } from "@/engine/graph/protobuf.ts";
import { withPrograms } from "@/engine/graph/xla.ts";
import { DATA_TYPES } from "@/engine/native.ts";
import * as tf from "@/engine/tf.ts";
import { assertClose } from "../../assert.ts";

const PAIR = { shape: [2], dtype: "float32" } as const;
const SEED = { shape: [2], dtype: "int32" } as const;

/** Nodes as text, in the order of their names. */
function linesOf(nodes: readonly NodeDef[]): string[] {
  return nodes.map(({ name, op, input }) => `${name} = ${op}(${input.join(", ")})`).toSorted();
}

/** Records functions of one pair of numbers. */
function recordAll(functions: Record<string, (x: tf.Tensor) => Record<string, tf.Tensor>>) {
  const recorder = new Recorder();
  const recorded: Record<string, RecordedFunction> = {};
  for (const [name, run] of Object.entries(functions)) {
    tf.tidy(() => {
      const x = tf.zeros([2]);
      recorded[name] = record(recorder, name, { x }, () => run(x));
    });
  }
  return { nodes: recorder.nodes, recorded };
}

Deno.test("withPrograms() makes a function of what is computed, between inputs and outputs", () => {
  const { nodes, recorded } = recordAll({
    f: (x) => ({ y: tf.mul(tf.add(x, 3), x) }),
    rest: (x) => ({ y: tf.add(x, 3) }),
  });
  const { nodes: outer, functions } = withPrograms(nodes, { f: recorded.f! }, recorded.rest!);
  assert.deepEqual(functions.map(({ signature }) => signature), [{
    name: "f_program",
    input_arg: [{ name: "argument_0", type: DATA_TYPES.int32 }], // bits, see `Recorder.addInput`
    output_arg: [{ name: "output_0", type: DATA_TYPES.float32 }],
    is_stateful: true,
    control_output: [],
  }]);
  const { node_def, ret, control_ret } = functions[0]!;
  assert.deepEqual(linesOf(node_def), [
    "constant = Const()",
    "f/Add = Add(f/x/float:output:0, constant:output:0)",
    "f/Mul = Mul(f/Add:z:0, f/x/float:output:0)",
    "f/x/float = Bitcast(argument_0)",
  ]);
  assert.deepEqual([ret, control_ret], [{ output_0: "f/Mul:z:0" }, {}]);
  assert.deepEqual(linesOf(outer), [
    "constant = Const()",
    "f/program = f_program(f/x:0)",
    "f/x = Placeholder()",
    "f/y = Identity(f/program:0)",
    "rest/Add = Add(rest/x/float:0, constant:0)",
    "rest/x = Placeholder()",
    "rest/x/float = Bitcast(rest/x:0)",
    "rest/y = Identity(rest/Add:0)",
  ]);
  const call = outer.find(({ name }) => name === "f/program")!;
  assert.deepEqual(call.attr, { _XlaMustCompile: { b: true } });
});

Deno.test("withPrograms() takes variables in, and says what must have been written", () => {
  using variable = new Variable("v", [2]);
  const { nodes, recorded } = recordAll({
    f: (x) => {
      variable.assign(tf.add(x, variable.read()));
      return { last: tf.split(x, 2)[1]! };
    },
    rest: (x) => ({ y: x }),
  });
  const { functions } = withPrograms(nodes, { f: recorded.f! }, recorded.rest!);
  const { signature, node_def, ret, control_ret } = functions[0]!;
  const types = signature.input_arg.map(({ type }) => type);
  assert.deepEqual(types.toSorted((a, b) => a - b), [DATA_TYPES.int32, DATA_TYPES.resource]);
  const handle = signature.input_arg[types.indexOf(DATA_TYPES.resource)]!.name;
  const write = `f/AssignVariableOp = AssignVariableOp(${handle}, f/Add:z:0, ^f/ReadVariableOp)`;
  assert.ok(linesOf(node_def).includes(write));
  assert.deepEqual([signature.control_output, control_ret], [["write_0"], {
    write_0: "f/AssignVariableOp",
  }]);
  assert.deepEqual(ret, { output_0: "f/SplitV:output:1" }, "the second of several outputs");
});

Deno.test("withPrograms() lets an input pass by, after the writes", () => {
  using variable = new Variable("v", [2]);
  const recorder = new Recorder();
  const recorded = tf.tidy(() => {
    const [x, seed] = [tf.zeros([2]), tf.zeros([2], "int32")];
    return {
      f: record(recorder, "f", { x, seed }, () => {
        variable.assign(x);
        return { seed };
      }),
      rest: record(recorder, "rest", { x }, () => ({ y: x })),
    };
  });
  const { nodes } = withPrograms(recorder.nodes, { f: recorded.f }, recorded.rest);
  assert.ok(linesOf(nodes).includes("f/seed_1 = Identity(f/seed:0, ^f/program)"));
});

Deno.test("withPrograms() gives a constant without the program, which may use it too", () => {
  using variable = new Variable("v", [2]);
  const { nodes, recorded } = recordAll({
    f: (x) => {
      variable.assign(tf.add(x, 3));
      return { three: tf.scalar(3) };
    },
    rest: (x) => ({ y: x }),
  });
  const graph = withPrograms(nodes, { f: recorded.f! }, recorded.rest!);
  assert.ok(linesOf(graph.nodes).includes("f/three = Identity(constant:0, ^f/program)"));
  assert.deepEqual(graph.functions[0]!.signature.output_arg, []);
});

Deno.test("withPrograms() leaves out what no output needs", () => {
  const { nodes, recorded } = recordAll({
    f: (x) => {
      tf.exp(x);
      return { y: tf.sin(x) };
    },
    rest: (x) => ({ y: x }),
  });
  const graph = withPrograms(nodes, { f: recorded.f! }, recorded.rest!);
  const ops = [...graph.nodes, ...graph.functions[0]!.node_def].map(({ op }) => op);
  assert.deepEqual([ops.includes("Exp"), ops.includes("Sin")], [false, true]);
});

Deno.test("jit() gives through XLA what it gives without, state and random draws included", () => {
  const run = (useXla: boolean) => {
    using variable = new Variable("x", [2], Float32Array.of(1, 2));
    using program = jit({
      step: graphFunction({ x: PAIR, seed: SEED }, ({ x, seed }) => {
        const before = variable.read();
        variable.assign(tf.add(before, x));
        const noise = statelessNormal([2], seed as tf.Tensor1D, 3);
        const now = variable.read();
        variable.assign(tf.mul(now, 2));
        return { sum: tf.sum(now), noisy: tf.add(tf.square(now), noise), same: x };
      }),
      value: graphFunction({}, () => ({ value: variable.read() })),
    }, { useXla });
    return tf.tidy(() =>
      [0, 1, 2].flatMap((step) => {
        const feeds = { x: tf.tensor1d([step, 1]), seed: tf.tensor1d([7, step], "int32") };
        const { sum, noisy, same } = program.step(feeds);
        const { value } = program.value({});
        return [sum, noisy, same, value].flatMap((tensor) => [...tensor.dataSync()]);
      })
    );
  };
  assertClose(run(true), run(false), 1e-4); // of numbers up to 226
});
