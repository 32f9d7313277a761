import assert from "node:assert/strict";
import { currentDevice, onDevice, sumOverDevices } from "@/engine/graph/device.ts";
import { ffiSessions } from "@/engine/graph/ffi_session.ts";
import { graphFunction, jit } from "@/engine/graph/jit.ts";
import { Recorder } from "@/engine/graph/recorder.ts";
import { record } from "@/engine/graph/trace.ts";
import { Variable } from "@/engine/graph/variable.ts";
import { withPrograms } from "@/engine/graph/xla.ts";
import * as tf from "@/engine/tf.ts";
import { assertTensorsKept } from "../../assert.ts";

const CPUS = ["/device:CPU:0", "/device:CPU:1"];
const PAIR = { shape: [2], dtype: "float32" } as const;

Deno.test("onDevice() holds for what it runs, also where that throws", () => {
  assert.equal(currentDevice(), "");
  const inner = onDevice(
    "a",
    () => [currentDevice(), onDevice("b", currentDevice), currentDevice()],
  );
  assert.deepEqual(inner, ["a", "b", "a"]);
  assert.throws(() =>
    onDevice("a", () => {
      throw new Error("it");
    })
  );
  assert.equal(currentDevice(), "");
});

Deno.test("onDevice() keeps nodes and constants of devices apart, and shares those of one", () => {
  const recorder = new Recorder();
  tf.tidy(() => {
    const x = tf.zeros([2]);
    record(recorder, "f", { x }, () => {
      const twice = () => tf.addN([tf.mul(x, 3), tf.mul(x, 3)]);
      return Object.fromEntries(CPUS.map((device, i) => [`y${i}`, onDevice(device, twice)]));
    });
  });
  for (const op of ["Const", "Mul", "AddN"]) {
    const devices = recorder.nodes.filter((node) => node.op === op).map(({ device }) => device);
    assert.deepEqual(devices, CPUS, op);
  }
  assert.ok(recorder.nodes.filter(({ op }) => op === "Identity").every((node) => !node.device));
});

/** Each device adds a number of its own to its variable, and by `sum` those of both to another. */
function createProgram(sum: typeof sumOverDevices, useXla: boolean) {
  const own = CPUS.map((_, i) => new Variable(`own_${i}`, [2], Float32Array.of(i, 10 * i)));
  const total = CPUS.map((_, i) => new Variable(`total_${i}`, [2]));
  const onEach = (run: (i: number) => tf.Tensor) =>
    Object.fromEntries(CPUS.map((device, i) => [`y${i}`, onDevice(device, () => run(i))]));
  return jit({
    step: graphFunction<"x", string>({ x: PAIR }, ({ x }) =>
      onEach((i) => {
        own[i]!.assign(tf.add(own[i]!.read(), tf.mul(x, i + 1)));
        for (const instance of [0, 1]) {
          const added = sum(own[i]!.read() as tf.Tensor1D, { size: 2, key: 1, instance });
          total[i]!.assign(tf.add(total[i]!.read(), added));
        }
        return tf.add(own[i]!.read(), 0);
      })),
    read: graphFunction<never, string>({}, () => onEach((i) => total[i]!.read())),
  }, { useXla, openSession: ffiSessions({ cpuDevices: 2 }) });
}

const valuesOf = (results: Record<string, tf.Tensor>) =>
  Object.values(results).map((tensor) => [...tensor.dataSync()]);

Deno.test("sumOverDevices() gives every device the sum, at every step and more than once in one", () => {
  using program = createProgram(sumOverDevices, false);
  tf.tidy(() => {
    const x = tf.tensor1d([1, 2]);
    assert.deepEqual(valuesOf(program.step({ x })), [[1, 2], [3, 14]]);
    assert.deepEqual(valuesOf(program.read({})), [[8, 32], [8, 32]]);
    program.step({ x });
    assert.deepEqual(valuesOf(program.read({})), [[22, 76], [22, 76]]);
  });
});

Deno.test("sumOverDevices() keeps its result alone while it is traced", () => {
  const recorder = new Recorder();
  tf.tidy(() => {
    const x = tf.zeros([2]) as tf.Tensor1D;
    assertTensorsKept(1, () => {
      record(
        recorder,
        "f",
        { x },
        () => ({ y: sumOverDevices(x, { size: 2, key: 1, instance: 0 }) }),
      );
    });
  });
});

Deno.test("jit() compiles a function for each device by XLA, with the same results", () => {
  // Without a collective, which XLA does not have on CPUs.
  const doubled: typeof sumOverDevices = (values) => tf.mul(values, 2);
  const results = [false, true].map((useXla) => {
    using program = createProgram(doubled, useXla);
    return tf.tidy(() => {
      const x = tf.tensor1d([1, 2]);
      return [program.step({ x }), program.step({ x }), program.read({})].map(valuesOf);
    });
  });
  assert.deepEqual(results[1], results[0]);
  assert.deepEqual(results[0]!.at(-1), [[12, 24], [32, 128]]);
});

Deno.test("withPrograms() refuses what passes from one device to another", () => {
  const recorder = new Recorder();
  const recorded = tf.tidy(() => {
    const x = tf.zeros([2]);
    const passed = record(recorder, "f", { x }, () => {
      const y = onDevice(CPUS[0]!, () => tf.exp(x));
      return { z: onDevice(CPUS[1]!, () => tf.sin(y)) };
    });
    return { passed, rest: record(recorder, "rest", { x }, () => ({ y: x })) };
  });
  assert.throws(() => withPrograms(recorder.nodes, { f: recorded.passed }, recorded.rest), {
    name: "TypeError",
    message: 'Cannot compile "f": what runs on /device:CPU:1 must not use what another runs, got ' +
      "f/Exp of /device:CPU:0; trace it for each device",
  });
});

Deno.test("withPrograms() makes one function of a graph for each device, and runs all of them", () => {
  const recorder = new Recorder();
  using left = new Variable("left", [2]);
  using right = new Variable("right", [2]);
  const recorded = tf.tidy(() => {
    const [x, seed] = [tf.zeros([2]), tf.zeros([2], "int32")];
    const f = record(recorder, "f", { x, seed }, () => {
      for (const [i, variable] of [left, right].entries()) {
        onDevice(CPUS[i]!, () => {
          const sum = sumOverDevices(x as tf.Tensor1D, { size: 2, key: 1, instance: 0 });
          variable.assign(sum);
        });
      }
      return { seed };
    });
    return { f, rest: record(recorder, "rest", { x }, () => ({ y: x })) };
  });
  const { nodes, functions } = withPrograms(recorder.nodes, { f: recorded.f }, recorded.rest);
  const calls = nodes.filter(({ op }) => op.endsWith("_program"));
  assert.deepEqual(calls.map(({ name, device }) => [name, device]), [
    ["f/program", CPUS[0]],
    ["f_1/program", CPUS[1]],
  ]);
  for (const { node_def, signature } of functions) {
    assert.equal(node_def.filter(({ op }) => op === "CollectiveReduceV2").length, 1);
    assert.ok(node_def.every((node) => !("device" in node)));
    assert.deepEqual(signature.control_output, ["write_0"]);
  }
  const end = nodes.find(({ op, name }) => op === "Identity" && name.startsWith("f/"))!;
  assert.deepEqual(end.input.filter((input) => input.startsWith("^")), [
    "^f/program",
    "^f_1/program",
  ]);
});
