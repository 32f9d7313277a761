/**
 * Where the camera stands: the only file that knows the axis conventions.
 *
 * A grid `[D, H, W]` fills the cube [-1, 1]^3. Cell (d, h, w) has its centre at p = (x, y, z) with
 * x = (2w + 1) / W - 1 to the right, y = 1 - (2h + 1) / H up and z = (2d + 1) / D - 1 away from the
 * viewer. The camera is orthographic and looks along +z; turning the camera by an azimuth `a` about
 * the vertical axis reads the grid at R p, with (x, z) -> (x cos a + z sin a, -x sin a + z cos a).
 * Raising it by an elevation `e` first reads the turned grid at (x, y cos e - z sin e,
 * y sin e + z cos e): a raised camera looks down.
 *
 * @module
 */
import * as tf from "@/engine/tf.ts";

/** Where the points of every ray fall in the grid, counted in cells. */
export interface RayPoints {
  /** Depth index, fractional, `[B, R, D, 1]`; 0 is the centre of the nearest cell. */
  readonly depth: tf.Tensor4D;
  /** Column index, fractional, `[B, R, D, 1]`; 0 is the centre of the leftmost cell. */
  readonly column: tf.Tensor4D;
}

/**
 * Maps a pose latent to an azimuth: theta = (s + 1) pi.
 * Paper: the released code's `rot_matrix`.
 *
 * @param s `[B]`, in (-1, 1)
 * @returns Azimuth in radians `[B]`, in (0, 2 pi)
 */
export function azimuthOf(s: tf.Tensor1D): tf.Tensor1D {
  return tf.mul(tf.add(s, 1), Math.PI);
}

/** The same for one number; the latent may be any, such as -1 or 1. */
export function azimuthOfLatent(s: number): number {
  return (s + 1) * Math.PI;
}

/** Gives the pose latent of an azimuth in radians, in [-1, 1): the inverse of `azimuthOfLatent`. */
export function latentOfAzimuth(azimuth: number): number {
  const turns = azimuth / (2 * Math.PI);
  return 2 * (turns - Math.floor(turns)) - 1;
}

/** Largest elevation. Choice: 30 degrees, from which the post's own turntables look. */
export const MAX_ELEVATION = Math.PI / 6;

/**
 * Maps a tilt latent to an elevation: t pi / 6.
 *
 * @param tilt `[B]`, in (-1, 1)
 * @returns Elevation in radians `[B]`, in (-pi / 6, pi / 6); above 0 the camera looks down
 */
export function elevationOf(tilt: tf.Tensor1D): tf.Tensor1D {
  return tf.mul(tilt, MAX_ELEVATION);
}

/**
 * Turns the centres of one horizontal layer of cells by each azimuth. Rotation about the vertical
 * axis leaves rows alone, so one layer serves all of them.
 *
 * @param azimuth Radians `[B]`
 * @param depth D, the cells along the depth of the grid, and the points along a ray
 * @param width W, the cells of a row of the grid
 * @param rays R, the rays of a row of the image, W unless given
 */
export function turnedPoints(
  azimuth: tf.Tensor1D,
  depth: number,
  width: number,
  rays: number = width,
): RayPoints {
  const x = cellCentres(rays).reshape([1, rays, 1, 1]);
  const z = cellCentres(depth).reshape([1, 1, depth, 1]);
  const angle = azimuth.reshape([-1, 1, 1, 1]); // [B, 1, 1, 1]
  const cos = tf.cos(angle);
  const sin = tf.sin(angle);
  const turnedX = tf.add(tf.mul(x, cos), tf.mul(z, sin)); // [B, R, D, 1]
  const turnedZ = tf.sub(tf.mul(z, cos), tf.mul(x, sin)); // [B, R, D, 1]
  return { depth: cellIndex(turnedZ, depth), column: cellIndex(turnedX, width) };
}

/**
 * Gives the row of the grid in which a raised camera's ray lies at each depth of the turned grid:
 * y / cos e - z tan e, for the ray that meets the image at height y.
 *
 * @param elevation Radians `[B]`, in (-pi / 2, pi / 2)
 * @param depth D, the points along a ray
 * @param height H, the rows of the grid
 * @param rays R, the rows of the image, H unless given
 * @returns Row index, fractional, `[B, R, D, 1]`; 0 is the centre of the highest cell
 */
export function rowsAlongRays(
  elevation: tf.Tensor1D,
  depth: number,
  height: number,
  rays: number = height,
): tf.Tensor4D {
  // Rows count downwards: with -y in the place of y both signs of the shear turn round.
  const down = cellCentres(rays).reshape([1, rays, 1, 1]);
  const z = cellCentres(depth).reshape([1, 1, depth, 1]);
  const angle = elevation.reshape([-1, 1, 1, 1]); // [B, 1, 1, 1]
  const sheared = tf.add(tf.div(down, tf.cos(angle)), tf.mul(z, tf.tan(angle))); // [B, R, D, 1]
  return cellIndex(sheared, height);
}

/**
 * Gives the row of the grid in which each row of an image lies, for a level camera.
 *
 * @param height H, the rows of the grid
 * @param rays R, the rows of the image
 * @returns Row index, fractional, `[1, 1, R, 1]`
 */
export function rowsOfImage(height: number, rays: number): tf.Tensor4D {
  return cellIndex(cellCentres(rays).reshape([1, 1, rays, 1]), height);
}

/** Gives the coordinates of `count` cell centres that fill [-1, 1]. */
function cellCentres(count: number): tf.Tensor1D {
  return tf.tensor1d(Float32Array.from({ length: count }, (_, i) => (2 * i + 1) / count - 1));
}

/** Inverts `cellCentres`: a coordinate in [-1, 1] to a fractional cell index. */
function cellIndex(coordinate: tf.Tensor, count: number): tf.Tensor4D {
  return tf.add(tf.mul(coordinate, count / 2), (count - 1) / 2) as tf.Tensor4D;
}
