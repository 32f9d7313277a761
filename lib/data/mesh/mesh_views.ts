/**
 * What the model sees of a mesh and what scoring knows: images; the voxels and the azimuths.
 *
 * @module
 */
import { normaliseMesh } from "./normalise.ts";
import type { Mesh } from "@/data/formats/off.ts";
import { rasteriseMesh } from "./rasterise.ts";
import { solidVoxels, surfaceVoxels } from "./voxelise.ts";
import type { TensorFile } from "@/data/formats/safetensors.ts";
import { itemAt } from "@/engine/shapes.ts";
import { packBits, unpackBits } from "@/data/formats/bits.ts";
import type { ImageSet } from "@/data/image_set.ts";
import { toBytes } from "@/data/resize.ts";

/** One mesh, rendered. */
export interface MeshView {
  /** Its name; views are sorted by it. */
  readonly name: string;
  /** The camera's azimuth in each image `[V]`, radians in [0, 2 pi). */
  readonly azimuths: Float32Array;
  /** `[V, S, S]`. */
  readonly pixels: Uint8Array;
  /** The solid `[S, S, S]`, packed bits. */
  readonly voxels: Uint8Array;
  /** The cells that its surface touches `[S, S, S]`, packed bits. */
  readonly surface: Uint8Array;
}

/** The meshes of one category. */
export interface CategoryViews {
  /** Views of the readable meshes. */
  readonly views: MeshView[];
  /** What is wrong with the others. */
  readonly leftOut: string[];
}

/** The camera's azimuths and the image size. */
export interface MeshViewpoints {
  /** Radians, one for each image. */
  readonly azimuths: readonly number[];
  /** S, the side of the image and of the grids. */
  readonly size: number;
}

/**
 * Renders and voxelises a mesh.
 *
 * @param mesh In the axes of ModelNet, of any size
 * @param name Its name
 * @throws {RangeError} If the mesh is one point
 */
export function viewMesh(mesh: Mesh, name: string, from: MeshViewpoints): MeshView {
  const { size } = from;
  const azimuths = Float32Array.from(from.azimuths);
  const fitted = normaliseMesh(mesh, `"${name}"`);
  const surface = surfaceVoxels(fitted, size);
  const pixels = new Uint8Array(azimuths.length * size ** 2);
  for (const [view, azimuth] of azimuths.entries()) {
    toBytes(rasteriseMesh(fitted, azimuth, size), itemAt(pixels, view, size ** 2));
  }
  return {
    name,
    azimuths,
    pixels,
    voxels: packBits(solidVoxels(fitted, size, surface), size ** 3),
    surface: packBits(surface, size ** 3),
  };
}

/** Packs the views of a category, sorted by name, for a file. */
export function encodeViews({ views, leftOut }: CategoryViews): TensorFile {
  // By code unit, not locale, so the order is the same on every machine.
  const ordered = views.toSorted((a, b) => a.name < b.name ? -1 : 1);
  const count = ordered.length;
  const rows = (key: "pixels" | "voxels" | "surface") => {
    const length = ordered[0]?.[key].length ?? 0;
    const values = new Uint8Array(count * length);
    ordered.forEach((view, i) => values.set(view[key], i * length));
    return { shape: [count, length], values };
  };
  const azimuths = Float32Array.from(ordered.flatMap(({ azimuths }) => [...azimuths]));
  return {
    tensors: {
      pixels: rows("pixels"),
      voxels: rows("voxels"),
      surface: rows("surface"),
      azimuths: { shape: [azimuths.length], values: azimuths },
    },
    metadata: { leftOut: JSON.stringify(leftOut) },
  };
}

/**
 * Makes a set from the output of `encodeViews`: one class, with truth.
 *
 * @param category The name of the set and of its class
 * @param views Output of `encodeViews`
 * @param info `size` of the images and grids, and their provenance
 */
export function categorySet(
  category: string,
  { tensors, metadata }: TensorFile,
  { size, provenance }: Pick<ImageSet, "size" | "provenance">,
): ImageSet {
  const azimuths = tensors.azimuths!.values as Float32Array;
  const count = azimuths.length;
  const meshCount = tensors.voxels!.shape[0]!;
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
      voxels: unpackBits(tensors.voxels!.values, meshCount, size ** 3),
      surface: unpackBits(tensors.surface!.values, meshCount, size ** 3),
      azimuths,
      objects: Uint32Array.from(azimuths, (_, item) => Math.floor(item * meshCount / count)),
    },
    ...(leftOut.length > 0 && { leftOut }),
  };
}
