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
import { type TruthField, truthShape } from "@/data/truth.ts";
import { Variable } from "@/engine/graph/variable.ts";
import { int, nativeOp, type } from "@/engine/native.ts";
import * as tf from "@/engine/tf.ts";
import type { Truth } from "@/model/learner.ts";

/** Gives the shapes of what one step takes: images, and what the learner is told of them. */
export function fedShapes(
  config: Pick<RunConfig, "batchSize" | "imageSize">,
  supervision: readonly TruthField[],
): [FedField, number[]][] {
  const { batchSize, imageSize } = config;
  return [
    ["images", [batchSize, imageSize, imageSize, 1]],
    ...supervision.map((field): [FedField, number[]] => [field, truthShape(field, config)]),
  ];
}

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
  /** What the learner is told of them. */
  readonly truth: Truth;
  /** Which step `[]`, float32. */
  readonly step: tf.Scalar;
}

/** What is uploaded: images, and what the learner is told of them. */
export type FedField = "images" | TruthField;

/** The images of up to `capacity` steps, as variables. Freed when disposed. */
export class Feed implements Disposable {
  /** Shapes of what is uploaded, such as `[capacity, B, S, S, 1]` for images. */
  readonly shapes: Readonly<Partial<Record<FedField, readonly number[]>>>;
  readonly #variables: ReadonlyMap<FedField, Variable>;
  /** Of the next step: which step it is, and the place of its images. */
  readonly #next = new Variable("feed/next", [2]);

  /**
   * Makes room for the images of some steps.
   *
   * @param config Batch size and side of the images
   * @param capacity How many steps
   * @param supervision What the learner is told of the images
   */
  constructor(
    config: Pick<RunConfig, "batchSize" | "imageSize">,
    readonly capacity: number,
    supervision: readonly TruthField[] = [],
  ) {
    const shapes = fedShapes(config, supervision)
      .map(([field, shape]): [FedField, number[]] => [field, [capacity, ...shape]]);
    this.shapes = Object.fromEntries(shapes);
    this.#variables = new Map(
      shapes.map(([field, shape]) => [field, new Variable(`feed/${field}`, shape)]),
    );
  }

  /**
   * Takes what the next steps need. Traced.
   *
   * @param fields As `shapes` says; those of fewer steps come first
   * @param step The first of these steps `[]`, float32
   */
  fill(fields: Readonly<Partial<Record<FedField, tf.Tensor>>>, step: tf.Scalar): void {
    for (const [field, variable] of this.#variables) variable.assign(fields[field]!);
    tf.tidy(() => this.#next.assign(tf.stack([step, tf.scalar(0)])));
  }

  /** Gives what the next step takes; the caller disposes it. Traced. */
  next(): Fed {
    return tf.tidy(() => {
      const [step, place] = tf.unstack(this.#next.read()) as [tf.Scalar, tf.Scalar];
      const index = tf.cast(place, "int32").reshape([1]) as tf.Tensor1D;
      const fields = Array.from(this.#variables, ([field, variable]) => {
        // tf.gather would read the index to check it.
        const inputs = [variable.read(), index, tf.scalar(0, "int32")];
        const shape = this.shapes[field]!.slice(1);
        return [field, nativeOp("GatherV2", GATHER, inputs)[0]!.reshape(shape)];
      });
      const { images, ...truth } = Object.fromEntries(fields);
      return { images, truth, step };
    });
  }

  /** Goes on to the step after the next one. Traced. */
  advance(): void {
    tf.tidy(() => this.#next.assign(tf.add(this.#next.read(), 1)));
  }

  /** Gives which step is next `[]`, float32; the caller disposes it. Traced. */
  step(): tf.Scalar {
    return tf.tidy(() => tf.slice(this.#next.read(), [0], [1]).reshape([]));
  }

  /** Frees the variables. */
  [Symbol.dispose](): void {
    for (const variable of this.#variables.values()) variable[Symbol.dispose]();
    this.#next[Symbol.dispose]();
  }
}
