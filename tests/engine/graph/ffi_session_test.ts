import assert from "node:assert/strict";
import { join } from "node:path";
import { ffiSessions } from "@/engine/graph/ffi_session.ts";
import { graphFunction, jit, type TensorSpec } from "@/engine/graph/jit.ts";
import { encodeSavedModel, type NodeDef } from "@/engine/graph/protobuf.ts";
import { openBindingSession } from "@/engine/graph/session.ts";
import { Variable } from "@/engine/graph/variable.ts";
import * as tf from "@/engine/tf.ts";
import { assertTensorsKept } from "../../assert.ts";
import { withFolder } from "../../data/fixtures.ts";

const ROW: TensorSpec = { shape: [3], dtype: "float32" };
const openSession = ffiSessions({ cpuDevices: 2 });

Deno.test("jit() on a session by FFI gives what it gives on the binding's, to the bit", () => {
  const results = [openSession, openBindingSession].map((openSession) => {
    using total = new Variable("total", [3], Float32Array.of(0.1, 0.2, 0.3));
    using program = jit({
      add: graphFunction({ x: ROW }, ({ x }) => {
        total.assign(tf.add(total.read(), tf.exp(x)));
        return { total: total.read() };
      }),
      mixed: graphFunction({
        flags: { shape: [2], dtype: "bool" },
        counts: { shape: [2, 1], dtype: "int32" },
        scale: { shape: [], dtype: "float32" },
      }, ({ flags, counts, scale }) => ({
        not: tf.logicalNot(flags),
        doubled: tf.add(counts, counts),
        half: tf.div(scale, 2),
      })),
      none: graphFunction({}, () => ({ empty: tf.zeros([0, 2]), one: tf.scalar(1) })),
    }, { openSession });
    return tf.tidy(() => {
      program.add({ x: tf.tensor1d([1, 2, 3]) });
      const { total } = program.add({ x: tf.tensor1d([-1, 0, 0.5]) });
      const given = {
        total: total!,
        ...program.mixed({
          flags: tf.tensor1d([true, false], "bool"),
          counts: tf.tensor2d([[3], [-4]], [2, 1], "int32"),
          scale: tf.scalar(5),
        }),
        ...program.none({}),
      };
      return Object.entries<tf.Tensor>(given)
        .map(([name, tensor]) => [name, tensor.dtype, tensor.shape, [...tensor.dataSync()]]);
    });
  });
  assert.deepEqual(results[0], results[1]);
  assert.deepEqual(results[0]!.slice(1), [
    ["not", "bool", [2], [0, 1]],
    ["doubled", "int32", [2, 1], [6, -8]],
    ["half", "float32", [], [2.5]],
    ["empty", "float32", [0, 2], []],
    ["one", "float32", [], [1]],
  ]);
});

/** Writes a graph that negates its input on a device, and gives its folder. */
async function withNegation(device: string, body: (folder: string) => void): Promise<void> {
  const T = { T: { type: 3 } };
  const nodes: NodeDef[] = [
    { name: "x", op: "Placeholder", input: [], attr: { dtype: { type: 3 } } },
    { name: "y", op: "Neg", input: ["x"], device, attr: T },
  ];
  await withFolder(async (folder) => {
    const bytes = encodeSavedModel({ nodes, functions: [] });
    await Deno.writeFile(join(folder, "saved_model.pb"), bytes);
    body(folder);
  });
}

Deno.test("a session by FFI has as many CPU devices as asked for, and no more", () =>
  withNegation("/device:CPU:1", (folder) => {
    using two = ffiSessions({ cpuDevices: 2 })(folder);
    const [y] = tf.tidy(() => two.prepare(["x:0"], ["y:0"])([tf.scalar(3, "int32")]));
    assert.equal(y!.dataSync()[0], -3);
    y!.dispose();
    assert.throws(() => ffiSessions({ cpuDevices: 1 })(folder), {
      name: "Error",
      message: /node y.* was explicitly assigned to \/device:CPU:1 /,
    });
  }));

Deno.test("a session by FFI works on after an error", () =>
  withNegation("", (folder) => {
    using session = openSession(folder);
    const run = session.prepare(["x:0"], ["y:0"]);
    tf.tidy(() => {
      const flag = tf.scalar(true, "bool");
      assert.throws(() => run([flag]), { name: "Error", message: /bool.*int32|int32.*bool/ });
      assert.equal(run([tf.scalar(2, "int32")])[0]!.dataSync()[0], -2);
    });
  }));

Deno.test("a session by FFI says which node a graph lacks", () =>
  withNegation("", (folder) => {
    using session = openSession(folder);
    assert.throws(() => session.prepare(["x:0"], ["z:0"]), {
      name: "RangeError",
      message: `Cannot run a graph: it must have node "z", got none`,
    });
  }));

Deno.test("a session by FFI says what is wrong with its folder and its devices", async () => {
  await withFolder((folder) => {
    assert.throws(() => openSession(folder), {
      name: "Error",
      message: /Could not find SavedModel/,
    });
    return Promise.resolve();
  });
  for (const cpuDevices of [0, 1.5]) {
    assert.throws(() => ffiSessions({ cpuDevices }), {
      name: "RangeError",
      message: `Cannot open sessions: cpuDevices must be an integer >= 1, got ${cpuDevices}`,
    });
  }
});

Deno.test("a session by FFI keeps no tensor and no memory", () => {
  const COUNT = 2 ** 20; // 4 MB of float32
  const negate = graphFunction(
    { x: { shape: [COUNT], dtype: "float32" } },
    ({ x }) => ({ y: tf.neg(x) }),
  );
  using program = jit({ negate }, { openSession });
  const x = tf.ones([COUNT]);
  const run = (times: number) => {
    for (let i = 0; i < times; i++) program.negate({ x }).y.dispose();
  };
  run(20);
  const before = Deno.memoryUsage().rss;
  assertTensorsKept(0, () => run(200));
  const grown = (Deno.memoryUsage().rss - before) / 2 ** 20;
  assert.ok(grown < 200, `200 calls of 4 MB in and out must not keep 800 MB, got ${grown} MB`);
  x.dispose();
});
