/**
 * Directions by search: every azimuth is tried at every elevation, and one of them is drawn by how well
 * it explains the image.
 *
 * @module
 */
import { checkShape } from "@/engine/shapes.ts";
import * as tf from "@/engine/tf.ts";
import { MAX_ELEVATION } from "@/render/camera.ts";
import { projectDome } from "@/render/dome.ts";
import { AZIMUTH_COUNT, wrapAngle } from "./azimuth_search.ts";
import { chooseByError, type Draw, parabolaVertex, valuesAt } from "./draw.ts";
import { ELEVATION_BINS, ELEVATION_STEP } from "./elevation_bins.ts";

/** Directions that are tried: 72 azimuths at elevations of 0, 6 ... 30 degrees. */
export const DIRECTION_COUNT = AZIMUTH_COUNT * ELEVATION_BINS;
const HALF = AZIMUTH_COUNT / 2;
const STEP = 2 * Math.PI / AZIMUTH_COUNT;
const TOP = ELEVATION_BINS - 1;

/** What is searched. */
export interface DirectionSearchOptions {
  /** Opacity of one unit of density along one cell. */
  readonly tau: number;
  /** How directions are drawn, of `[B, DIRECTION_COUNT]`; the best is taken without. */
  readonly draw?: Draw;
}

/** What a search finds. */
export interface FoundDirections {
  /** Radians `[B]`, in [-pi, pi). */
  readonly azimuth: tf.Tensor1D;
  /** Radians `[B]`, in [0, pi / 6]. */
  readonly elevation: tf.Tensor1D;
  /** Squared error of the image from the direction that was drawn, summed over pixels, as of
   * a whole image `[B]`. */
  readonly error: tf.Tensor1D;
}

/**
 * Finds from which azimuth and elevation each shape looks like its image.
 *
 * error[b, k, e] = 4 sum over pixels of (half(image_b) - render(density_b, 2 pi k / 72, e pi / 30))^2
 * (k, e) ~ softmax(-error / T), or the least error; then the vertices of the parabolas along both axes.
 *
 * Choice: images of half the size, of the whole grid. True chairs are found as well by them as by whole
 * images: medians of 0.9 and 0.5 degrees aside for 0.5 and 0.5. Grids of half the size mislead: 1.2 and 2.5.
 * Choice: cameras look down, never up. For shapes that are their own mirror image (a, e) and
 * (pi - a, -e) have one silhouette, so nothing is lost and nothing left to fold; for all others it says
 * which side is near, which no set of silhouettes does.
 * A silhouette from behind and above is the mirror image of the one from the front and below, so half of
 * the turns do, with elevations of both signs. Nothing of it is differentiated: call it inside of
 * `withoutGradient`.
 *
 * @param density `[B, D, H, W]`
 * @param images `[B, H, W]` in [0, 1]
 * @throws {TypeError} If a shape is wrong
 */
export function searchDirections(
  density: tf.Tensor4D,
  images: tf.Tensor3D,
  { tau, draw }: DirectionSearchOptions,
): FoundDirections {
  const action = "search directions";
  const lengths = checkShape(action, "density", density, ["B", "D", "H", "W"]);
  checkShape(action, "images", images, ["B", "H", "W"], lengths);
  if (draw) checkShape(action, "uniform", draw.uniform, ["B", DIRECTION_COUNT], lengths);
  const [, height, width] = images.shape;
  if (height % 2 !== 0 || width % 2 !== 0) {
    throw new RangeError(
      `Cannot search directions: sides of images must be even, got ${height} and ${width}`,
    );
  }
  return tf.tidy(() => {
    const errors = directionErrors(density, images, tau); // [B, 72 6], elevations running fastest
    const chosen = chooseByError(errors, draw);
    const turn = tf.floor(tf.div(tf.add(chosen, 0.5), ELEVATION_BINS));
    const tilt = tf.sub(chosen, tf.mul(turn, ELEVATION_BINS));
    const at = (turns: tf.Tensor, tilts: tf.Tensor) => {
      const around = tf.mod(tf.add(turns, AZIMUTH_COUNT), AZIMUTH_COUNT);
      return valuesAt(errors, tf.add(tf.mul(around, ELEVATION_BINS), tilts) as tf.Tensor1D);
    };
    const error = at(turn, tilt);
    const aside = parabolaVertex(at(tf.sub(turn, 1), tilt), error, at(tf.add(turn, 1), tilt));
    // At both ends the parabola is that of the three outermost elevations.
    const middle = tf.clipByValue(tilt, 1, TOP - 1);
    const [below, here, above] = [-1, 0, 1].map((i) => at(turn, tf.add(middle, i)));
    const up = tf.sub(tf.add(middle, parabolaVertex(below!, here!, above!)), tilt);
    const [turned, tilted] = [[turn, aside], [tilt, up]].map(([place, shift]) =>
      tf.add(place!, tf.clipByValue(shift!, -0.5, 0.5))
    );
    const elevation = tf.clipByValue(tf.mul(tilted!, ELEVATION_STEP), 0, MAX_ELEVATION);
    const azimuth = wrapAngle(tf.mul(turned!, STEP));
    return { azimuth, elevation, error } as unknown as tf.TensorContainerObject;
  }) as unknown as FoundDirections;
}

/** The squared error of every direction `[B, 72 6]`. */
function directionErrors(density: tf.Tensor4D, images: tf.Tensor3D, tau: number): tf.Tensor2D {
  const grades = Float32Array.from({ length: 2 * TOP + 1 }, (_, i) => (i - TOP) * ELEVATION_STEP);
  const halved = tf.avgPool(images.expandDims(3) as tf.Tensor4D, 2, 2, "valid").squeeze([3]);
  const [batch, rows, columns] = halved.shape as [number, number, number];
  const views = projectDome(density, {
    azimuths: tf.tensor1d(Float32Array.from({ length: HALF }, (_, k) => k * STEP)),
    elevations: tf.tensor1d(grades),
  }, { tau, size: [rows, columns] }); // [B, 36, 11, H/2, W/2], elevations from -30 to 30 degrees
  const against = (start: number, targets: tf.Tensor) => {
    const seen = tf.slice(views, [0, 0, start, 0, 0], [batch, HALF, TOP + 1, rows, columns]);
    const wanted = targets.reshape([batch, 1, 1, rows, columns]);
    return tf.mul(4, tf.sum(tf.squaredDifference(seen, wanted), [3, 4])); // [B, 36, 6]
  };
  const front = against(TOP, halved);
  const back = tf.reverse(against(0, tf.reverse(halved, 2)), 2); // from -30..0 to 0..30 degrees
  return tf.concat([front, back], 1).reshape([batch, DIRECTION_COUNT]);
}
