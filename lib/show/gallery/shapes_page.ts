/**
 * A page of chosen shapes of one model, each beside its image.
 *
 * @module
 */
import { writeAtomically } from "@/engine/files.ts";
import { itemAt } from "@/engine/shapes.ts";
import type { Reconstruction } from "@/infer/inference.ts";
import type { Exhibit } from "@/show/plot/figures.ts";
import type { Checkpoint } from "@/train/checkpoint.ts";
import { labelOf } from "./models.ts";
import { type Gallery, galleryPage } from "./page.ts";
import { galleryShape, meanSquaredError, type ShownOptions } from "./shapes.ts";

/** What the shapes were made with. */
export interface ShapesPageOptions extends Pick<ShownOptions, "threshold" | "isSolid"> {
  /** The model. */
  readonly checkpoint: Pick<Checkpoint, "config" | "step">;
  /** What it made of the images, of which the exhibits are parts. */
  readonly reconstruction: Pick<Reconstruction, "rendering">;
  /** `[N, S, S]` in [0, 1]. */
  readonly images: Float32Array;
  /** Whether each shape was fitted to its image. */
  readonly isRefined?: boolean | undefined;
}

/**
 * Writes a page.
 *
 * @param path The file
 * @param exhibits N shapes, from `exhibitsOf`
 * @returns The bytes of the file
 * @throws What `galleryPage` throws
 */
export async function writeShapesPage(
  path: string,
  exhibits: readonly Exhibit[],
  options: ShapesPageOptions,
): Promise<number> {
  const bytes = new TextEncoder().encode(galleryPage(shapesGallery(exhibits, options)).html);
  await writeAtomically(path, bytes);
  return bytes.length;
}

/** Describes the page of chosen shapes; parameters are those of `writeShapesPage`. */
export function shapesGallery(
  exhibits: readonly Exhibit[],
  { checkpoint, reconstruction, images, isRefined = false, threshold, isSolid }: ShapesPageOptions,
): Gallery {
  const { config, step } = checkpoint;
  const count = exhibits.length;
  const area = images.length / count;
  const label = labelOf(config);
  const steps = step.toLocaleString("en-US");
  const made = isRefined ? "each shape was fitted to its image" : "shapes are as predicted";
  return {
    title: "Shapes from single images",
    words: [
      `Made by the ${label}, trained for ${steps} steps on ${config.data}; ${made}.`,
      "An error is the squared difference per pixel between an image and the rendering of its shape; " +
      "pieces are counted in the shape as shown.",
    ],
    sections: [{
      title: "Shapes",
      words: [],
      items: exhibits.map(({ label: name, grid, front = 0 }, i) => ({
        name,
        image: itemAt(images, i, area),
        shapes: [
          galleryShape({ grid, front }, {
            label,
            threshold,
            isSolid,
            error: meanSquaredError(reconstruction, images, i, count),
          }),
        ],
      })),
    }],
  };
}
