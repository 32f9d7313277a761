/**
 * Steps that are one function each: nothing of them is the host's task but to call it.
 *
 * @module
 */
import { graphFunction, repeated } from "@/engine/graph/jit.ts";
import * as tf from "@/engine/tf.ts";
import type { PlacedStep } from "./place.ts";

/**
 * Makes the functions that take one step, and several in one program.
 *
 * @param takeStep Takes a step, by its seed `[2]` int32; traced
 * @param inProgram Steps in one program of XLA, 1 or more; what is left over is taken one by one
 */
export function wholeSteps(takeStep: (seed: tf.Tensor1D) => void, inProgram: number): PlacedStep {
  const step = graphFunction({ seed: { shape: [2], dtype: "int32" } }, ({ seed }) => {
    takeStep(seed as tf.Tensor1D);
    return { seed }; // known to the host, which need not wait for it
  });
  return {
    functions: { step, ...(inProgram > 1 && { steps: repeated(step, inProgram) }) },
    take: (program, seeds) =>
      tf.tidy(() => {
        const left = seeds.map((seed) => [...seed]);
        while (inProgram > 1 && left.length >= inProgram) {
          program.steps!({ seed: tf.tensor2d(left.splice(0, inProgram), undefined, "int32") });
        }
        for (const seed of left) program.step!({ seed: tf.tensor1d(seed, "int32") });
      }),
  };
}
