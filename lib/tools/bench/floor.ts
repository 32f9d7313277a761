/**
 * The floor under the training step: the arithmetic that the layers need, at the speed that this
 * machine shows on large matrix products.
 *
 * @module
 */
import type { Config } from "@/config.ts";
import { graphFunction, jit } from "@/engine/graph/jit.ts";
import { statelessNormal } from "@/engine/graph/stateless_random.ts";
import type { Precision } from "@/engine/graph/precision.ts";
import { Variable } from "@/engine/graph/variable.ts";
import * as tf from "@/engine/tf.ts";
import { KNOWN } from "./methods/registry.ts";
import { summarize, timeCalls, type Times } from "./timing.ts";

/**
 * Gives the floating point operations of one step: the sum over its products; undefined where
 * nobody has listed these.
 */
export function flopsOfStep(config: Config): number | undefined {
  const products = Object.hasOwn(KNOWN, config.method)
    ? KNOWN[config.method]!.products(config)
    : undefined;
  return products?.reduce((sum, { flops, passes }) => sum + flops * passes, 0);
}

/** Sides of the square matrices that are tried. */
const SIDES = [512, 1024, 2048, 4096, 8192];

/** A product that takes longer has filled the machine. */
const LONG_MS = 50;

/**
 * Measures how many floating point operations a second this machine does in float32 products: the
 * best over sizes and runs, each a compiled product of two square matrices. Graphics cards multiply
 * as TensorFlow lets them, so with TF32 where they have it, as in the step.
 */
export function measurePeak(): number {
  let peak = 0;
  for (const side of SIDES) {
    const { fastestMs } = timeProduct(side);
    peak = Math.max(peak, 2 * side ** 3 / (fastestMs / 1000));
    if (fastestMs > LONG_MS) break;
  }
  return peak;
}

function timeProduct(side: number): Times {
  using product = squareProduct(side);
  return summarize(timeCalls(() => {
    tf.tidy(() => product.run().dataSync());
  }, { warmUp: 2, repeat: 5 }));
}

/** A product of two square matrices, compiled. Frees its graph when disposed. */
export interface SquareProduct extends Disposable {
  /** Multiplies and gives the largest element: to know it, the whole product must be there. */
  run(): tf.Tensor;
}

/**
 * Compiles a product of two matrices of normal numbers. Zeros would draw less power, and so be multiplied
 * faster.
 *
 * @param side Rows and columns
 * @param precision What it computes in; float32 unless given
 */
export function squareProduct(side: number, precision: Precision = "float32"): SquareProduct {
  const [a, b] = [0, 1].map((stream) => {
    const matrix = new Variable(`peak/factor${stream}`, [side, side]);
    tf.tidy(() => matrix.assign(statelessNormal([side, side], tf.zeros([2], "int32"), stream)));
    return matrix;
  });
  const program = jit({
    product: graphFunction({}, () => ({
      largest: tf.max(tf.matMul(a!.read() as tf.Tensor2D, b!.read() as tf.Tensor2D)),
    })),
  }, { precision });
  return {
    run: () => program.product({}).largest,
    [Symbol.dispose]: () => program[Symbol.dispose](),
  };
}
