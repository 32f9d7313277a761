/**
 * Inputs beside the model's renderings of them: during training (F3) and after it (F6).
 *
 * @module
 */
import type { Reconstruction } from "@/infer/inference.ts";
import {
  inputsBesideRenderings,
  QUARTER_VIEWS,
  type SheetOptions,
  sheetsBeside,
  trainingStrips,
} from "@/show/plot/figures.ts";
import { above, type Bitmap } from "@/show/plot/bitmap.ts";
import type { Run } from "@/train/run.ts";
import { exhibitsWithInputs } from "./exhibits.ts";

/**
 * Draws figure F3.
 * Choice: every other frame, since frames of 128 images make large files.
 *
 * @param run A run with its frames
 * @returns One image for every other frame
 */
export function renderingsDuringTraining({ config, data, frames }: Run): Bitmap[] {
  const { batchSize, imageSize } = config;
  const size = [batchSize, imageSize, imageSize] as const;
  const inputs = { values: data.monitor.images, size };
  return frames.filter((_, i) => i % 2 === 0).map(({ step, renderings }) =>
    inputsBesideRenderings(
      inputs,
      { values: Float32Array.from(renderings, (byte) => byte / 255), size },
      { step },
    )
  );
}

/**
 * Draws figure F6: the monitored images beside their projections and, if the model has a texture
 * layer, their textured images.
 *
 * @param run A run
 * @param reconstruction The model's reconstruction of all monitored images
 * @param options How the sheets are drawn
 */
export function renderingsAfterTraining(
  { config, data: { monitor } }: Run,
  { projection, rendering }: Reconstruction,
  options: SheetOptions = {},
): Bitmap {
  const { texture, imageSize } = config;
  const stacks = { input: monitor.images, projection, ...(texture && { textured: rendering }) };
  const size = [monitor.names.length, imageSize, imageSize] as const;
  const sheets = Object.entries(stacks).map(([name, values]) => [name, { values, size }] as const);
  return sheetsBeside(Object.fromEntries(sheets), options);
}

/** Which shapes are drawn, and how. */
export interface ShownShapes {
  /** Indices from 0 of their images. */
  readonly places: readonly number[];
  /** What one such image is called; numbers follow it. */
  readonly name: string;
  /** Voxels of at least this occupancy are drawn; 0.05 by default. */
  readonly threshold?: number;
}

/**
 * Draws figure F6 with a few of the shapes below it.
 *
 * @param run A run
 * @param reconstruction The model's reconstruction of all monitored images
 * @param shown Which shapes are drawn, and how
 */
export function renderingsAboveShapes(
  run: Run,
  reconstruction: Reconstruction,
  { places, name, threshold }: ShownShapes,
): Bitmap {
  const { config, data: { monitor }, checkpoint } = run;
  const labels = monitor.names.map((_, i) => `${name} ${i + 1}`); // numbered as in the sheets
  const shapes = exhibitsWithInputs(monitor.images, reconstruction, labels, config);
  return above([
    renderingsAfterTraining(run, reconstruction),
    trainingStrips(places.map((i) => shapes[i]!), checkpoint.step, { ...QUARTER_VIEWS, threshold }),
  ]);
}
