/**
 * TensorFlow.js with its native backend, as published but for one thing: the native library is loaded
 * when the first tensor is made, not when this module is. So whatever needs only names and numbers,
 * such as `--help`, works before set-up, and set-up can choose the library's environment.
 * Everything outside of `engine/` imports `tf.ts`, which adds the gradients that TensorFlow.js lacks.
 *
 * @module
 */
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import "./node_util.ts";
import { loadOwnLibrary } from "./own_library.ts";
import * as tf from "@tensorflow/tfjs";
import { NodeJSKernelBackend } from "@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend.js";
import "@tensorflow/tfjs-node-gpu/dist/register_all_kernels.js";

export * from "@tensorflow/tfjs";

const PACKAGE = "@tensorflow/tfjs-node-gpu";

// What the package's own entry point does on import, except that it loads the library there and then.
tf.registerBackend("tensorflow", () => {
  const require = createRequire(import.meta.url);
  const folder = dirname(require.resolve(`${PACKAGE}/package.json`));
  loadOwnLibrary(join(folder, "deps/lib"));
  return new NodeJSKernelBackend(require(join(folder, "lib/napi-v8/tfjs_binding.node")), PACKAGE);
});
// Where the library does not load, a run must not crawl on in JavaScript without a word.
tf.removeBackend("cpu");
