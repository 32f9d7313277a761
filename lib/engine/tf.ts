/**
 * TensorFlow.js with its native backend and the gradients that it lacks.
 *
 * @module
 */
import "./gradients.ts";
export * from "./tfjs.ts";
