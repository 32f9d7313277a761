/** Latents for the tests of objectives. */
import type { Latents } from "@/method/objective/objective.ts";
import * as tf from "@/engine/tf.ts";
import { passOf } from "../../model/passes.ts";

/** Mean and log-variance, row by row. */
type Posterior = readonly [number[][], number[][]];

/** The pass of objectives that have no parameters and draw nothing. */
export const NO_PASS = passOf({});

/** The latents of a pass whose posteriors alone matter. */
export function forwardOf(posterior: Posterior, pose?: Posterior): Latents {
  const gaussian = ([mean, logVariance]: Posterior) => ({
    mean: tf.tensor2d(mean),
    logVariance: tf.tensor2d(logVariance),
  });
  return {
    posterior: gaussian(posterior),
    pose: pose ? { posterior: gaussian(pose) } : {},
  } as Latents;
}

/** The latents of a pass whose codes alone matter: shape latents `[B, units]`, and angles `[B]` each. */
export function codesOf(z: tf.Tensor2D, s = tf.zeros([z.shape[0]]), tilt?: tf.Tensor): Latents {
  return { z, pose: { s, ...(tilt && { tilt }) } } as Latents;
}
