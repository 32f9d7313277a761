/**
 * Inputs beside what the model makes of them: while it learns (F3), and once it has (F6).
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
 * Choice: every other frame, since 128 images a frame make large files.
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
 * Draws figure F6: the watched images beside their projections and, where the model has a texture
 * layer, their textured images.
 *
 * @param run A run
 * @param reconstruction What its model makes of all the watched images
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

/**
 * Draws figure F6 with a few of the shapes below it.
 *
 * @param run A run
 * @param reconstruction What its model makes of all the watched images
 * @param shown Which of the images are drawn as shapes, counted from 0, and what one of them is called
 */
export function renderingsAboveShapes(
  run: Run,
  reconstruction: Reconstruction,
  { places, name }: { readonly places: readonly number[]; readonly name: string },
): Bitmap {
  const { config, data: { monitor }, checkpoint } = run;
  const labels = monitor.names.map((_, i) => `${name} ${i + 1}`); // as the sheets count
  const shapes = exhibitsWithInputs(monitor.images, reconstruction, labels, config);
  return above([
    renderingsAfterTraining(run, reconstruction),
    trainingStrips(places.map((i) => shapes[i]!), checkpoint.step, QUARTER_VIEWS),
  ]);
}
