/**
 * The floor under the training step: the arithmetic that the layers need, at the speed that this
 * machine shows on large matrix products.
 *
 * @module
 */
import type { Config } from "@/config.ts";
import type { VaeConfig } from "@/method/vae.ts";
import { graphFunction, jit } from "@/engine/graph/jit.ts";
import { statelessNormal } from "@/engine/graph/stateless_random.ts";
import { Variable } from "@/engine/graph/variable.ts";
import * as tf from "@/engine/tf.ts";
import { summarize, timeCalls, type Times } from "./timing.ts";

/** A convolution or product of the model. */
export interface Product {
  /** Which one, by its parameter. */
  readonly name: string;
  /** Operations of its forward pass over one batch, a multiplication and an addition for each weight. */
  readonly flops: number;
  /** How many passes of that size a step makes: forward, input gradient, filter gradient. */
  readonly passes: number;
}

/**
 * Lists the convolutions and products of a step.
 *
 * Forward = 2 * batch * places * weights: every weight of a kernel is used once at each place, that
 * of an output for a convolution, of an input for a transposed one; taps that fall beside the grid
 * are counted too, as is the custom. The gradient with respect to the input and that with respect
 * to the weights cost the same again, except that nobody asks for the images' gradient. Left out is
 * all else: normalisation, activations, sampling, the renderer (1 % of the rest), Adam.
 */
export function productsOf(config: VaeConfig): Product[] {
  const { batchSize, imageSize, filters, latentSize, texture } = config;
  const units = latentSize - 1;
  const product = (name: string, places: number, weights: number, passes = 3) => ({
    name,
    flops: 2 * batchSize * places * weights,
    passes,
  });
  const side = (i: number) => Math.ceil(imageSize / 2 ** i);
  const coarse = imageSize / 4;
  const features = side(4) ** 2 * filters;
  return [
    product("encoder/conv1", side(1) ** 2, 9 * filters, 2),
    ...[2, 3, 4].map((i) => product(`encoder/conv${i}`, side(i) ** 2, 9 * filters * filters)),
    product("encoder/mean", 1, features * units),
    product("encoder/logVariance", 1, features * units),
    product("decoder/grid", 1, units * coarse ** 3 * filters),
    product("decoder/deconv1", coarse ** 3, 27 * filters * filters / 2),
    product("decoder/deconv2", (2 * coarse) ** 3, 27 * filters / 2),
    ...(texture
      ? [
        product("texture/hidden", 1, imageSize ** 2 * 1000),
        product("texture/picture", 1, 1000 * imageSize ** 2),
      ]
      : []),
  ];
}

/** What is known of the arithmetic of methods, by their names. */
const COUNTED: Readonly<Record<string, (config: Config) => Product[]>> = {
  vae: (config) => productsOf(config as VaeConfig),
};

/**
 * Gives the floating point operations of one step: the sum over `productsOf`; undefined for a method
 * whose products nobody has listed.
 */
export function flopsOfStep(config: Config): number | undefined {
  return COUNTED[config.method]?.(config).reduce(
    (sum, { flops, passes }) => sum + flops * passes,
    0,
  );
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
  const [a, b] = [0, 1].map((stream) => {
    const matrix = new Variable(`peak/factor${stream}`, [side, side]);
    tf.tidy(() => matrix.assign(statelessNormal([side, side], tf.zeros([2], "int32"), stream)));
    return matrix;
  });
  // The largest element: to know it, the whole product must be there.
  using program = jit({
    product: graphFunction({}, () => ({
      largest: tf.max(tf.matMul(a!.read() as tf.Tensor2D, b!.read() as tf.Tensor2D)),
    })),
  });
  return summarize(timeCalls(() => {
    tf.tidy(() => program.product({}).largest.dataSync());
  }, { warmUp: 2, repeat: 5 }));
}
