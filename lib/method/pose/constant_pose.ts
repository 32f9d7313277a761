/**
 * No pose at all: every image is taken to be seen from the front.
 *
 * @module
 */
import * as tf from "@/engine/tf.ts";
import type { PoseStrategy } from "./pose.ts";

/**
 * Makes the strategy that gives every image the azimuth pi (s = 0), the middle of the range, and
 * elevation 0.
 */
export function createConstantPose(): PoseStrategy {
  return {
    parameters: {},
    stages: [{ kind: "pose", name: "constant pose", shape: [1] }],
    inferredAngles: 0,
    updatedFirst: [],
    pose: (_pass, { images }) => ({ s: tf.zeros([images.shape[0]]) }),
  };
}
