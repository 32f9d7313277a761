/** What `lib/engine/tf.ts` mends of TensorFlow.js, and tests that fail once there is nothing to mend. */
import * as unmended from "@tensorflow/tfjs";
import assert from "node:assert/strict";

// Looked up before `tf.ts` is imported; each file of tests loads TensorFlow.js anew.
const gradientOfTfjs = unmended.getGradient(unmended.Conv3DBackpropInputV2);
const tf = await import("@/engine/tf.ts");

Deno.test("tf.ts loads the native library when it is first needed, not before", async () => {
  const code = `import * as tf from "@/engine/tf.ts";
    const isLoaded = () => Deno.readTextFileSync("/proc/self/maps").includes("libtensorflow_cc");
    const before = isLoaded();
    tf.scalar(1).square().dataSync();
    console.log(before, isLoaded());`;
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["eval", code] }).output();
  assert.equal(new TextDecoder().decode(stdout), "false true\n");
});

Deno.test("tf.ts has the native backend and no other", () => {
  tf.backend();
  assert.equal(tf.getBackend(), "tensorflow");
  assert.equal(tf.version.tfjs, "4.22.0");
});

Deno.test("tf.ts registers the gradient of conv3dTranspose: remove it when tfjs has its own", () => {
  assert.equal(gradientOfTfjs, undefined);
  assert.notEqual(tf.getGradient(tf.Conv3DBackpropInputV2), undefined);
});

Deno.test("tfjs has a wrong gradient of cumsum along all but the last axis: use it when it has not", () => {
  tf.tidy(() => {
    const weights = tf.tensor3d([1, 2, 3, 4, 5, 6, 7, 8], [2, 2, 2]);
    const gradient = tf.grad((x) => tf.sum(tf.mul(weights, tf.cumsum(x, 0))))(tf.zeros([2, 2, 2]));
    const right = [1 + 5, 2 + 6, 3 + 7, 4 + 8, 5, 6, 7, 8];
    assert.notDeepEqual([...gradient.dataSync()], right);
  });
});
