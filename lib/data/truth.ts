/**
 * What batches can tell of images besides them: the true azimuths and shapes. Training on these shows what
 * could at best be learnt of images alone.
 *
 * @module
 */
import type { RunConfig } from "@/config.ts";
import { itemAt } from "@/engine/shapes.ts";
import type { ImageSet } from "./image_set.ts";
import { resizeCube, toBytes } from "./resize.ts";

/**
 * What there is to tell of an image: `azimuth`, radians; `occupancy`, the shape in the images' frame
 * `[S, S, S]`, in [0, 1], with the images' side.
 */
export type TruthField = "azimuth" | "occupancy";

/** Values of some fields, for one batch or more. */
export type TruthArrays = Readonly<Partial<Record<TruthField, Float32Array>>>;

/** Gives the shape of a field in a batch: `[B]` for azimuths, `[B, S, S, S]` for occupancies. */
export function truthShape(
  field: TruthField,
  { batchSize, imageSize }: Pick<RunConfig, "batchSize" | "imageSize">,
): number[] {
  return field === "azimuth" ? [batchSize] : [batchSize, imageSize, imageSize, imageSize];
}

/** Fills in the truth of the chosen images, in rows from `slot` on. */
export type TruthReader = (indices: ArrayLike<number>, slot: number, target: TruthArrays) => void;

/**
 * Makes a function that reads the truth of a set's images. Shapes of another size than the images are
 * resized, each once, with the filter that resized the images.
 *
 * @param set The set
 * @param fields What will be read; nothing if empty
 * @throws {RangeError} If something is, and the set has no truth
 */
export function createTruthReader(set: ImageSet, fields: readonly TruthField[]): TruthReader {
  if (fields.length === 0) return () => {};
  const { truth } = set;
  if (!truth) {
    throw new RangeError(
      `Cannot tell ${
        fields.join(" and ")
      } of ${set.name}: the set must have true shapes, got only ` +
        `images; use modelnet40, meshes:PATH or voxels:PATH, or --supervision none`,
    );
  }
  const cells = set.size ** 3;
  const shapes = new Map<number, Uint8Array>(); // by object, 0 to 255
  const shapeOf = (object: number): Uint8Array => {
    const known = shapes.get(object);
    if (known) return known;
    const shape = new Uint8Array(cells);
    const voxels = Float32Array.from(itemAt(truth.voxels, object, truth.size ** 3));
    toBytes(resizeCube(voxels, truth.size, set.size), shape);
    shapes.set(object, shape);
    return shape;
  };
  return (indices, slot, { azimuth, occupancy }) => {
    for (let k = 0; k < indices.length; k++) {
      const image = indices[k]!;
      if (azimuth) azimuth[slot + k] = truth.azimuths[image]!;
      if (!occupancy) continue;
      const shape = shapeOf(truth.objects[image]!);
      const row = itemAt(occupancy, slot + k, cells);
      for (let i = 0; i < cells; i++) row[i] = shape[i]! / 255;
    }
  };
}
