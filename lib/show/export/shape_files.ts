/**
 * One shape as files: a mesh for other programs, and a turning view to look at.
 *
 * @module
 */
import { encodeGif } from "@/show/plot/animation.ts";
import { type Exhibit, turntable } from "@/show/plot/figures.ts";
import { encodeGlb } from "./glb.ts";
import { meshOfExhibit } from "./shape_archive.ts";
import { solidOf } from "./solid.ts";

/** How a shape is written. */
export interface ShapeFileOptions {
  /** The occupancy from which a voxel counts, and of the mesh's surface, > 0. */
  readonly threshold: number;
  /** Whether it is made solid first, see `solidOf`. */
  readonly isSolid: boolean;
}

/** Width of the turning view in pixels. */
const WIDTH = 240;

/**
 * Gives the files of a shape.
 *
 * @param exhibit The shape; its front faces +z in the mesh
 * @param options From which occupancy on, and whether as a solid
 * @returns Their contents by suffix: `.glb` and `.gif`
 * @throws {RangeError} If no voxel reaches the threshold
 */
export async function shapeFiles(
  exhibit: Exhibit,
  { threshold, isSolid }: ShapeFileOptions,
): Promise<Record<".glb" | ".gif", Uint8Array>> {
  const grid = isSolid ? solidOf(exhibit.grid, threshold).grid : exhibit.grid;
  const shown = { ...exhibit, grid };
  return {
    ".glb": await encodeGlb(exhibit.label, meshOfExhibit(shown, threshold)),
    ".gif": encodeGif(turntable([shown], { threshold, width: WIDTH })),
  };
}
