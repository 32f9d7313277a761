/**
 * Shapes in figures: what a model makes of images, with label, voxels and front (F2, F4).
 *
 * @module
 */
import type { Config, RunConfig } from "@/config.ts";
import type { Inference, Reconstruction } from "@/infer/inference.ts";
import type { ComparedObject } from "@/show/plot/comparison.ts";
import { type Exhibit, trainingStrips } from "@/show/plot/figures.ts";
import type { Bitmap } from "@/show/plot/bitmap.ts";
import { gridAt } from "@/render/voxel_grid.ts";
import { itemAt } from "@/engine/shapes.ts";
import { predictionOf } from "@/study/predictions.ts";
import { solidAt } from "@/study/score/alignment.ts";
import type { Run } from "@/train/run.ts";

/**
 * Splits a reconstruction into exhibits. The front of each shape is the pose that the model
 * predicts for its image.
 *
 * @param reconstruction The model's reconstruction of N images
 * @param labels The label of each, `[N]`
 * @param config The model's sizes
 */
export function exhibitsOf(
  { rendering, occupancy, azimuth }: Reconstruction,
  labels: readonly string[],
  { imageSize }: Pick<RunConfig, "imageSize">,
): Exhibit[] {
  return labels.map((label, i) => ({
    label,
    image: itemAt(rendering, i, imageSize ** 2),
    grid: gridAt(occupancy, i, azimuth.length),
    front: azimuth[i]!,
  }));
}

/**
 * Splits a reconstruction as `exhibitsOf` does, each shape with its image: input, projection, and
 * textured image if there is a texture (F5).
 *
 * @param inputs The images `[N, S, S]`
 * @param reconstruction The model's reconstruction of them
 * @param labels The label of each, `[N]`
 * @param config The model's sizes, and whether it has a texture
 */
export function exhibitsWithInputs(
  inputs: Float32Array,
  reconstruction: Reconstruction,
  labels: readonly string[],
  config: Config,
): Exhibit[] {
  const { rendering, projection } = reconstruction;
  const images = { input: inputs, projection, ...(config.texture && { textured: rendering }) };
  return exhibitsOf(reconstruction, labels, config).map((exhibit, i) => ({
    ...exhibit,
    images: Object.fromEntries(
      Object.entries(images).map(([name, of]) => [name, itemAt(of, i, config.imageSize ** 2)]),
    ),
  }));
}

/**
 * Gives the shapes that several models make of the same images, side by side, each with the voxels that
 * count as filled by its own model. Cells that no image shows are cut off, so that shapes of all models
 * fill the same cube.
 *
 * @param models By the names that label their shapes
 * @param images The images `[N, S, S]`
 * @param labels The label of each, `[N]`
 */
export function comparedShapes(
  models: Readonly<Record<string, Inference>>,
  images: Float32Array,
  labels: readonly string[],
): ComparedObject[] {
  const area = images.length / labels.length;
  const imageSize = Math.sqrt(area);
  const made = Object.entries(models).map(([name, model]) => {
    const reconstruction = model.reconstruct(images);
    const solids = predictionOf(model, reconstruction);
    const { size } = solids;
    return exhibitsOf(reconstruction, labels.map(() => name), { imageSize }).map((exhibit, i) => ({
      ...exhibit,
      grid: { occupancy: solidAt(solids, i), size: [size, size, size] as const },
      threshold: model.threshold,
    }));
  });
  return labels.map((label, i) => ({
    label,
    input: itemAt(images, i, area),
    exhibits: made.map((shapes) => shapes[i]!),
  }));
}

/**
 * Draws figure F2: one strip for each object, from the untrained cube to the final shape.
 *
 * @param run A run with its frames
 * @param labels The label of each tracked image, by its name, such as `mnist 3`
 * @returns One image for each frame
 * @throws {RangeError} If an image is not tracked; the message lists the tracked ones
 */
export function shapesDuringTraining(
  run: Run,
  labels: Readonly<Record<string, string>>,
): Bitmap[] {
  const shapes = Object.entries(labels)
    .map(([name, label]) => momentsOf(run, name).map((moment) => ({ ...moment, label })));
  return run.frames.map(({ step }, i) =>
    trainingStrips(shapes.map((moments) => moments[i]!), step, { scale: 2 })
  );
}

/** What a run was watched on, and its frames. */
export type WatchedRun = Pick<Run, "config" | "frames"> & {
  readonly data: Pick<Run["data"], "monitor">;
};

/**
 * Gives the shape of one image in each frame of a run, to be viewed in sequence.
 *
 * @param run A run with its frames
 * @param name The tracked image, such as `mnist 3`
 * @returns One exhibit for each frame, labelled with its step
 * @throws {RangeError} If the image is not tracked; the message lists the tracked ones
 */
export function momentsOf({ config, data, frames }: WatchedRun, name: string): Exhibit[] {
  const { imageSize } = config;
  const { tracked, names } = data.monitor;
  const known = tracked.map((slot) => names[slot]!);
  const index = known.indexOf(name);
  if (index < 0) {
    throw new RangeError(
      `Cannot draw shapes: name must be one of ${known.join(", ")}, got ${name}`,
    );
  }
  return frames.map(({ step, renderings, occupancies, azimuths }) => {
    const rendering = itemAt(renderings, tracked[index]!, imageSize ** 2);
    const cells = occupancies.length / azimuths.length;
    const occupancy = Float32Array.from(itemAt(occupancies, index, cells), (byte) => byte / 255);
    return {
      label: `${name}, step ${step.toLocaleString("en-US")}`,
      image: Float32Array.from(rendering, (byte) => byte / 255),
      grid: gridAt(occupancy, 0, 1),
      front: azimuths[index]!,
    };
  });
}
