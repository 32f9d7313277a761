/**
 * Decoded latents in figures, rendered and drawn.
 *
 * @module
 */
import type { Config } from "@/config.ts";
import type { ModelPose } from "@/study/pose_errors.ts";
import type { Inference } from "@/infer/inference.ts";
import { trainingStrip } from "@/show/plot/figures.ts";
import { type Bitmap, greyBitmap, grid } from "@/show/plot/bitmap.ts";
import type { SheetRow } from "@/show/plot/sheet.ts";
import { fittingSize } from "@/show/plot/viewpoint.ts";
import { drawVoxels } from "@/show/plot/voxel_drawing.ts";
import { itemAt } from "@/engine/shapes.ts";
import { gridAt } from "@/render/voxel_grid.ts";
import type { Monitor } from "@/train/monitor.ts";

/** What decodes and renders latents. */
export interface LatentDecoder extends Pick<ModelPose, "azimuth"> {
  /** The trained model. Its pose is the front of every shape. */
  readonly model: Pick<Inference, "decode" | "render" | "gridSize">;
  /** Its sizes. */
  readonly config: Config;
}

/** Pixels along the side of a voxel, and of an image's pixel. */
const SCALE = 2;
/** Azimuth of the second view of shapes, from the front: an eighth of a turn. */
const SIDEWAYS = Math.PI / 4;

/** Decoded latents. */
export interface Decoded {
  /** Renderings from the front `[N, S, S]`. */
  readonly renderings: Float32Array;
  /** `[N, S, S, S]` */
  readonly occupancy: Float32Array;
}

/**
 * Decodes latents and renders them from the front.
 *
 * @param latents `[N, Z - 1]`
 */
export function decodeLatents({ model, azimuth }: LatentDecoder, latents: Float32Array): Decoded {
  const occupancy = model.decode(latents);
  const count = occupancy.length / model.gridSize ** 3;
  const renderings = model.render(occupancy, new Float32Array(count).fill(azimuth));
  return { renderings, occupancy };
}

/** An unseen image and its latent. */
export interface UnseenObject {
  /** What it shows, such as `mnist 3`. */
  readonly name: string;
  /** `[S, S]` in [0, 1]. */
  readonly input: Float32Array;
  /** `[Z - 1]` */
  readonly latent: Float32Array;
}

/**
 * Finds images of a monitor by name and encodes them.
 *
 * @param model The trained model
 * @param monitor Named images
 * @param wanted Names; a repeated name stands for the next image of that name
 * @throws {RangeError} If there are too few images of a name; the message lists the names
 */
export function objectsNamed(
  model: Pick<Inference, "encode">,
  { images, names }: Pick<Monitor, "images" | "names">,
  wanted: readonly string[],
): UnseenObject[] {
  const area = images.length / names.length;
  return wanted.map((name, i) => {
    const before = wanted.slice(0, i).filter((each) => each === name).length;
    const slot = names.map((_, at) => at).filter((at) => names[at] === name)[before];
    if (slot === undefined) {
      const known = [...new Set(names)].join(", ");
      throw new RangeError(
        `Cannot find image "${name}": the monitor must have at least ${before + 1}, got ${known}`,
      );
    }
    const input = images.slice(slot * area, (slot + 1) * area);
    return { name, input, latent: model.encode(input).mean };
  });
}

/** How a path is drawn. */
export interface PathOptions {
  /** An image `[S, S]` before the first row; the other rows leave room for it. */
  readonly before?: Float32Array;
  /** An image after the first row. */
  readonly after?: Float32Array;
  /** Azimuths of the voxels, in radians from the front; 0 and pi / 4 by default. */
  readonly azimuths?: readonly number[];
}

/**
 * Draws a path through latent space: a row of renderings from the front, then a row of voxels from each
 * azimuth.
 *
 * @param label Label of the first row
 * @param decoder Decodes and renders the latents
 * @param latents `[N, Z - 1]`, from left to right
 */
export function pathRows(
  label: string,
  decoder: LatentDecoder,
  latents: Float32Array,
  { before, after, azimuths = [0, SIDEWAYS] }: PathOptions = {},
): SheetRow[] {
  const side = decoder.config.imageSize;
  const shapes = shapesAt(decoder, latents);
  const flat = (image: Float32Array) => greyBitmap(image, [side, side], SCALE);
  const withEnds = (bitmaps: Bitmap[], first?: Bitmap, last?: Bitmap) => [
    ...(before ? [first] : []),
    ...bitmaps,
    ...(after ? [last] : []),
  ];
  const size = fittingSize(side * SCALE / 2, 0);
  const rendered = shapes.map(({ image }) => flat(image));
  return [
    {
      label,
      bitmaps: withEnds(rendered, before && flat(before), after && flat(after)),
      isFirstOfGroup: true,
    },
    ...azimuths.map((azimuth) => ({
      label: `voxels, ${Math.round(azimuth * 180 / Math.PI)}°`,
      bitmaps: withEnds(
        shapes.map(({ grid, front }) => drawVoxels(grid, { ...size, azimuth: front + azimuth })),
      ),
    })),
  ];
}

/**
 * Draws how the pose latent alone changes one shape: the original image, then the model's
 * renderings from each pose.
 *
 * @param label Label of the row
 * @param decoder Decodes and renders the latent
 * @param latent `[Z - 1]`
 * @param input `[S, S]`
 * @param poses Pose latents in [-1, 1]
 */
export function poseRow(
  label: string,
  { model, config }: LatentDecoder,
  { latent, input }: { readonly latent: Float32Array; readonly input: Float32Array },
  azimuths: readonly number[],
): SheetRow {
  const side = config.imageSize;
  const copies = azimuths.flatMap(() => [...model.decode(latent)]);
  const rendered = model.render(Float32Array.from(copies), Float32Array.from(azimuths));
  const images = [
    input,
    ...azimuths.map((_, i) => rendered.subarray(i * side ** 2, (i + 1) * side ** 2)),
  ];
  return { label, bitmaps: images.map((image) => greyBitmap(image, [side, side], SCALE)) };
}

/**
 * Draws shapes in rows, each as a rendering, voxels from the front, and voxels an eighth of a turn on.
 *
 * @param decoder Decodes and renders the latents
 * @param latents `[N, Z - 1]`
 * @param columns Shapes in a row
 */
export function shapeSheet(decoder: LatentDecoder, latents: Float32Array, columns: number): Bitmap {
  const options = { scale: SCALE, azimuths: [0, SIDEWAYS] };
  return grid(shapesAt(decoder, latents).map((shape) => trainingStrip(shape, options)), columns);
}

/** Decodes and renders latents, and splits the result by shape. */
function shapesAt(decoder: LatentDecoder, latents: Float32Array) {
  const { imageSize } = decoder.config;
  const { renderings, occupancy } = decodeLatents(decoder, latents);
  const area = imageSize ** 2;
  const count = renderings.length / area;
  return Array.from({ length: count }, (_, i) => ({
    image: itemAt(renderings, i, area),
    grid: gridAt(occupancy, i, count),
    front: decoder.azimuth,
  }));
}
