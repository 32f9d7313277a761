/**
 * The texture of voxels: how bright each of them is, which shape alone does not say.
 *
 * @module
 */
import { stopGradient } from "@/engine/stop_gradient.ts";
import * as tf from "@/engine/tf.ts";
import { projectColour } from "@/render/colour.ts";
import type { Camera } from "@/render/ray_points.ts";
import { affine } from "./biased_layers.ts";
import { createImageFeatures, FEATURES } from "./image_features.ts";
import { createLogitDecoder } from "./logit_decoder.ts";
import { type Parameters, parametersOf } from "./parameters.ts";
import type { Pass } from "./pass.ts";

/** Units of the latent that says how bright things are. */
const UNITS = 32;
/** Channels of its networks' first layers. Choice: the least, since brightness varies slowly. */
const FILTERS = 32;

/** What a texture paints. */
export interface Unpainted {
  /** What was photographed `[B, S, S, 1]` in [0, 1]. */
  readonly images: tf.Tensor4D;
  /** Density of the voxels `[B, S, S, S]`, per cell; no gradient reaches it. */
  readonly density: tf.Tensor4D;
  /** From where they are seen. */
  readonly camera: Camera;
  /** Opacity of one unit of density along one cell. */
  readonly tau: number;
}

/** Photographs and densities to textured images. */
export interface VoxelTexture {
  /** Its parameters. */
  readonly parameters: Parameters;
  /** Gives how bright voxels are `[B, S, S, S]` in (0, 1), by photographs `[B, S, S, 1]`. */
  colour(pass: Pass, images: tf.Tensor4D): tf.Tensor4D;
  /** Renders `[B, S, S]` in [0, 1]. */
  paint(pass: Pass, unpainted: Unpainted): tf.Tensor3D;
}

/**
 * Makes the texture: an encoder and a decoder of its own, photograph to 32 units to a colour for each
 * voxel, seen by `projectColour`.
 *
 * Choice: networks of its own, because shapes must not bend for the sake of shades: whatever is learnt
 * here, shapes are what they would be of the silhouettes alone. And a colour for each voxel where the
 * paper paints the projection, because then the object is painted from every side.
 *
 * @param imageSize S, a multiple of 16
 * @param isSymmetric Whether colours are their own mirror image, as shapes are then
 */
export function createVoxelTexture(imageSize: number, isSymmetric: boolean): VoxelTexture {
  const features = createImageFeatures("texture/encoder", imageSize, FILTERS);
  const units = affine("texture/latent", FEATURES, UNITS);
  const decoder = createLogitDecoder({
    name: "texture/decoder",
    latentSize: UNITS,
    gridSize: imageSize,
    filters: FILTERS,
    isSymmetric,
    start: 0,
  });
  const colour = (pass: Pass, images: tf.Tensor4D) =>
    tf.sigmoid(
      decoder.decode(pass, units.apply(pass, features.apply(pass, images))),
    ) as tf.Tensor4D;
  return {
    parameters: parametersOf(features, units, decoder),
    colour,
    paint: (pass, { images, density, camera, tau }) =>
      projectColour(stopGradient(density), colour(pass, images), camera, { tau }),
  };
}
