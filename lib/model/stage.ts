/**
 * What the architecture figure shows of a network: one stage for each image-worthy step.
 *
 * @module
 */

/** One step of a network. */
export interface Stage {
  /** What it does. */
  readonly kind: "input" | "conv2d" | "dense" | "deconv3d" | "texture" | "pose" | "discriminator";
  /** What to call it; unique within a model. */
  readonly name: string;
  /** The shape of its result for one image, without the batch axis. */
  readonly shape: readonly number[];
}
