/**
 * The texture layer: a projection to an image with shades that shape alone cannot give.
 *
 * @module
 */
import * as tf from "@/engine/tf.ts";
import { dense, LEAK } from "./layers.ts";
import { glorotUniform, type Parameters, parametersOf } from "./parameters.ts";
import type { Pass } from "./pass.ts";
import type { Stage } from "./stage.ts";

/** Projections to textured images. */
export interface Texture {
  /** Its parameters. */
  readonly parameters: Parameters;
  /** Its stages, for the architecture figure. */
  readonly stages: readonly Stage[];
  /** Paints projections `[B, H, W]` in [0, 1); the result has the same shape, in (0, 1). */
  paint(pass: Pass, projection: tf.Tensor3D): tf.Tensor3D;
}

/**
 * Makes the paper's texture layer: dense to 1000 units, leaky ReLU, dense back to an image, sigmoid.
 *
 * @param imageSize Height and width of the images
 */
export function createTexture(imageSize: number): Texture {
  const pixels = imageSize * imageSize;
  const units = 1000;
  const hidden = dense("texture/hidden", pixels, units, glorotUniform(pixels, units));
  const image = dense("texture/picture", units, pixels, glorotUniform(units, pixels));
  return {
    parameters: parametersOf(hidden, image),
    stages: [
      { kind: "dense", name: "texture features", shape: [units] },
      { kind: "texture", name: "textured image", shape: [imageSize, imageSize, 1] },
    ],
    paint(pass, projection) {
      const flat = projection.reshape([-1, pixels]) as tf.Tensor2D;
      const features = tf.leakyRelu(hidden.apply(pass, flat), LEAK); // [B, 1000]
      return tf.sigmoid(image.apply(pass, features)).reshape(projection.shape);
    },
  };
}
