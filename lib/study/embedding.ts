/**
 * Maps of latents: many dimensions laid out in two, so that neighbours stay neighbours.
 *
 * @module
 */
import { TSNE, UMAP } from "@saehrimnir/druidjs";
import { rowAt, rowCount, type Rows } from "./rows.ts";

/** The ways to draw a map. */
export const EMBEDDINGS = ["t-SNE", "UMAP"] as const;

/** A way to draw a map. */
export type Embedding = typeof EMBEDDINGS[number];

/** Neighbours that t-SNE's kernel reaches. Choice: 30, the default of van der Maaten and Hinton. */
const PERPLEXITY = 30;
/**
 * Steps of t-SNE and their size. Choice: after 500 steps of 100, against the package's 10, a map of 2,000
 * latents no longer grows, and as many neighbours are of one class as with 200 or 500.
 */
const STEPS = 500;
const STEP_SIZE = 100;
/** Neighbours in UMAP's graph, and how close points may come. Choice: the method's own defaults. */
const NEIGHBOURS = 15;
const LEAST_DISTANCE = 0.1;

/**
 * Lays rows out in the plane: by t-SNE (van der Maaten and Hinton, 2008), exactly, so that time and
 * memory grow with the square of the rows, or by UMAP (McInnes et al., arXiv:1802.03426). Neither
 * directions nor distances between groups mean anything.
 *
 * @param rows At least four
 * @param method Which way
 * @param seed The same seed, the same map
 * @returns Places `[N, 2]`
 * @throws {RangeError} If there are fewer than four rows
 */
export function embed(rows: Rows, method: Embedding, seed: number): Rows {
  const count = rowCount(rows);
  if (count < 4) {
    throw new RangeError(`Cannot draw a map: there must be at least 4 rows, got ${count}`);
  }
  const points = Array.from({ length: count }, (_, i) => [...rowAt(rows, i)]);
  const places = method === "t-SNE"
    ? new TSNE(points, {
      perplexity: Math.min(PERPLEXITY, (count - 1) / 3),
      epsilon: STEP_SIZE,
      seed,
    }).transform(STEPS)
    : new UMAP(points, {
      n_neighbors: Math.min(NEIGHBOURS, count - 1),
      min_dist: LEAST_DISTANCE,
      seed,
    }).transform();
  return { values: Float32Array.from((places as number[][]).flat()), length: 2 };
}
