/**
 * The pose of the adversarial method: predicted from the image by one more head of the encoder.
 *
 * @module
 */
import { dense } from "@/model/layers.ts";
import { glorotUniform } from "@/model/parameters.ts";
import * as tf from "@/engine/tf.ts";
import { poseOf, type PoseOptions, type PoseStrategy } from "./pose.ts";

/**
 * Makes poses from what the encoder's convolutions see in each image: dense, tanh, one unit for each
 * angle. Paper: the adversarial method's extra unit of the encoder. It has no posterior; what the poses
 * of all images should be together is left to the objective.
 */
export function createEncoderPose(
  { featureCount, angles }: Pick<PoseOptions, "featureCount" | "angles">,
): PoseStrategy {
  const head = dense("pose/head", featureCount, angles, glorotUniform(featureCount, angles));
  return {
    parameters: head.parameters,
    stages: [{ kind: "pose", name: "encoded s", shape: [angles] }],
    inferredAngles: angles,
    updatedFirst: [],
    pose: (pass, { features }) => poseOf(tf.tanh(head.apply(pass, features)) as tf.Tensor2D),
  };
}
