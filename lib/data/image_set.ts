/**
 * The common form in which every data source returns its images.
 *
 * @module
 */

/** Images of one source and one split, held as bytes: floats would take four times the memory. */
export interface ImageSet {
  /** Its name in messages and figures, e.g. `mnist`. */
  readonly name: string;
  /** Where its images come from, for captions; stand-ins say that they are not real data. */
  readonly provenance: string;
  /** S, the side of every image in pixels. */
  readonly size: number;
  /** N, the number of images. */
  readonly count: number;
  /** `[N, S, S]` row by row, from 0 black to 255 white; objects are white on black. */
  readonly pixels: Uint8Array;
  /** `[N]`, indices into `classNames`; absent if the source has no classes. */
  readonly labels?: Uint8Array;
  /** The name of each class, in the order of the labels. */
  readonly classNames?: readonly string[];
  /** What the images were rendered from; absent for photographs and drawings. */
  readonly truth?: ShapeTruth;
  /** One message for each item left out, as damaged or of no use; absent if none was. */
  readonly leftOut?: readonly string[];
}

/**
 * The shapes and poses behind rendered images. Scoring reads it, and training only where a learner asks to
 * be told of it.
 */
export interface ShapeTruth {
  /** The side of every grid in cells; may differ from the image size. */
  readonly size: number;
  /**
   * `[M, D, H, W]`, the shape of each object in the axes of `render/camera.ts`, 0 empty or 1 set, interior
   * included.
   */
  readonly voxels: Uint8Array;
  /** `[M, D, H, W]`, the cells that the surface touches; absent if only `voxels` are known. */
  readonly surface?: Uint8Array;
  /** `[N]` radians in [0, 2 pi), the azimuth each image was rendered from. */
  readonly azimuths: Float32Array;
  /** `[N]`, the object that each image shows, 0 to M - 1. */
  readonly objects: Uint32Array;
}

/** Byte values on the model's scale. */
const UNIT_VALUES = Float32Array.from({ length: 256 }, (_, byte) => byte / 255);

/**
 * Returns the chosen images on the model's scale.
 *
 * @param set The set to read
 * @param indices Images to take, each from 0 to N - 1
 * @param target `[indices, S, S]`, filled in and returned; allocated if omitted
 * @returns `[indices, S, S]`, values in [0, 1]
 * @throws {RangeError} If an index is out of range
 */
export function imagesAt(
  set: ImageSet,
  indices: ArrayLike<number>,
  target = new Float32Array(indices.length * set.size ** 2),
): Float32Array {
  const { pixels } = set;
  const area = set.size ** 2;
  for (let slot = 0; slot < indices.length; slot++) {
    const index = indices[slot]!;
    if (!Number.isInteger(index) || index < 0 || index >= set.count) {
      throw new RangeError(
        `Cannot take images of ${set.name}: an index must be from 0 to ${set.count - 1}, ` +
          `got ${index}`,
      );
    }
    const [from, to] = [index * area, slot * area];
    for (let i = 0; i < area; i++) target[to + i] = UNIT_VALUES[pixels[from + i]!]!;
  }
  return target;
}

/**
 * Finds the first image of each class, so that figures always show the same objects.
 *
 * @param set A set with labels
 * @param classNames Classes to look up, e.g. `["0", "8", "9"]` or `["Trouser", "Shirt"]`
 * @returns One index per name, in that order
 * @throws {TypeError} If the set has no labels
 * @throws {RangeError} If the set lacks a class, or has no image of it
 */
export function firstOfEach(set: ImageSet, classNames: readonly string[]): number[] {
  const { labels, classNames: known } = set;
  if (!labels || !known) {
    throw new TypeError(`Cannot find classes in ${set.name}: it must have labels, got none`);
  }
  return classNames.map((className) => {
    const index = labels.indexOf(known.indexOf(className));
    if (index < 0) {
      throw new RangeError(
        `Cannot find a class in ${set.name}: class must be one of ${known.join(", ")}, ` +
          `got ${className}`,
      );
    }
    return index;
  });
}
