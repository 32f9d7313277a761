/**
 * TensorFlow.js as published, made to load under Deno. Everything outside of `engine/` imports `tf.ts`,
 * which adds the gradients that TensorFlow.js lacks.
 *
 * @module
 */
import "./node_util.ts";
export * from "@tensorflow/tfjs-node-gpu";
