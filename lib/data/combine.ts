/**
 * Makes one set of several, and a part of one.
 *
 * @module
 */
import { itemAt } from "@/engine/shapes.ts";
import type { ImageSet, ShapeTruth } from "./image_set.ts";

/** The most classes that labels of one byte tell apart. */
const MAX_CLASSES = 256;

/**
 * Puts sets of one image size one after the other. Classes of the same name become one; a set without
 * classes becomes a class of its name. Where that makes more than 256, there are none.
 *
 * Truth is kept where all sets have it for grids of the same size.
 *
 * @param name What to call them together
 * @param parts At least one
 * @throws {RangeError} If the images differ in size
 */
export function joinSets(name: string, parts: readonly ImageSet[]): ImageSet {
  const { size } = parts[0]!;
  const other = parts.find((part) => part.size !== size);
  if (other) {
    throw new RangeError(
      `Cannot join sets: the images of ${other.name} must have the size ${size} ` +
        `of those of ${parts[0]!.name}, got ${other.size}`,
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
  return {
    size,
    voxels: joinBytes(truths.map(({ voxels }) => voxels)),
    ...(surfaces.length === truths.length && { surface: joinBytes(surfaces) }),
    azimuths: Float32Array.from(truths.flatMap(({ azimuths }) => [...azimuths])),
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
 * Keeps the images of some classes, in the order of the set.
 *
 * @param set A set with classes
 * @param wanted Their names; they become the classes in this order. None leaves the set as it is
 * @throws {RangeError} If the set has no such class
 */
export function onlyClasses(set: ImageSet, wanted: readonly string[]): ImageSet {
  if (wanted.length === 0) return set;
  const known = set.classNames ?? [];
  const missing = wanted.find((className) => !known.includes(className));
  if (missing !== undefined) {
    throw new RangeError(
      `Cannot choose from ${set.name}: a class must be one of ${
        known.join(", ")
      }, got "${missing}"`,
    );
  }
  const labelOf = known.map((className) => wanted.indexOf(className));
  const chosen = Uint32Array.from(set.labels!.keys()).filter((i) => labelOf[set.labels![i]!]! >= 0);
  const rows = (values: Uint8Array, length: number) =>
    joinBytes(Array.from(chosen, (i) => itemAt(values, i, length)));
  const { truth } = set;
  const surface = truth?.surface;
  return {
    ...set,
    name: `${set.name}#${wanted.join("+")}`,
    provenance: `${set.provenance} (only ${wanted.join(", ")})`,
    count: chosen.length,
    pixels: rows(set.pixels, set.size ** 2),
    labels: Uint8Array.from(chosen, (i) => labelOf[set.labels![i]!]!),
    classNames: wanted,
    ...(truth && {
      truth: {
        size: truth.size,
        voxels: rows(truth.voxels, truth.size ** 3),
        ...(surface && { surface: rows(surface, truth.size ** 3) }),
        azimuths: Float32Array.from(chosen, (i) => truth.azimuths[i]!),
      },
    }),
  };
}
