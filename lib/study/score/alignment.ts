/**
 * Aligns a model's shapes with the truth by one turn for the whole model, found on objects that are
 * not scored.
 *
 * A model that sees single images may turn all its shapes by any angle, and reverse all depths: no
 * image contradicts that. One turn undoes it. A turn for each object would hide that a model does
 * not know how its shapes are oriented, so there is none here.
 *
 * @module
 */
import { stopButton } from "@/engine/stop_button.ts";
import { cellsReaching, overlapsByThreshold, THRESHOLDS } from "./overlap.ts";
import { createTurner, stretchRows, type Turn, turnBetween } from "./turn.ts";

/** Solids in one frame, each with the azimuth from which its image was taken. */
export interface Solids {
  /** S, the side of each grid in cells. */
  readonly size: number;
  /** `[N, S, S, S]` in [0, 1]; the truth's are 0 or 1. */
  readonly occupancy: Float32Array | Uint8Array;
  /** `[N]` radians. */
  readonly azimuths: Float32Array;
}

/** How a model's shapes are compared with the truth. */
export interface ShapeAlignment {
  /** The turn of each object, by index; the same for all except in the viewer's frame. */
  readonly turnOf: (item: number) => Turn;
  /** Least occupancy of a set cell, one of `THRESHOLDS`. */
  readonly threshold: number;
  /** Mean intersection over union of the objects used to find it. */
  readonly overlap: number;
}

/** Turns to try: one every 5 degrees, each with and without a reversed depth. */
const OFFSETS = 72;

/**
 * Finds the one turn and the one threshold with the largest mean intersection over union.
 *
 * @param predicted A model's shapes of some objects
 * @param truth The same objects
 * @throws {RangeError} If there are none, or their numbers differ
 */
export function alignSolids(predicted: Solids, truth: Solids): ShapeAlignment {
  const search = createSearch(predicted, truth);
  const candidates = [false, true].flatMap((isMirrored) =>
    Array.from(
      { length: OFFSETS },
      (_, i) => search(() => ({ offset: 2 * Math.PI * i / OFFSETS, isMirrored })),
    )
  );
  return bestOf(candidates);
}

/**
 * Finds the one threshold that fits shapes best, and whether all depths are reversed, with each
 * object turned from its predicted azimuth to the true one. The pose is thus given, and only shape
 * is compared.
 *
 * @param predicted A model's shapes of some objects
 * @param truth The same objects
 * @throws {RangeError} If there are none, or their numbers differ
 */
export function alignInView(predicted: Solids, truth: Solids): ShapeAlignment {
  const search = createSearch(predicted, truth);
  return bestOf(
    [false, true].map((isMirrored) => search(turnsInView(predicted, truth, isMirrored))),
  );
}

/** Gives the turns from each object's own azimuth to the true one. */
export function turnsInView(
  predicted: Pick<Solids, "azimuths">,
  truth: Pick<Solids, "azimuths">,
  isMirrored: boolean,
): (item: number) => Turn {
  return (item) => turnBetween(predicted.azimuths[item]!, truth.azimuths[item]!, isMirrored);
}

/**
 * Turns solids by an alignment and thresholds their cells.
 *
 * @param predicted A model's shapes of some objects
 * @param alignment Turns and threshold
 * @param newSize S', the side of the truth's grids
 * @returns `[N, S', S', S']`, 0 or 1
 */
export function alignedCells(
  predicted: Solids,
  { turnOf, threshold }: Pick<ShapeAlignment, "turnOf" | "threshold">,
  newSize: number,
): Uint8Array {
  const sides = { size: predicted.size, newSize };
  const cells = new Uint8Array(predicted.azimuths.length * newSize ** 3);
  const turned = new Float32Array(newSize ** 3);
  for (let item = 0; item < predicted.azimuths.length; item++) {
    createTurner(turnOf(item), sides)(stretchRows(solidAt(predicted, item), sides), turned);
    cells.set(cellsReaching(threshold, turned), item * newSize ** 3);
  }
  return cells;
}

/** Gives one of many solids, `[S, S, S]`, without a copy. */
export function solidAt(
  { occupancy, size }: Pick<Solids, "occupancy" | "size">,
  item: number,
): Float32Array | Uint8Array {
  return occupancy.subarray(item * size ** 3, (item + 1) * size ** 3);
}

/** Creates a function that finds the best threshold for given turns, and its overlap. */
function createSearch(predicted: Solids, truth: Solids) {
  const count = truth.azimuths.length;
  if (count === 0 || predicted.azimuths.length !== count) {
    throw new RangeError(
      `Cannot align shapes: predicted and truth must have the same count, at least 1, ` +
        `got ${predicted.azimuths.length} and ${count}`,
    );
  }
  const sides = { size: predicted.size, newSize: truth.size };
  const items = Array.from({ length: count }, (_, item) => ({
    stretched: stretchRows(solidAt(predicted, item), sides),
    solid: solidAt(truth, item),
  }));
  const turned = new Float32Array(truth.size ** 3);
  return (turnOf: ShapeAlignment["turnOf"]): ShapeAlignment => {
    const means = new Float64Array(THRESHOLDS.length);
    let [last, turner] = [undefined as Turn | undefined, undefined as Turner | undefined];
    for (const [item, { stretched, solid }] of items.entries()) {
      stopButton.check();
      const turn = turnOf(item);
      const isSame = turn.offset === last?.offset && turn.isMirrored === last.isMirrored;
      turner = isSame ? turner! : createTurner(turn, sides);
      last = turn;
      turner(stretched, turned);
      overlapsByThreshold(turned, solid).forEach((overlap, i) => means[i]! += overlap / count);
    }
    const overlap = Math.max(...means);
    return { turnOf, threshold: THRESHOLDS[means.indexOf(overlap)]!, overlap };
  };
}

type Turner = ReturnType<typeof createTurner>;

function bestOf(candidates: readonly ShapeAlignment[]): ShapeAlignment {
  return candidates.reduce((best, each) => each.overlap > best.overlap ? each : best);
}
