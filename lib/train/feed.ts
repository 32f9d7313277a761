/**
 * Images of the next steps, kept where they are computed on.
 *
 * To upload images to a graphics card is to wait until it has computed everything before. With those of
 * 64 steps uploaded at once the host hands over one step after the other while the card computes, and a
 * step of 1.5 ms on an NVIDIA H100 becomes one of 1.2 (`notebooks/performance/tries.json`).
 *
 * @module
 */
import type { RunConfig } from "@/config.ts";
import { Variable } from "@/engine/graph/variable.ts";
import { int, nativeOp, type } from "@/engine/native.ts";
import * as tf from "@/engine/tf.ts";

const GATHER = {
  Tparams: type("float32"),
  Tindices: type("int32"),
  Taxis: type("int32"),
  batch_dims: int(0),
};

/** What one step takes. */
export interface Fed {
  /** Images `[B, S, S, 1]` in [0, 1]. */
  readonly images: tf.Tensor4D;
  /** Which step `[]`, float32. */
  readonly step: tf.Scalar;
}

/** The images of up to `capacity` steps, as variables. Freed when disposed. */
export class Feed implements Disposable {
  /** Shape of what is uploaded, `[capacity, B, S, S, 1]`. */
  readonly shape: [number, number, number, number, number];
  readonly #images: Variable;
  /** Of the next step: which step it is, and the place of its images. */
  readonly #next = new Variable("feed/next", [2]);

  /**
   * Makes room for the images of some steps.
   *
   * @param config Batch size and side of the images
   * @param capacity How many steps
   */
  constructor(
    { batchSize, imageSize }: Pick<RunConfig, "batchSize" | "imageSize">,
    readonly capacity: number,
  ) {
    this.shape = [capacity, batchSize, imageSize, imageSize, 1];
    this.#images = new Variable("feed/images", this.shape);
  }

  /**
   * Takes the images of the next steps. Traced.
   *
   * @param images `[capacity, B, S, S, 1]`; those of fewer steps come first
   * @param step The first of these steps `[]`, float32
   */
  fill(images: tf.Tensor, step: tf.Scalar): void {
    this.#images.assign(images);
    tf.tidy(() => this.#next.assign(tf.stack([step, tf.scalar(0)])));
  }

  /** Gives what the next step takes, and goes on to the one after it; the caller disposes it. Traced. */
  next(): Fed {
    return tf.tidy(() => {
      const [step, place] = tf.unstack(this.#next.read()) as [tf.Scalar, tf.Scalar];
      const index = tf.cast(place, "int32").reshape([1]) as tf.Tensor1D;
      // tf.gather would read the index to check it.
      const inputs = [this.#images.read(), index, tf.scalar(0, "int32")];
      const images = nativeOp("GatherV2", GATHER, inputs)[0]!.reshape(this.shape.slice(1));
      this.#next.assign(tf.stack([tf.add(step, 1), tf.add(place, 1)]));
      return { images: images as tf.Tensor4D, step };
    });
  }

  /** Gives which step is next `[]`, float32; the caller disposes it. Traced. */
  step(): tf.Scalar {
    return tf.tidy(() => tf.slice(this.#next.read(), [0], [1]).reshape([]));
  }

  /** Frees the variables. */
  [Symbol.dispose](): void {
    this.#images[Symbol.dispose]();
    this.#next[Symbol.dispose]();
  }
}
