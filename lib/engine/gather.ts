/**
 * Rows taken by their places. `tf.gather` reads the places, which no traced function may.
 *
 * @module
 */
import { int, nativeOp, type } from "./native.ts";
import * as tf from "./tf.ts";

const KERNEL = "GatherRows";
const PLACES = { Tindices: type("int32") };

tf.registerKernel({
  kernelName: KERNEL,
  backendName: "tensorflow",
  kernelFunc({ inputs }) {
    const { values, places } = inputs as unknown as Record<string, tf.Tensor>;
    const dtype = values!.dtype as "float32" | "int32";
    const attributes = { ...PLACES, Tparams: type(dtype), Taxis: type("int32") };
    const axis = tf.scalar(0, "int32");
    const taken = nativeOp("GatherV2", { ...attributes, batch_dims: int(0) }, [
      values!,
      places!,
      axis,
    ]);
    axis.dispose();
    return taken[0]!;
  },
});

tf.registerGradient({
  kernelName: KERNEL,
  inputsToSave: ["values", "places"],
  gradFunc(gradient, saved) {
    const [values, places] = saved as [tf.Tensor, tf.Tensor];
    const attributes = { ...PLACES, T: type("float32"), Tnumsegments: type("int32") };
    return {
      values: () =>
        nativeOp("UnsortedSegmentSum", attributes, [
          gradient as tf.Tensor,
          places,
          tf.scalar(values.shape[0]!, "int32"),
        ])[0]!,
    };
  },
});

/**
 * Gives `values[places]`, with a gradient for the values, which adds up where places repeat: on a CPU
 * always in the same order, on a GPU in any.
 *
 * @param values `[N, ...]`, float32, or int32, which have no gradient
 * @param places `[M]`, int32, from 0 to N - 1
 * @returns `[M, ...]`; the caller disposes it
 */
export function gatherRows(values: tf.Tensor, places: tf.Tensor1D): tf.Tensor {
  const inputs = { values, places } as unknown as tf.NamedTensorMap;
  return tf.engine().runKernel(KERNEL, inputs) as tf.Tensor;
}
