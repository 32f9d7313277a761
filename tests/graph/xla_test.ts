import assert from "node:assert/strict";
import { graphFunction, jit } from "@/graph/jit.ts";
import { statelessNormal } from "@/graph/random.ts";
import { record, type RecordedFunction } from "@/graph/record.ts";
import { Recorder } from "@/graph/recorder.ts";
import { Variable } from "@/graph/variable.ts";
import { markForXla } from "@/graph/xla.ts";
import * as tf from "@/tf.ts";
import { assertClose } from "../assert.ts";

const PAIR = { shape: [2], dtype: "float32" } as const;
const SEED = { shape: [2], dtype: "int32" } as const;

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

Deno.test("markForXla() marks what a function computes, and neither inputs nor outputs", () => {
  const { nodes, recorded } = recordAll({
    f: (x) => ({ y: tf.mul(tf.add(x, 3), x) }),
    rest: (x) => ({ y: tf.add(x, 3) }),
  });
  const marked = markForXla(nodes, { f: recorded.f! }, recorded.rest!);
  const programOf = (name: string) => {
    const mark = marked.find((node) => node.name === name)!.attr._xla_compile_id;
    return mark && new TextDecoder().decode(mark.s);
  };
  for (const name of ["f/Add", "f/Mul", "f/constant"]) assert.equal(programOf(name), "f", name);
  for (const name of ["f/x", "f/y", "f/y/leaves_xla", "constant", "rest/y"]) {
    assert.equal(programOf(name), undefined, name);
  }
  assert.deepEqual(marked.find(({ name }) => name === "f/y")!.input, ["f/y/leaves_xla:0"]);
  assert.equal(new Set(marked.map(({ name }) => name)).size, marked.length, "names are unique");
});

Deno.test("markForXla() leaves out what no output needs", () => {
  const { nodes, recorded } = recordAll({
    f: (x) => {
      tf.exp(x);
      return { y: tf.sin(x) };
    },
    rest: (x) => ({ y: x }),
  });
  const ops = markForXla(nodes, { f: recorded.f! }, recorded.rest!).map(({ op }) => op);
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
  assertClose(run(true), run(false), 1e-5);
});
