import assert from "node:assert/strict";
import * as fc from "fast-check";
import { graphFunction, jit, type TensorSpec } from "@/engine/graph/jit.ts";
import { Variable } from "@/engine/graph/variable.ts";
import * as tf from "@/engine/tf.ts";
import { assertClose, assertTensorsKept } from "../../assert.ts";
import { compileOne, read } from "./programs.ts";

const SCALAR: TensorSpec = { shape: [], dtype: "float32" };
const ROW: TensorSpec = { shape: [3], dtype: "float32" };

Deno.test("jit() gives a function that computes anew for every call", () => {
  using program = compileOne({ x: ROW }, ({ x }) => ({ y: tf.mul(x!, x!) }));
  fc.assert(fc.property(fc.tuple(fc.integer(), fc.integer(), fc.integer()), (numbers) => {
    const values = numbers.map((value) => value % 1000);
    const got = read(() => program.f({ x: tf.tensor1d(values) }));
    assert.deepEqual(got, values.map((value) => value * value));
  }));
});

Deno.test("jit() takes and gives several tensors of several types", () => {
  using program = compileOne({
    a: { shape: [2], dtype: "int32" },
    b: { shape: [2], dtype: "bool" },
    c: ROW,
  }, ({ a, b, c }) => ({ c: tf.neg(c!), a: tf.add(a!, 1).cast("int32"), b: tf.logicalNot(b!) }));
  tf.tidy(() => {
    const results = program.f({
      c: tf.tensor1d([1, 2, 3]),
      b: tf.tensor1d([true, false], "bool"),
      a: tf.tensor1d([7, 8], "int32"),
    });
    assert.deepEqual(results.c!.arraySync(), [-1, -2, -3]);
    assert.deepEqual([results.a!.arraySync(), results.a!.dtype], [[8, 9], "int32"]);
    assert.deepEqual([results.b!.arraySync(), results.b!.dtype], [[0, 1], "bool"]);
  });
});

Deno.test("jit() runs a function without inputs", () => {
  using program = compileOne({}, () => ({ y: tf.range(0, 3).mul(2) }));
  assert.deepEqual(read(() => program.f({})), [0, 2, 4]);
});

Deno.test("jit() gives an input back that a function returns as it is", () => {
  using program = compileOne({ x: ROW }, ({ x }) => ({ y: x! }));
  tf.tidy(() => {
    const x = tf.tensor1d([1, 2, 3]);
    const { y } = program.f({ x });
    assert.notEqual(y, x);
    x.dispose();
    assert.deepEqual(y!.arraySync(), [1, 2, 3]);
  });
});

Deno.test("jit() gives one tensor under two names, and an output the name of an input", () => {
  using program = compileOne({ x: ROW, x_1: ROW }, ({ x, x_1 }) => {
    const sum = tf.add(x!, x_1!);
    return { x: sum, x_1: sum, y: sum };
  });
  tf.tidy(() => {
    const x = tf.tensor1d([1, 2, 3]);
    const results = program.f({ x, x_1: x });
    for (const name of ["x", "x_1", "y"]) {
      assert.deepEqual(results[name]!.arraySync(), [2, 4, 6], name);
    }
  });
});

Deno.test("jit() calls a function once, when it compiles", () => {
  let calls = 0;
  using program = compileOne({ x: SCALAR }, ({ x }) => {
    calls++;
    return { y: tf.exp(x!) };
  });
  for (let i = 0; i < 3; i++) read(() => program.f({ x: tf.scalar(i) }));
  assert.equal(calls, 1);
});

Deno.test("jit() keeps 0 and -0 apart", () => {
  using program = compileOne(
    { x: SCALAR },
    ({ x }) => ({ y: tf.stack([tf.div(x!, tf.scalar(0)), tf.div(x!, tf.scalar(-0))]) }),
  );
  assert.deepEqual(read(() => program.f({ x: tf.scalar(1) })), [Infinity, -Infinity]);
});

Deno.test("jit() lets functions see each other's writes", () => {
  const total = new Variable("total", [2], Float32Array.of(1, 2));
  using program = jit({
    add: graphFunction({ x: { shape: [2], dtype: "float32" } }, ({ x }) => {
      total.assign(tf.add(total.read(), x));
      return { y: tf.scalar(0) };
    }),
    read: graphFunction({}, () => ({ y: total.read() })),
  });
  assert.deepEqual(read(() => program.read({})), [1, 2], "the value before compiling");
  for (let i = 0; i < 3; i++) read(() => program.add({ x: tf.tensor1d([10, 20]) }));
  assert.deepEqual(read(() => program.read({})), [31, 62]);
});

for (const eager of [true, false]) {
  Deno.test(`jit() keeps the order of reads and writes, ${eager ? "eagerly" : "traced"}`, () => {
    using variable = new Variable("ordered", [], Float32Array.of(1));
    using program = jit({
      f: graphFunction({ x: SCALAR }, ({ x }) => {
        const before = variable.read();
        variable.assign(tf.add(before, x));
        const between = variable.read();
        variable.assign(tf.mul(between, 10));
        variable.assign(tf.add(variable.read(), 1));
        return { y: tf.stack([before, between, variable.read()]) };
      }),
    }, { eager });
    assert.deepEqual(read(() => program.f({ x: tf.scalar(2) })), [1, 3, 31]);
    assert.deepEqual(read(() => program.f({ x: tf.scalar(0) })), [31, 31, 311]);
  });
}

Deno.test("jit() carries out writes that no output depends on", () => {
  const variable = new Variable("written", [], Float32Array.of(5));
  using program = jit({
    write: graphFunction({ x: SCALAR }, ({ x }) => {
      variable.assign(x);
      return { y: tf.scalar(1) };
    }),
    read: graphFunction({}, () => ({ y: variable.read() })),
  });
  read(() => program.write({ x: tf.scalar(7) }));
  assert.deepEqual(read(() => program.read({})), [7]);
});

Deno.test("jit() keeps variables of one name apart", () => {
  const [a, b] = [1, 2].map((value) => new Variable("same", [], Float32Array.of(value)));
  using program = compileOne({}, () => {
    b!.assign(tf.mul(b!.read(), 10));
    return { y: tf.stack([a!.read(), b!.read()]) };
  });
  assert.deepEqual(read(() => program.f({})), [1, 20]);
});

Deno.test("jit() keeps programs apart", () => {
  const programs = [1, 2].map((value) => {
    const variable = new Variable("apart", [], Float32Array.of(value));
    return compileOne({}, () => {
      variable.assign(tf.mul(variable.read(), 2));
      return { y: variable.read() };
    });
  });
  read(() => programs[0]!.f({}));
  assert.deepEqual(programs.map((program) => read(() => program.f({}))), [[4], [4]]);
  for (const program of programs) program[Symbol.dispose]();
});

Deno.test("jit() takes variables away from eager code", () => {
  const variable = new Variable("weights", [2]);
  using _ = compileOne({}, () => ({ y: variable.read() }));
  const refused = {
    name: "Error",
    message: 'Cannot use variable "weights": its values live in a compiled program; ' +
      "read or write it in a function of that program",
  };
  assert.throws(() => variable.read(), refused);
  assert.throws(() => tf.tidy(() => variable.assign(tf.zeros([2]))), refused);
  assert.throws(() => compileOne({}, () => ({ y: variable.read() })), refused);
});

Deno.test("jit() leaves variables to eager code when it runs eagerly", () => {
  using variable = new Variable("shared", [], Float32Array.of(1));
  using program = jit({
    f: graphFunction({}, () => {
      variable.assign(tf.add(variable.read(), 1));
      return { y: variable.read() };
    }),
  }, { eager: true });
  read(() => program.f({}));
  assert.deepEqual(read(() => ({ y: variable.read() })), [2]);
});

Deno.test("jit() leaves the backend as it was when a function throws", () => {
  const backend = tf.backend() as unknown as { binding: unknown; tensorMap: object };
  const { binding } = backend;
  assertTensorsKept(0, () => {
    const run = ({ x }: Record<string, tf.Tensor>): Record<string, tf.Tensor> => {
      tf.exp(x!);
      throw new Error("a mistake in the function");
    };
    assert.throws(() => compileOne({ x: ROW }, run), { message: "a mistake in the function" });
  });
  assert.equal(backend.binding, binding);
  assert.deepEqual([
    Object.hasOwn(backend, "getInputTensorIds"),
    Object.hasOwn(backend.tensorMap, "set"),
  ], [
    false,
    false,
  ]);
  assert.deepEqual(read(() => ({ y: tf.square(tf.tensor1d([1, 2])) })), [1, 4]);
  using program = compileOne({ x: SCALAR }, ({ x }) => ({ y: tf.square(x!) }));
  assert.deepEqual(read(() => program.f({ x: tf.scalar(3) })), [9]);
});

Deno.test("jit() leaves variables alone when it cannot compile", () => {
  using variable = new Variable("survivor", [], Float32Array.of(4));
  assert.throws(() =>
    compileOne({ x: SCALAR }, ({ x }) => {
      variable.assign(tf.mul(variable.read(), x!));
      return { y: tf.scalar(x!.dataSync()[0]!) };
    })
  );
  assert.deepEqual(read(() => ({ y: variable.read() })), [4], "a traced write is not carried out");
});

Deno.test("jit() frees a program once, however often it is disposed", () => {
  const program = compileOne({ x: SCALAR }, ({ x }) => ({ y: tf.square(x!) }));
  program[Symbol.dispose]();
  program[Symbol.dispose]();
  assert.throws(() => tf.tidy(() => program.f({ x: tf.scalar(1) })), {
    name: "Error",
    message: 'Cannot run "f": its program must be alive, got a disposed one',
  });
});

Deno.test("jit() leaves its results to the caller and keeps no tensor itself", () => {
  assertTensorsKept(0, () => {
    const variable = new Variable("kept", [3]);
    using program = compileOne({ x: ROW }, ({ x }) => {
      variable.assign(tf.add(variable.read(), x!));
      return { y: variable.read(), z: tf.exp(x!) };
    });
    const x = tf.tensor1d([1, 2, 3]);
    let results: Record<string, tf.Tensor> = {};
    assertTensorsKept(2, () => results = program.f({ x }));
    tf.dispose([x, results]);
  });
});

Deno.test("jit() leaks nothing over 10,000 calls", () => {
  // 16 kB go in and out: one tensor left behind at every call would be 160 MB.
  const variable = new Variable("running", [4096]);
  using program = compileOne({ x: { shape: [4096], dtype: "float32" } }, ({ x }) => {
    variable.assign(tf.add(variable.read(), x!));
    return { y: tf.mul(x!, 2), sum: tf.sum(variable.read()) };
  });
  const x = tf.ones([4096]);
  const call = () => tf.dispose(program.f({ x }));
  for (let i = 0; i < 500; i++) call();
  const [tensors, resident] = [tf.memory().numTensors, Deno.memoryUsage().rss];
  for (let i = 0; i < 10_000; i++) call();
  assert.equal(tf.memory().numTensors, tensors);
  const grown = (Deno.memoryUsage().rss - resident) / 2 ** 20;
  assert.ok(grown < 40, `resident memory grew by ${grown.toFixed(1)} MiB`);
  const { sum } = program.f({ x });
  assertClose(sum!.dataSync(), [10_501 * 4096], 0);
  tf.dispose([x, sum]);
});
