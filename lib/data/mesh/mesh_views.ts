/**
 * What a model sees of a mesh, and what its judge knows: one image, the voxels, the azimuth.
 *
 * @module
 */
import { normaliseMesh } from "./normalise.ts";
import type { Mesh } from "@/data/formats/off.ts";
import { rasteriseMesh } from "./rasterise.ts";
import { solidVoxels, surfaceVoxels } from "./voxelise.ts";
import type { TensorFile } from "@/data/formats/safetensors.ts";
import { packBits, unpackBits } from "@/data/formats/bits.ts";
import type { ImageSet } from "@/data/image_set.ts";
import { toBytes } from "@/data/resize.ts";

/** One mesh, seen once. */
export interface MeshView {
  /** What it is called; views are ordered by it. */
  readonly name: string;
  /** Where it was seen from, in radians in [0, 2 pi). */
  readonly azimuth: number;
  /** `[S, S]`. */
  readonly pixels: Uint8Array;
  /** The solid `[S, S, S]`, packed bits. */
  readonly voxels: Uint8Array;
  /** The cells that its surface touches `[S, S, S]`, packed bits. */
  readonly surface: Uint8Array;
}

/** The meshes of one category. */
export interface CategoryViews {
  /** Those that could be read. */
  readonly views: MeshView[];
  /** What was wrong with the others. */
  readonly leftOut: string[];
}

/** From where a mesh is seen, and how large. */
export interface Viewpoint {
  /** Radians. */
  readonly azimuth: number;
  /** S, the side of the image and of the grids. */
  readonly size: number;
}

/**
 * Takes the image of a mesh and its voxels.
 *
 * @param mesh In the axes of ModelNet, of any size
 * @param name What to call it
 * @throws {RangeError} If the mesh is one point
 */
export function viewMesh(mesh: Mesh, name: string, { azimuth, size }: Viewpoint): MeshView {
  const fitted = normaliseMesh(mesh, `"${name}"`);
  const surface = surfaceVoxels(fitted, size);
  const pixels = new Uint8Array(size ** 2);
  toBytes(rasteriseMesh(fitted, azimuth, size), pixels);
  return {
    name,
    azimuth,
    pixels,
    voxels: packBits(solidVoxels(fitted, size, surface), size ** 3),
    surface: packBits(surface, size ** 3),
  };
}

/** Packs the views of a category, by name, to be kept in a file. */
export function encodeViews({ views, leftOut }: CategoryViews): TensorFile {
  // By code units, not by a locale, so that every machine sees the same order.
  const ordered = views.toSorted((a, b) => a.name < b.name ? -1 : 1);
  const count = ordered.length;
  const rows = (key: "pixels" | "voxels" | "surface") => {
    const length = ordered[0]?.[key].length ?? 0;
    const values = new Uint8Array(count * length);
    ordered.forEach((view, i) => values.set(view[key], i * length));
    return { shape: [count, length], values };
  };
  const azimuths = Float32Array.from(ordered, ({ azimuth }) => azimuth);
  return {
    tensors: {
      pixels: rows("pixels"),
      voxels: rows("voxels"),
      surface: rows("surface"),
      azimuths: { shape: [count], values: azimuths },
    },
    metadata: { leftOut: JSON.stringify(leftOut) },
  };
}

/**
 * Makes a set of what `encodeViews` has packed: one class, with truth.
 *
 * @param category The name of the set and of its class
 * @param views What was packed
 * @param info `size` of the images and the grids, and what to say of their origin
 */
export function categorySet(
  category: string,
  { tensors, metadata }: TensorFile,
  { size, provenance }: Pick<ImageSet, "size" | "provenance">,
): ImageSet {
  const azimuths = tensors.azimuths!.values as Float32Array;
  const count = azimuths.length;
  const leftOut: string[] = JSON.parse(metadata.leftOut!);
  return {
    name: category,
    provenance,
    size,
    count,
    pixels: tensors.pixels!.values as Uint8Array,
    labels: new Uint8Array(count),
    classNames: [category],
    truth: {
      size,
      voxels: unpackBits(tensors.voxels!.values, count, size ** 3),
      surface: unpackBits(tensors.surface!.values, count, size ** 3),
      azimuths,
    },
    ...(leftOut.length > 0 && { leftOut }),
  };
}
