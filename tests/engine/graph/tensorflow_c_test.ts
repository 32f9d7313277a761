import assert from "node:assert/strict";
import { checked, tensorflow } from "@/engine/graph/tensorflow_c.ts";

Deno.test("checked() throws TensorFlow's message, and gives a fresh status each time", () => {
  const c = tensorflow();
  const options = c.TF_NewSessionOptions();
  const nonsense = Uint8Array.of(255, 255);
  assert.throws(
    () => checked((status) => c.TF_SetConfig(options, nonsense, 2n, status)),
    /ConfigProto/,
  );
  assert.doesNotThrow(() =>
    checked((status) => c.TF_SetConfig(options, new Uint8Array(1), 0n, status))
  );
  c.TF_DeleteSessionOptions(options);
});
