/**
 * Brings a model's shapes into the frame of the truth: by one turn for the whole model, found on
 * objects that are not scored.
 *
 * A model that sees single images may turn all of its shapes by any angle, and reverse all depths;
 * nothing in the images says otherwise. One turn undoes that. A turn for each object would hide that
 * a model does not know how its shapes stand, so there is none here.
 *
 * @module
 */
import { cellsReaching, overlapsByThreshold, THRESHOLDS } from "./overlap.ts";
import { createTurner, stretchRows, type Turn, turnBetween } from "./turn.ts";

/** Solids, each with the azimuth from which its image was taken, in one frame. */
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
  /** The turn of each object, from its place in the list; the same for all but in the viewer's frame. */
  readonly turnOf: (item: number) => Turn;
  /** From which occupancy on a cell counts as set, one of `THRESHOLDS`. */
  readonly threshold: number;
  /** Mean intersection over union of the objects on which it was found. */
  readonly overlap: number;
}

/** Turns that are tried: one every 5 degrees, each with and without a reversed depth. */
const OFFSETS = 72;

/**
 * Finds the one turn and the one threshold that suit shapes best: those with the largest mean
 * intersection over union.
 *
 * @param predicted What a model makes of some objects
 * @param truth The same objects
 * @throws {RangeError} If there are none, or not as many of both
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
 * Finds the one threshold that suits shapes best, and whether all depths are reversed, where each
 * object is turned as its image shows it: its own azimuth brought to the true one, which is thus
 * given away. What is compared then is shape alone.
 *
 * @param predicted What a model makes of some objects
 * @param truth The same objects
 * @throws {RangeError} If there are none, or not as many of both
 */
export function alignInView(predicted: Solids, truth: Solids): ShapeAlignment {
  const search = createSearch(predicted, truth);
  return bestOf(
    [false, true].map((isMirrored) => search(turnsInView(predicted, truth, isMirrored))),
  );
}

/** Gives the turns that bring each object's own azimuth to the true one. */
export function turnsInView(
  predicted: Pick<Solids, "azimuths">,
  truth: Pick<Solids, "azimuths">,
  isMirrored: boolean,
): (item: number) => Turn {
  return (item) => turnBetween(predicted.azimuths[item]!, truth.azimuths[item]!, isMirrored);
}

/**
 * Turns solids as an alignment says, and decides each cell.
 *
 * @param predicted What a model makes of some objects
 * @param alignment How
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

/** Prepares a function that gives the best threshold for turns, and how well it suits. */
function createSearch(predicted: Solids, truth: Solids) {
  const count = truth.azimuths.length;
  if (count === 0 || predicted.azimuths.length !== count) {
    throw new RangeError(
      `Cannot align shapes: there must be as many as true ones, at least one, ` +
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
