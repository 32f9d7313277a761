/**
 * Gradients that tfjs lacks, or builds from many operations where TensorFlow has one.
 *
 * `tf.ts` imports this file, which registers them. A graph optimised for a CPU fuses next to nothing, so a gradient
 * of one operation instead of six is a seventh of the memory traffic: the backward pass of the
 * renderer falls from 22 ms to 12 (B = 64, 28^3, 2 cores; `deno task bench`).
 *
 * @module
 */
import { float, nativeOp, type } from "./native.ts";
import * as tf from "./tfjs.ts";

const FLOATS = { T: type("float32") };

/**
 * A transposed convolution is the input gradient of a convolution, so its own gradients are that
 * convolution and its filter gradient with the roles of input and output swapped. tfjs has none
 * (tensorflow/tfjs issue 6323).
 */
tf.registerGradient({
  kernelName: tf.Conv3DBackpropInputV2,
  inputsToSave: ["dy", "filter"],
  gradFunc(gradient, saved, attributes) {
    const [input, filter] = saved as [tf.Tensor5D, tf.Tensor5D];
    const { strides, pad } = attributes as unknown as { strides: number | number[]; pad: string };
    const steps = Array.isArray(strides) ? strides : [strides, strides, strides];
    const padding = pad.toUpperCase();
    const wide = { ...FLOATS, strides: [1, ...steps, 1], padding, data_format: "NDHWC" };
    return {
      dy: () => nativeOp("Conv3D", wide, [gradient as tf.Tensor, filter])[0]!,
      filter: () =>
        nativeOp("Conv3DBackpropFilterV2", wide, [
          gradient as tf.Tensor,
          tf.tensor1d(filter.shape, "int32"),
          input,
        ])[0]!,
    };
  },
});

// The output has the input's sign. A layer's activations are then held once: 50 MB less at B = 64.
tf.registerGradient({
  kernelName: tf.LeakyRelu,
  outputsToSave: [true],
  gradFunc(gradient, [y], attributes) {
    const alpha = float((attributes as unknown as { alpha: number }).alpha);
    return {
      x: () => nativeOp("LeakyReluGrad", { ...FLOATS, alpha }, [gradient as tf.Tensor, y!])[0]!,
    };
  },
});

tf.registerGradient({
  kernelName: tf.Relu,
  outputsToSave: [true],
  gradFunc: (gradient, [y]) => ({
    x: () => nativeOp("ReluGrad", FLOATS, [gradient as tf.Tensor, y!])[0]!,
  }),
});

tf.registerGradient({
  kernelName: tf.Sigmoid,
  outputsToSave: [true],
  gradFunc: (gradient, [y]) => ({
    x: () => nativeOp("SigmoidGrad", FLOATS, [y!, gradient as tf.Tensor])[0]!,
  }),
});

tf.registerGradient({
  kernelName: tf.Abs,
  inputsToSave: ["x"],
  gradFunc: (gradient, [x]) => ({ x: () => tf.mul(gradient as tf.Tensor, tf.sign(x!)) }),
});

/**
 * What a sum adds up gets the sum's gradient each. tfjs multiplies that with ones of the input's shape,
 * and divides all of it where a mean is meant: arrays as large as the input, that are written to be read
 * again.
 */
function spread(gradient: tf.Tensor, x: tf.Tensor, axis: unknown): tf.Tensor {
  const axes = tf.util.parseAxisParam(axis as number | number[], x.shape);
  const kept = gradient.reshape(x.shape.map((length, i) => axes.includes(i) ? 1 : length));
  const shape = tf.tensor1d(x.shape, "int32");
  return nativeOp("BroadcastTo", { ...FLOATS, Tidx: type("int32") }, [kept, shape])[0]!;
}

tf.registerGradient({
  kernelName: tf.Sum,
  inputsToSave: ["x"],
  gradFunc: (gradient, [x], { axis }) => ({
    x: () => spread(gradient as tf.Tensor, x!, axis),
  }),
});

tf.registerGradient({
  kernelName: tf.Mean,
  inputsToSave: ["x"],
  gradFunc: (gradient, [x], { axis }) => ({
    x() {
      const count = x!.size / (gradient as tf.Tensor).size;
      return spread(tf.div(gradient as tf.Tensor, count), x!, axis);
    },
  }),
});
