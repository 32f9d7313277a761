/**
 * What becomes of a folder of photographs: it is judged as a whole.
 *
 * @module
 */
import { basename } from "node:path";
import type { Photo } from "./photo.ts";
import { type Fault, FAULTS } from "./silhouette.ts";

/**
 * Share of a folder's photographs of which an object can be cut out, from which on it is a folder of objects.
 * Choice: half, so that no more is left out than taken. Of the embedded faces, which fill their images, some
 * look like objects on a gradient: 15 to 19 % could be cut out.
 */
const LEAST_OBJECTS = 0.5;

/** What becomes of photographs. */
export interface Judgement {
  /** What the model sees of each `[S, S]`; undefined for those left out. */
  readonly seen: readonly (Float32Array | undefined)[];
  /** Why those were left out, and what helps, one message for each. */
  readonly leftOut: readonly string[];
  /** What was done to the images, to follow `images in "FOLDER"`; empty if nothing was. */
  readonly words: string;
}

/**
 * Judges the photographs of a folder. Where an object can be cut out of half of them or more, they are
 * photographs of objects: those are taken, the others left out. Otherwise they fill their images, as faces
 * do: the centre square of each is taken, in grey, and the words say so.
 */
export function judgePhotos(photos: readonly Photo[]): Judgement {
  const faulty = photos.filter(({ object }) => !object);
  const taken = photos.length - faulty.length;
  if (taken < LEAST_OBJECTS * photos.length) {
    return {
      ...takeSquares(photos),
      words: `: the centre square of each, since an object could be cut out of only ${taken} of ` +
        `${photos.length} (${countsOf(faulty)})`,
    };
  }
  const cut = photos.some(({ object, square }) => object && object !== square);
  return {
    seen: photos.map(({ object }) => object),
    leftOut: faulty.map(({ name, fault }) => `"${basename(name)}": ${FAULTS[fault!]}`),
    words: cut ? ", their objects cut out and centred" : "",
  };
}

/** Takes the centre square of each photograph. */
export function takeSquares(photos: readonly Photo[]): Judgement {
  return { seen: photos.map(({ square }) => square), leftOut: [], words: ": centre squares" };
}

/** Counts faults, the most frequent first: `12 no plain ground, 1 cut off`. */
function countsOf(photos: readonly Photo[]): string {
  const faults = Object.keys(FAULTS) as Fault[];
  return faults
    .map((fault) => ({ fault, count: photos.filter((photo) => photo.fault === fault).length }))
    .filter(({ count }) => count > 0)
    .toSorted((a, b) => b.count - a.count)
    .map(({ fault, count }) => `${count} ${fault}`)
    .join(", ");
}
