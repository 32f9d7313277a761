/**
 * Maps of latents: two-dimensional layouts that keep neighbours together.
 *
 * @module
 */
import { stopButton } from "@/engine/stop_button.ts";
import { TSNE, UMAP } from "@saehrimnir/druidjs";
import { rowAt, rowCount, type Rows } from "./rows.ts";

/** The available embedding methods. */
export const EMBEDDINGS = ["t-SNE", "UMAP"] as const;

/** An embedding method. */
export type Embedding = typeof EMBEDDINGS[number];

/** Effective neighbours in t-SNE. Choice: 30, the default of van der Maaten and Hinton. */
const PERPLEXITY = 30;
/**
 * Steps of t-SNE and their size. Choice: after 500 steps of size 100 (the package's default is 10),
 * a map of 2,000 latents no longer grows, and neighbours share a class as often as with 200 or 500.
 */
const STEPS = 500;
const STEP_SIZE = 100;
/** Neighbours in UMAP's graph and the least distance of points. Choice: UMAP's own defaults. */
const NEIGHBOURS = 15;
const LEAST_DISTANCE = 0.1;

/**
 * Embeds rows in the plane, by exact t-SNE (van der Maaten and Hinton, 2008), whose time and memory
 * grow with the square of the number of rows, or by UMAP (McInnes et al., arXiv:1802.03426).
 * Neither directions nor distances between groups mean anything.
 *
 * @param rows At least four
 * @param method The embedding method
 * @param seed The same seed gives the same map
 * @returns Places `[N, 2]`
 * @throws {RangeError} If there are fewer than four rows
 */
export function embed(rows: Rows, method: Embedding, seed: number): Rows {
  const count = rowCount(rows);
  if (count < 4) {
    throw new RangeError(`Cannot embed rows: their number must be at least 4, got ${count}`);
  }
  const points = Array.from({ length: count }, (_, i) => [...rowAt(rows, i)]);
  const steps: Iterable<number[][]> = method === "t-SNE"
    ? new TSNE(points, {
      perplexity: Math.min(PERPLEXITY, (count - 1) / 3),
      epsilon: STEP_SIZE,
      seed,
    }).generator(STEPS)
    : new UMAP(points, {
      n_neighbors: Math.min(NEIGHBOURS, count - 1),
      min_dist: LEAST_DISTANCE,
      seed,
    }).generator();
  let places: number[][] = [];
  for (places of steps) stopButton.check();
  return { values: Float32Array.from(places.flat()), length: 2 };
}
