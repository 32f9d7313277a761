/**
 * The one import of TensorFlow.js: mended for Deno, with the gradients that it lacks.
 *
 * @module
 */
import "./node_util.ts";
export * from "@tensorflow/tfjs-node-gpu";
// It imports this module in turn, but only for names that TensorFlow.js has given by then.
import "./gradients.ts";
