/**
 * Views from a dome of cameras: every azimuth at every elevation, for a search over both.
 *
 * @module
 */
import { checkShape } from "@/engine/shapes.ts";
import * as tf from "@/engine/tf.ts";
import { layersOf, opacityOf, type ProjectionOptions } from "./project.ts";
import { shearsOf, turnsOf } from "./tilt.ts";

/** Where the cameras stand; all grids share them. */
export interface Dome {
  /** Turns about the vertical axis `[A]`, radians. */
  readonly azimuths: tf.Tensor1D;
  /** How far cameras are raised at each of them `[E]`, radians in (-pi / 2, pi / 2). */
  readonly elevations: tf.Tensor1D;
}

/**
 * Projects voxel grids to A E images each, by the equation of `projectTilted`.
 *
 * The grid is turned once for each azimuth and sheared for each elevation, where `projectViews` turns it
 * for each pair of them; turning is most of the work.
 *
 * @param density `[B, D, H, W]`, >= 0, per cell
 * @param dome Azimuths and elevations
 * @param options `tau`, 0.5 unless given, and `size` of the images
 * @returns Images `[B, A, E, rows, columns]` in [0, 1]; the caller disposes them
 * @throws {TypeError} If a shape is wrong
 */
export function projectDome(
  density: tf.Tensor4D,
  { azimuths, elevations }: Dome,
  options: ProjectionOptions = {},
): tf.Tensor5D {
  const { tau = 0.5 } = options;
  const action = "project a dome";
  checkShape(action, "density", density, ["B", "D", "H", "W"]);
  checkShape(action, "azimuths", azimuths, ["A"]);
  checkShape(action, "elevations", elevations, ["E"]);
  const [batch, depth, height, width] = density.shape;
  const [rows, columns] = options.size ?? [height, width];
  const [turns, tilts] = [azimuths.shape[0], elevations.shape[0]];
  return tf.tidy(() => {
    const layers = layersOf(density).reshape([batch * height, depth * width]) as tf.Tensor2D;
    const points = turnsOf(azimuths, depth, width, columns) // [A, columns D, D W]
      .reshape([turns * columns * depth, depth * width]) as tf.Tensor2D;
    const turned = tf.matMul(layers, points, false, true) // [B H, A columns D]
      .reshape([batch, height, turns * columns, depth])
      .transpose([0, 2, 3, 1]) // [B, A columns, D, H]
      .reshape([batch * turns * columns, depth * height]) as tf.Tensor2D;
    const shears = shearsOf(elevations, depth, height, rows) // [E, rows, D H]
      .reshape([tilts * rows, depth * height]) as tf.Tensor2D;
    const thickness = tf.matMul(turned, shears, false, true) // [B A columns, E rows]
      .reshape([batch, turns, columns, tilts, rows])
      .transpose([0, 1, 3, 4, 2]); // [B, A, E, rows, columns]
    const perPoint = tf.div(tau, tf.cos(elevations)).reshape([1, 1, tilts, 1, 1]);
    return opacityOf(thickness, perPoint) as tf.Tensor5D;
  });
}
