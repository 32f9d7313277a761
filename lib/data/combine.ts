/**
 * Joins image sets, and filters one by class.
 *
 * @module
 */
import { itemAt } from "@/engine/shapes.ts";
import type { ImageSet, ShapeTruth } from "./image_set.ts";

/** One-byte labels distinguish no more classes. */
const MAX_CLASSES = 256;

/**
 * Concatenates sets of one image size. Classes of the same name are merged; a set without classes
 * becomes a class of its own name. With more than 256 classes, labels are dropped.
 *
 * Truth is kept if all sets have it, with grids of the same size.
 *
 * @param name The joined set's name
 * @param parts At least one
 * @throws {RangeError} If image sizes differ
 */
export function joinSets(name: string, parts: readonly ImageSet[]): ImageSet {
  const { size } = parts[0]!;
  const other = parts.find((part) => part.size !== size);
  if (other) {
    throw new RangeError(
      `Cannot join sets: images of ${other.name} must have size ${size} ` +
        `like those of ${parts[0]!.name}, got ${other.size}`,
    );
  }
  const truth = joinTruths(parts);
  const leftOut = parts.flatMap((part) => part.leftOut ?? []);
  return {
    name,
    provenance: [...new Set(parts.map(({ provenance }) => provenance))].join("; "),
    size,
    count: parts.reduce((sum, { count }) => sum + count, 0),
    pixels: joinBytes(parts.map(({ pixels }) => pixels)),
    ...joinLabels(parts),
    ...(truth && { truth }),
    ...(leftOut.length > 0 && { leftOut }),
  };
}

function joinLabels(parts: readonly ImageSet[]): Pick<ImageSet, "labels" | "classNames"> {
  if (parts.every(({ labels }) => !labels)) return {};
  const namesOf = ({ name, classNames }: ImageSet) => classNames ?? [name];
  const classNames = [...new Set(parts.flatMap(namesOf))];
  if (classNames.length > MAX_CLASSES) return {};
  const labels = parts.map((part) => {
    const joined = namesOf(part).map((className) => classNames.indexOf(className));
    return Uint8Array.from({ length: part.count }, (_, i) => joined[part.labels?.[i] ?? 0]!);
  });
  return { labels: joinBytes(labels), classNames };
}

function joinTruths(parts: readonly ImageSet[]): ShapeTruth | undefined {
  const truths = parts.flatMap(({ truth }) => truth ?? []);
  const size = truths[0]?.size;
  if (size === undefined || truths.length < parts.length) return;
  if (truths.some((truth) => truth.size !== size)) return;
  const surfaces = truths.flatMap(({ surface }) => surface ?? []);
  let before = 0; // objects of the sets before
  const objects = truths.flatMap(({ objects, voxels }) => {
    const joined = Array.from(objects, (object) => before + object);
    before += voxels.length / size ** 3;
    return joined;
  });
  return {
    size,
    voxels: joinBytes(truths.map(({ voxels }) => voxels)),
    ...(surfaces.length === truths.length && { surface: joinBytes(surfaces) }),
    azimuths: Float32Array.from(truths.flatMap(({ azimuths }) => [...azimuths])),
    objects: Uint32Array.from(objects),
  };
}

function joinBytes(parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/**
 * Keeps only the images of some classes, in their original order.
 *
 * @param set A set with classes
 * @param classNames Classes to keep; labels follow this order. If empty, the set is returned unchanged
 * @throws {RangeError} If the set lacks one of the classes
 */
export function onlyClasses(set: ImageSet, classNames: readonly string[]): ImageSet {
  if (classNames.length === 0) return set;
  const known = set.classNames ?? [];
  const missing = classNames.find((className) => !known.includes(className));
  if (missing !== undefined) {
    throw new RangeError(
      `Cannot select classes of ${set.name}: a class must be one of ${
        known.join(", ")
      }, got "${missing}"`,
    );
  }
  const labelOf = known.map((className) => classNames.indexOf(className));
  const chosen = Uint32Array.from(set.labels!.keys()).filter((i) => labelOf[set.labels![i]!]! >= 0);
  return {
    ...set,
    name: `${set.name}#${classNames.join("+")}`,
    provenance: `${set.provenance} (only ${classNames.join(", ")})`,
    count: chosen.length,
    pixels: rowsAt(set.pixels, chosen, set.size ** 2),
    labels: Uint8Array.from(chosen, (i) => labelOf[set.labels![i]!]!),
    classNames,
    ...(set.truth && { truth: truthOf(set.truth, chosen) }),
  };
}

/** Keeps the truth of some images, with the objects that they show. */
function truthOf(
  { size, voxels, surface, ...images }: ShapeTruth,
  chosen: Uint32Array,
): ShapeTruth {
  const shown = Uint32Array.from(chosen, (i) => images.objects[i]!);
  const kept = [...new Set(shown)];
  const places = new Map(kept.map((object, place) => [object, place]));
  return {
    size,
    voxels: rowsAt(voxels, kept, size ** 3),
    ...(surface && { surface: rowsAt(surface, kept, size ** 3) }),
    azimuths: Float32Array.from(chosen, (i) => images.azimuths[i]!),
    objects: shown.map((object) => places.get(object)!),
  };
}

function rowsAt(values: Uint8Array, rows: Iterable<number>, length: number): Uint8Array {
  return joinBytes(Array.from(rows, (row) => itemAt(values, row, length)));
}
