/**
 * Inputs beside the model's renderings of them, while it learns (F3).
 *
 * @module
 */
import { inputsBesideRenderings } from "@/plot/figures.ts";
import type { Picture } from "@/plot/picture.ts";
import type { Run } from "@/train/run.ts";

/**
 * Draws figure F3.
 * Choice: every other frame, since 128 pictures a frame make large files.
 *
 * @param run A run with its frames
 * @returns One picture for every other frame
 */
export function renderingsDuringTraining({ config, data, frames }: Run): Picture[] {
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
