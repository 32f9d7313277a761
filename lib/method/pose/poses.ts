/**
 * Every way to find poses, by name. This is the one place to add one.
 *
 * @module
 */
import { createConstantPose } from "./constant_pose.ts";
import { createEncoderPose } from "./encoder_pose.ts";
import { createFreePose } from "./free_pose.ts";
import type { PoseOptions, PoseStrategy } from "./pose.ts";

/** Every strategy, by the name that an option gives. */
export const POSES = {
  free: createFreePose,
  constant: createConstantPose,
  encoder: createEncoderPose,
} satisfies Record<string, (options: PoseOptions) => PoseStrategy>;
