/**
 * Renders the images of voxel grids that the model sees.
 *
 * @module
 */
import { createRandom, seedFor } from "@/engine/random.ts";
import { projectVoxels } from "@/render/project.ts";
import { itemAt } from "@/engine/shapes.ts";
import * as tf from "@/engine/tf.ts";
import { inChunks } from "@/data/formats/chunks.ts";
import { resizeSquare, toBytes } from "./resize.ts";
import { azimuthStreams, type LoadRequest } from "./source.ts";
import type { VoxelGrids } from "./voxel_grids.ts";

/** Images, and the poses and grids behind them; those of a grid follow each other. */
export interface RenderedGrids {
  /** `[N, imageSize, imageSize]`. */
  readonly pixels: Uint8Array;
  /** `[N]`, radians in [0, 2 pi). */
  readonly azimuths: Float32Array;
  /** `[N]`, the grid that each image shows. */
  readonly objects: Uint32Array;
}

/**
 * Opacity of an occupied cell. Choice: 4, so that a one-cell wall hides 98 % of what is behind it
 * and the image is a silhouette, as white on black as a digit, with soft edges one cell wide.
 */
export const SOLID_OPACITY = 4;

/** Cells rendered at once; bounds memory for large grids. */
const CELLS_AT_ONCE = 2 ** 21;

/**
 * Renders each grid once or several times, from azimuths drawn uniformly from [0, 2 pi).
 *
 * A grid whose size differs from the image's is rendered at its own size and the image is resized:
 * resizing the grid would fade one-cell walls. Parts that leave the cube when it turns are cut off,
 * exactly as in the model's own renderer.
 *
 * @param grids What to render
 * @param request Uses `imageSize`, `imagesPerObject`, `seed`, `onProgress` and `signal`
 * @param name The set's name: keys the random streams and names the task
 */
export async function renderGrids(
  grids: VoxelGrids,
  request: LoadRequest,
  name: string,
): Promise<RenderedGrids> {
  const { imageSize, imagesPerObject } = request;
  const { size, count, voxels } = grids;
  const azimuths = new Float32Array(count * imagesPerObject);
  const pixels = new Uint8Array(azimuths.length * imageSize ** 2);
  const rounds = azimuthStreams(name, request).map((stream) => {
    const random = createRandom(seedFor(request.seed, stream));
    return Float32Array.from({ length: count }, () => random.uniform(0, 2 * Math.PI));
  }); // [imagesPerObject, count]
  const chunkSize = Math.max(1, Math.floor(CELLS_AT_ONCE / size ** 3));
  const work = { task: `render ${name}`, count, chunkSize };
  for await (const { start, end } of inChunks(work, request)) {
    const chunk = voxels.subarray(start * size ** 3, end * size ** 3);
    for (const [round, drawn] of rounds.entries()) {
      const images = await project(chunk, drawn.subarray(start, end), size); // [end - start, size, size]
      for (let grid = start; grid < end; grid++) {
        const item = grid * imagesPerObject + round;
        const image = resizeSquare(itemAt(images, grid - start, size ** 2), size, imageSize);
        toBytes(image, itemAt(pixels, item, imageSize ** 2));
        azimuths[item] = drawn[grid]!;
      }
    }
  }
  const objects = Uint32Array.from(azimuths, (_, item) => Math.floor(item / imagesPerObject));
  return { pixels, azimuths, objects };
}

async function project(voxels: Uint8Array, azimuths: Float32Array, size: number) {
  const images = tf.tidy(() => {
    const density = tf.tensor4d(Float32Array.from(voxels), [azimuths.length, size, size, size]);
    return projectVoxels(density, tf.tensor1d(azimuths), { tau: SOLID_OPACITY });
  });
  try {
    return await images.data<"float32">();
  } finally {
    images.dispose();
  }
}
