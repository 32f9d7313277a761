/**
 * Poses by search: every azimuth is tried, and one is drawn by how well it explains the image.
 *
 * @module
 */
import { checkShape } from "@/engine/shapes.ts";
import * as tf from "@/engine/tf.ts";
import { projectViews } from "@/render/views.ts";
import { chooseByError, type Draw, parabolaVertex, valuesAt } from "./draw.ts";

/** Azimuths that are tried, five degrees apart. */
export const AZIMUTH_COUNT = 72;
const HALF = AZIMUTH_COUNT / 2;
const QUARTER = AZIMUTH_COUNT / 4;
const STEP = 2 * Math.PI / AZIMUTH_COUNT;

/** Brings an angle into [-pi, pi). */
export function wrapAngle(angle: tf.Tensor): tf.Tensor {
  const turns = tf.floor(tf.div(tf.add(angle, Math.PI), 2 * Math.PI));
  return tf.sub(angle, tf.mul(turns, 2 * Math.PI));
}

/**
 * Brings an azimuth into [-pi / 2, pi / 2] by a -> pi - a. A level silhouette of a shape that is its own
 * mirror image is the same from both, so only one of them can be a target.
 */
export function foldAzimuth(azimuth: tf.Tensor): tf.Tensor {
  const a = wrapAngle(azimuth);
  const folded = tf.sub(tf.mul(tf.sign(a), Math.PI), a);
  return tf.where(tf.greater(tf.abs(a), Math.PI / 2), folded, a);
}

/** What is searched. */
export interface SearchOptions {
  /** Opacity of one unit of density along one cell. */
  readonly tau: number;
  /** Whether shapes are their own mirror image, so that azimuths are folded; see `foldAzimuth`. */
  readonly isFolded: boolean;
  /** How azimuths are drawn, of `[B, AZIMUTH_COUNT]`; the best is taken without. */
  readonly draw?: Draw;
}

/** What a search finds. */
export interface FoundAzimuths {
  /** Radians `[B]`. */
  readonly azimuth: tf.Tensor1D;
  /** Squared error of the image from the azimuth that was drawn, summed over pixels `[B]`. */
  readonly error: tf.Tensor1D;
}

/**
 * Finds from which azimuth each shape looks like its image.
 *
 * error[b, k] = sum over pixels of (image_b - render(density_b, 2 pi k / 72))^2
 * k ~ softmax(-error / T), or the least error; then the vertex of the parabola through k - 1, k, k + 1.
 *
 * All views are one matrix product. Call it inside of `withoutGradient`: nothing of it is differentiated.
 *
 * @param density `[B, D, H, W]`
 * @param images `[B, H, W]` in [0, 1]
 * @throws {TypeError} If a shape is wrong
 */
export function searchAzimuths(
  density: tf.Tensor4D,
  images: tf.Tensor3D,
  { tau, isFolded, draw }: SearchOptions,
): FoundAzimuths {
  const action = "search azimuths";
  const lengths = checkShape(action, "density", density, ["B", "D", "H", "W"]);
  checkShape(action, "images", images, ["B", "H", "W"], lengths);
  if (draw) checkShape(action, "uniform", draw.uniform, ["B", AZIMUTH_COUNT], lengths);
  return tf.tidy(() => {
    const errors = azimuthErrors(density, images, { tau, isFolded }); // [B, 72]
    const chosen = chooseByError(errors, draw);
    const errorAt = (offset: number) => {
      const place = tf.mod(tf.add(chosen, AZIMUTH_COUNT + offset), AZIMUTH_COUNT) as tf.Tensor1D;
      return valuesAt(errors, place);
    };
    const here = errorAt(0);
    const shift = tf.clipByValue(parabolaVertex(errorAt(-1), here, errorAt(1)), -0.5, 0.5);
    const azimuth = tf.mul(tf.add(chosen, shift), STEP);
    return {
      azimuth: (isFolded ? foldAzimuth(azimuth) : wrapAngle(azimuth)) as tf.Tensor1D,
      error: here,
    };
  }) as unknown as FoundAzimuths;
}

/**
 * The squared error of every azimuth `[B, 72]`.
 *
 * From behind, at a + pi, a silhouette is the mirror image of that from a, so half of the turns do, each
 * against the image and its mirror image. A shape that is its own mirror image looks from -a as from
 * a + pi, and from pi - a as from a: a quarter of the turns does.
 */
function azimuthErrors(
  density: tf.Tensor4D,
  images: tf.Tensor3D,
  { tau, isFolded }: SearchOptions,
): tf.Tensor2D {
  const count = isFolded ? QUARTER + 1 : HALF;
  const azimuth = tf.tensor1d(Float32Array.from({ length: count }, (_, k) => k * STEP));
  const views = projectViews(density, { azimuth }, { tau }); // [B, count, H, W]
  const against = (targets: tf.Tensor) =>
    tf.sum(tf.squaredDifference(views, tf.expandDims(targets, 1)), [2, 3]) as tf.Tensor2D;
  const [front, back] = [against(images), against(tf.reverse(images, 2))]; // [B, count] each
  if (!isFolded) return tf.concat([front, back], 1);
  /** Those of the turns from `first` to `last`, down if `first` is the larger one. */
  const errors = (of: tf.Tensor2D, first: number, last: number) => {
    const [start, size] = [Math.min(first, last), Math.abs(last - first) + 1];
    const part = tf.slice(of, [0, start], [-1, size]);
    return first > last ? tf.reverse(part, 1) : part;
  };
  return tf.concat([
    front, // 0 to pi / 2
    errors(front, QUARTER - 1, 0), // to pi
    errors(back, 1, QUARTER), // to 3 pi / 2
    errors(back, QUARTER - 1, 1),
  ], 1);
}
