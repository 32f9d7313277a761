/** A run made by hand, whose figures can be worked out on paper. */
import { initialValues } from "@/model/parameters.ts";
import { createLearner } from "@/method/registry.ts";
import type { Frame } from "@/train/monitor.ts";
import type { Run } from "@/train/run.ts";
import { TINY, tinyData } from "../../tiny.ts";

const { imageSize, batchSize } = TINY;
/** Pixels of an image. */
export const AREA = imageSize ** 2;
/** Cells of a grid. */
export const CELLS = imageSize ** 3;

/** Occupancy 1 in the left half of every grid, and 0 elsewhere. */
export const LEFT_HALF = Float32Array.from(
  { length: CELLS },
  (_, cell) => cell % imageSize < imageSize / 2 ? 1 : 0,
);

/** A possible result on the monitor's images: each rendering of one grey, each grid half full. */
function frameOf(step: number, trackedCount: number): Frame {
  return {
    step,
    renderings: Uint8Array.from(
      { length: batchSize * AREA },
      (_, i) => 51 * (1 + Math.floor(i / AREA)),
    ),
    occupancies: Uint8Array.from(
      { length: trackedCount * CELLS },
      (_, i) => 255 * LEFT_HALF[i % CELLS]!,
    ),
    azimuths: Float32Array.from({ length: trackedCount }, (_, i) => (1 + i / 4) * Math.PI),
  };
}

/** A run of twelve steps with a frame every three steps; every step took 90 s. */
export function handMadeRun(): Run {
  const data = tinyData();
  const steps = Array.from({ length: TINY.steps }, (_, i) => i + 1);
  return {
    config: TINY,
    folder: "nowhere",
    data,
    checkpoint: { step: TINY.steps, config: TINY, snapshot: {} },
    history: steps.map((step) => ({ step, loss: 2, ms: 90_000 })),
    frames: [0, 3, 6, 9, 12].map((step) => frameOf(step, data.monitor.tracked.length)),
    machine: "3 CPU cores",
  };
}

/** The same with a texture and an untrained model. */
export function untrainedRun(seed: number): Run {
  const config = { ...TINY, texture: true, seed };
  const snapshot = initialValues(createLearner(config).parameters, seed);
  return { ...handMadeRun(), config, checkpoint: { step: 0, config, snapshot } };
}
