/**
 * Shapes that are told: the ceiling of what a network can see in single images.
 *
 * @module
 */
import { checkShape } from "@/engine/shapes.ts";
import * as tf from "@/engine/tf.ts";
import { stretchGrids } from "@/render/stretch.ts";

/** Weight of a cell against the latent's divergence. Choice: the reference's. */
const OF_CELL = 0.05;

/** How shapes relate to the images that a network sees. */
export interface SeenShapes {
  /** Cells that padding has put on each side of the grid. */
  readonly border: number;
  /** How the images are stretched `[B, 2]`, as for `stretchImages`: shapes are stretched as they are. */
  readonly shrink: tf.Tensor2D;
}

/**
 * Compares shapes with the true ones: the cross-entropy of their cells.
 *
 * -0.05 sum (t log sigmoid(l) + (1 - t) log(1 - sigmoid(l))) = 0.05 sum (softplus(l) - t l)
 *
 * @param logits l `[B, G, G, G]`
 * @param occupancy t before padding and stretching `[B, S, S, S]` in [0, 1], G = S + 2 border
 * @returns `[B]`, nats
 * @throws {TypeError} If a shape is wrong
 */
export function shapeError(
  logits: tf.Tensor4D,
  occupancy: tf.Tensor4D,
  { border, shrink }: SeenShapes,
): tf.Tensor1D {
  const action = "compare shapes";
  const lengths = checkShape(action, "logits", logits, ["B", "G", "G", "G"]);
  const side = logits.shape[1] - 2 * border;
  checkShape(action, "occupancy", occupancy, ["B", side, side, side], lengths);
  return tf.tidy(() => {
    const sides: [number, number] = [border, border];
    const padded = tf.pad(occupancy, [[0, 0], sides, sides, sides]); // [B, G, G, G]
    const targets = stretchGrids(padded, shrink);
    const perCell = tf.sub(tf.softplus(logits), tf.mul(targets, logits));
    return tf.mul(OF_CELL, tf.sum(perCell, [1, 2, 3])) as tf.Tensor1D;
  });
}
