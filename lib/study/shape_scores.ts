/**
 * Properties of a model's shapes that need no truth: how dense they are, in how many pieces, and
 * seen from where.
 *
 * @module
 */
import type { MixedSet } from "@/data/batches.ts";
import { Inference, type Reconstruction } from "@/infer/inference.ts";
import { solidAt } from "@/study/score/alignment.ts";
import { solidityOf } from "@/study/score/solidity.ts";
import { piecesOf } from "@/study/score/pieces.ts";
import { circularDeviation, spreadOf } from "@/study/score/spread.ts";
import { createErrors, type Score } from "@/study/evaluate.ts";
import { predictionOf } from "@/study/predictions.ts";
import type { Run } from "@/train/run.ts";
import { reconstructUnseen, type UnseenOptions } from "@/study/unseen.ts";

/** Scores of one model on unseen images: means over the images of all sets, except the errors. */
export interface ShapeScores {
  /** Number of images, of all sets together. */
  readonly count: number;
  /** Errors of the renderings, one for each set. */
  readonly errors: readonly Score[];
  /** Share of the voxels that reach the threshold. */
  readonly occupied: number;
  /** Mean occupancy. */
  readonly meanOccupancy: number;
  /** Share of the voxels with an occupancy from 0.05 up to 0.5. */
  readonly fog: number;
  /** Connected pieces of the voxels that reach the threshold. */
  readonly pieces: number;
  /** Share of these voxels in the largest piece. */
  readonly largestPiece: number;
  /** Circular standard deviation of the azimuths, in radians: 0 if the pose has collapsed. */
  readonly azimuthDeviation: number;
}

/** How shapes are measured. */
export interface ShapeScoreOptions extends UnseenOptions {
  /** Least occupancy of an occupied voxel. */
  readonly threshold: number;
}

/**
 * Measures the shapes that a model makes of unseen images, and its rendering errors, in one pass. Cells
 * that no image shows do not count.
 *
 * @param inference The trained model
 * @param tests The sets, with their shares in training
 * @param options Threshold, and how many images of each set
 * @throws {RangeError} If limit is not an integer >= 1
 */
export function scoreShapes(
  inference: Inference,
  tests: readonly MixedSet[],
  options: ShapeScoreOptions,
): ShapeScores {
  const { threshold } = options;
  const errors = createErrors(tests, options);
  const shapes: ReturnType<typeof scoreShape>[] = [];
  const azimuths: number[] = [];
  for (const batch of reconstructUnseen(inference, tests, options)) {
    errors.add(batch);
    const solids = predictionOf(inference, batch.reconstruction);
    for (const [from, to] of batch.fresh) {
      for (let slot = from; slot < to; slot++) {
        shapes.push(scoreShape(solidAt(solids, slot), { side: solids.size, threshold }));
        azimuths.push(solids.azimuths[slot]!);
      }
    }
  }
  const mean = (field: keyof typeof shapes[number]) =>
    spreadOf(shapes.map((shape) => shape[field])).mean;
  return {
    count: shapes.length,
    errors: errors.scores(),
    occupied: mean("occupied"),
    meanOccupancy: mean("meanOccupancy"),
    fog: mean("fog"),
    pieces: mean("count"),
    largestPiece: mean("largestShare"),
    azimuthDeviation: circularDeviation(azimuths),
  };
}

/** Measures one grid `[S, S, S]`. */
function scoreShape(
  occupancy: ArrayLike<number>,
  { side, threshold }: { side: number; threshold: number },
) {
  return {
    ...solidityOf(occupancy, { threshold }),
    ...piecesOf(occupancy, [side, side, side], threshold),
  };
}

/** A run and its results on unseen images. */
export interface StudiedRun {
  /** The run. */
  readonly run: Run;
  /** Scores of its shapes. */
  readonly scores: ShapeScores;
  /** Reconstructions of the monitor's images, in their order. */
  readonly watched: Reconstruction;
}

/**
 * Scores the shapes of several runs in turn; each model is freed before the next is compiled.
 *
 * @param runs The runs
 * @param options Threshold, images of each set, and `onRun`, called with the number of runs done
 * @returns One for each run, in their order
 * @throws {RangeError} If limit is not an integer >= 1
 */
export async function studyRuns(
  runs: readonly Run[],
  options: ShapeScoreOptions & { readonly onRun?: (done: number) => void },
): Promise<StudiedRun[]> {
  const studied: StudiedRun[] = [];
  for (const run of runs) {
    const { config, checkpoint, data } = run;
    using inference = new Inference(config, checkpoint.snapshot);
    studied.push({
      run,
      scores: scoreShapes(inference, data.tests, options),
      watched: inference.reconstruct(data.monitor.images),
    });
    options.onRun?.(studied.length);
    await new Promise((resolve) => setTimeout(resolve)); // lets a progress bar update
  }
  return studied;
}
