/**
 * The angles of a pose: an azimuth, and an elevation where the config asks for one.
 *
 * @module
 */
import * as tf from "@/engine/tf.ts";
import type { Pose } from "./strategy.ts";

/** How many angles a pose has: 1, the azimuth; 2, azimuth and elevation. */
export type AngleCount = 1 | 2;

/**
 * Takes the latents of the angles apart.
 *
 * @param latents `[B, angles]` in (-1, 1): s of the azimuth (s + 1) pi, then t of the elevation t pi / 6
 */
export function poseOf(latents: tf.Tensor2D): Pose {
  const [batch, angles] = latents.shape;
  if (angles === 1) return { s: latents.reshape([-1]) };
  const column = (i: number) => tf.slice(latents, [0, i], [batch, 1]).reshape([-1]) as tf.Tensor1D;
  return { s: column(0), tilt: column(1) };
}

/** What the angles are, in a few words for the architecture figure. */
export function anglesNote(angles: AngleCount): string {
  return `tanh,\nazimuth (s + 1) π${angles === 2 ? ",\nelevation t π/6" : ""}`;
}
