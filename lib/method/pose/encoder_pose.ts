/**
 * The pose of the adversarial method: predicted from the image by one more head of the encoder.
 *
 * @module
 */
import { dense } from "@/model/layers.ts";
import { glorotUniform } from "@/model/parameters.ts";
import * as tf from "@/engine/tf.ts";
import { type AngleCount, anglesNote, poseOf } from "./angles.ts";
import type { PoseStrategy } from "./strategy.ts";

/** The sizes of an encoder's pose. */
export interface EncoderPoseOptions {
  /** Units of the encoder's features. */
  readonly featureCount: number;
  /** Angles of a pose. */
  readonly angles: AngleCount;
}

/**
 * Makes poses from what the encoder's convolutions see in each image: dense, tanh, one unit for
 * each angle. Paper: the adversarial method's extra unit of the encoder. It has no posterior; what
 * the poses of all images should be together is left to the objective.
 */
export function createEncoderPose({ featureCount, angles }: EncoderPoseOptions): PoseStrategy {
  const head = dense("pose/head", featureCount, angles, glorotUniform(featureCount, angles));
  const note = `dense, ${anglesNote(angles)}`;
  return {
    parameters: head.parameters,
    stages: [{ kind: "pose", name: "encoded s", note, shape: [angles] }],
    inferredAngles: angles,
    updatedFirst: [],
    pose: (pass, { features }) => poseOf(tf.tanh(head.apply(pass, features)) as tf.Tensor2D),
  };
}
