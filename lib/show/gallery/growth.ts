/**
 * Shapes as they grow in training, from the frames of a run.
 *
 * @module
 */
import { join } from "node:path";
import { createBatches, type MixedSet } from "@/data/batches.ts";
import { itemAt } from "@/engine/shapes.ts";
import { createLearner } from "@/method/registry.ts";
import { THRESHOLD } from "@/render/voxel_grid.ts";
import { momentsOf } from "@/show/figures/exhibits.ts";
import { createMonitor, loadFrames } from "@/train/monitor.ts";
import type { GalleryModel } from "./models.ts";
import type { GallerySection } from "./page.ts";
import { setsOf, titleOf } from "./shapes.ts";

/** Most shapes of a run, and most frames of each. Choice: what stays below half a megabyte. */
const MOST_SHAPES = 3;
const MOST_FRAMES = 16;

/**
 * Makes the section of a run's growth; undefined if the run kept fewer than two frames.
 *
 * @param model A model with its run's folder
 * @param loadTests Loads the test splits of its mixture, in order, where there are frames
 */
export async function growthSection(
  { label, config, folder }: GalleryModel,
  loadTests: () => Promise<readonly MixedSet[]>,
): Promise<GallerySection | undefined> {
  const all = folder ? await framesIn(join(folder, "frames")) : [];
  if (all.length < 2) return undefined;
  const tests = await loadTests();
  const frames = spread(all, MOST_FRAMES);
  const { batchSize, seed, imageSize } = config;
  const { shares } = createBatches({ sets: tests, batchSize, seed });
  const monitor = createMonitor(tests, shares);
  const threshold = createLearner(config).threshold ?? THRESHOLD;
  const items = spread(monitor.tracked, MOST_SHAPES).map((slot) => {
    const name = monitor.names[slot]!;
    const moments = momentsOf({ config, data: { monitor }, frames }, name)
      .map(({ grid, front }, i) => {
        const stage = { label: `step ${frames[i]!.step.toLocaleString("en-US")}`, grid };
        return { ...stage, ...(front !== undefined && { front }) };
      });
    return {
      name: tests.length === 1 ? withoutSet(name, tests[0]!.set) : name,
      image: itemAt(monitor.images, slot, imageSize ** 2),
      shapes: [{ label, note: "", frames: moments, threshold }],
    };
  });
  const last = all.at(-1)!.step.toLocaleString("en-US");
  return {
    title: growthTitle(config.data, label),
    words: [
      `What the model made of unseen images as it trained, up to step ${last}: move the slider, or press ` +
      "Play. Shapes are drawn as the model gave them; what no level view can show is not filled.",
    ],
    items,
  };
}

/** Gives the heading of a run's growth. */
export function growthTitle(data: string, label: string): string {
  return `Growth: ${setsOf(data).map(titleOf).join(" and ")}, ${label}`;
}

/** Leaves the set's name out of what an image shows, where there is but one. */
function withoutSet(name: string, { name: set, labels }: MixedSet["set"]): string {
  return labels ? name.slice(set.length + 1) : `image ${name.slice(set.length + 1)}`;
}

async function framesIn(folder: string) {
  try {
    return await loadFrames(folder);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

/** Picks at most `most` entries, evenly, the first and the last among them. */
export function spread<Entry>(entries: readonly Entry[], most: number): Entry[] {
  if (entries.length <= most) return [...entries];
  return Array.from(
    { length: most },
    (_, i) => entries[Math.round(i * (entries.length - 1) / (most - 1))]!,
  );
}
