import assert from "node:assert/strict";
import { DATA_TYPES, float, int, nativeBackend, nativeOp, shape, type } from "@/engine/native.ts";
import * as tf from "@/engine/tf.ts";
import { assertClose, assertTensorsKept } from "../assert.ts";

Deno.test("nativeOp() runs an operation that tfjs does not wrap", () => {
  tf.tidy(() => {
    const [half] = nativeOp("L2Loss", { T: type("float32") }, [tf.tensor1d([3, 4])]);
    assert.deepEqual([half!.arraySync(), half!.dtype, half!.shape], [12.5, "float32", []]);
  });
});

Deno.test("nativeOp() gives every output", () => {
  tf.tidy(() => {
    const [values, indices] = nativeOp("TopKV2", { sorted: true, T: type("float32") }, [
      tf.tensor1d([1, 5, 3]),
      tf.scalar(2, "int32"),
    ], 2);
    assert.deepEqual([values!.arraySync(), indices!.arraySync()], [[5, 3], [1, 2]]);
  });
});

Deno.test("nativeOp() passes attributes of every kind", () => {
  tf.tidy(() => {
    const x = tf.tensor1d([-1, 2]);
    const [leaky] = nativeOp("LeakyRelu", { T: type("float32"), alpha: float(0.25) }, [x]);
    assertClose(leaky!.dataSync(), [-0.25, 2], 0);
    const [summed] = nativeOp("Sum", {
      T: type("float32"),
      Tidx: type("int32"),
      keep_dims: true,
    }, [x, tf.tensor1d([0], "int32")]);
    assert.deepEqual(summed!.shape, [1]);
    const patches = { T: type("float32"), ksizes: [1, 2, 2, 1], strides: [1, 1, 1, 1] };
    const [pooled] = nativeOp("ExtractImagePatches", {
      ...patches,
      rates: [1, 1, 1, 1],
      padding: "VALID",
    }, [tf.ones([1, 3, 2, 1])]);
    assert.deepEqual(pooled!.shape, [1, 2, 1, 4]);
    const [packed] = nativeOp("Pack", { N: int(2), T: type("float32"), axis: int(1) }, [x, x]);
    assert.deepEqual(packed!.shape, [2, 2]);
    const [zeros] = nativeOp("EnsureShape", { T: type("float32"), shape: shape([2]) }, [x]);
    assert.deepEqual(zeros!.shape, [2]);
  });
});

Deno.test("nativeOp() keeps its outputs alone", () => {
  const x = tf.tensor1d([1, 2]);
  let y: tf.Tensor[] = [];
  assertTensorsKept(1, () => y = nativeOp("Exp", { T: type("float32") }, [x]));
  tf.dispose([x, y]);
});

Deno.test("nativeOp() passes TensorFlow's own words on when it refuses", () => {
  assert.throws(() => nativeOp("NoSuchOp", {}, []), /NoSuchOp/);
});

Deno.test("DATA_TYPES are the numbers that the binding uses", () => {
  const binding = nativeBackend().binding as unknown as Record<string, number>;
  assert.equal(DATA_TYPES.float32, binding.TF_FLOAT);
  assert.equal(DATA_TYPES.int32, binding.TF_INT32);
  assert.equal(DATA_TYPES.bool, binding.TF_BOOL);
  assert.equal(DATA_TYPES.string, binding.TF_STRING);
  assert.equal(DATA_TYPES.int64, binding.TF_INT64);
  assert.equal(DATA_TYPES.resource, binding.TF_RESOURCE);
});

Deno.test("nativeBackend() refuses another backend of tfjs, and names the cure", async () => {
  tf.registerBackend("another", () => new tf.KernelBackend());
  await tf.setBackend("another");
  try {
    assert.throws(() => nativeBackend(), {
      name: "Error",
      message: 'Cannot run natively: the tfjs backend must be "tensorflow", got "another"; ' +
        "run `deno task setup` and do not call tf.setBackend",
    });
  } finally {
    await tf.setBackend("tensorflow");
  }
  assert.equal(nativeBackend().isUsingGpuDevice, nativeBackend().binding.isUsingGpuDevice());
});
