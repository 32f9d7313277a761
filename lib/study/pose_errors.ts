/**
 * The pose from which a model with free poses sees its shapes, and how images change with the pose.
 *
 * @module
 */
import type { Inference } from "@/infer/inference.ts";
import { circularDeviation } from "@/study/score/spread.ts";

/** The pose of a model whose slots nearly agree. */
export interface ModelPose {
  /** Azimuth in radians, in (-pi, pi], the circular mean of all slots. */
  readonly azimuth: number;
  /** Circular standard deviation of the azimuths over slots, in radians. */
  readonly deviation: number;
}

/**
 * Averages azimuths as the angles they are: pi and -pi are the same.
 *
 * @param azimuths Radians, at least one
 * @throws {RangeError} If there is none
 */
export function poseOfModel(azimuths: ArrayLike<number>): ModelPose {
  const angles = Float64Array.from(azimuths);
  const deviation = circularDeviation(angles);
  const sum = (part: (angle: number) => number) =>
    angles.reduce((total, angle) => total + part(angle), 0);
  return { azimuth: Math.atan2(sum(Math.sin), sum(Math.cos)), deviation };
}

/**
 * Renders shapes from each of several azimuths and compares them with images.
 *
 * @param model Renders
 * @param occupancy The shapes `[N, G, G, G]`
 * @param images What they are to look like `[N, S, S]`
 * @param azimuths Radians
 * @returns The mean squared error of a pixel from each azimuth
 */
export function errorsByAzimuth(
  model: Pick<Inference, "render" | "gridSize">,
  occupancy: Float32Array,
  images: Float32Array,
  azimuths: readonly number[],
): number[] {
  const count = occupancy.length / model.gridSize ** 3;
  return azimuths.map((azimuth) => {
    const rendered = model.render(occupancy, new Float32Array(count).fill(azimuth));
    return rendered.reduce((sum, value, i) => sum + (value - images[i]!) ** 2, 0) / images.length;
  });
}
