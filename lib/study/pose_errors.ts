/**
 * Where a model with free poses looks at its shapes from, and what the pose does to an image.
 *
 * @module
 */
import type { Inference } from "@/infer/inference.ts";
import { circularDeviation } from "@/study/score/spread.ts";

/** The pose of a model whose slots all have nearly the same one. */
export interface ModelPose {
  /** Pose latent in [-1, 1], the circular mean of all slots. */
  readonly pose: number;
  /** Circular standard deviation of the azimuths over slots, in radians. */
  readonly deviation: number;
}

/**
 * Averages pose latents as the azimuths that they stand for: s = 1 and s = -1 are the same.
 *
 * @param poses Pose latents in [-1, 1], at least one
 * @throws {RangeError} If there is none
 */
export function poseOfModel(poses: ArrayLike<number>): ModelPose {
  const angles = Float64Array.from(poses, (pose) => pose * Math.PI);
  const deviation = circularDeviation(angles);
  const sum = (part: (angle: number) => number) =>
    angles.reduce((total, angle) => total + part(angle), 0);
  return { pose: Math.atan2(sum(Math.sin), sum(Math.cos)) / Math.PI, deviation };
}

/**
 * Renders shapes from each of several poses and compares them with images.
 *
 * @param model Renders
 * @param density The shapes `[N, S, S, S]`
 * @param images What they are to look like `[N, S, S]`
 * @param poses Pose latents in [-1, 1]
 * @returns The mean squared error of a pixel from each pose
 */
export function errorsByPose(
  model: Pick<Inference, "render">,
  density: Float32Array,
  images: Float32Array,
  poses: readonly number[],
): number[] {
  const side = density.length / images.length; // S^3 / S^2
  const count = images.length / side ** 2;
  return poses.map((pose) => {
    const rendered = model.render(density, new Float32Array(count).fill(pose));
    return rendered.reduce((sum, value, i) => sum + (value - images[i]!) ** 2, 0) / images.length;
  });
}
