/**
 * Fits one voxel grid to silhouettes from known azimuths by gradient descent through the renderer:
 * what the renderer can do before any network learns.
 *
 * @module
 */
import { graphFunction, jit } from "@/engine/graph/jit.ts";
import { Variable } from "@/engine/graph/variable.ts";
import { projectVoxels } from "@/render/project.ts";
import { stopButton } from "@/engine/stop_button.ts";
import * as tf from "@/engine/tf.ts";
import { applyAdam } from "@/engine/adam.ts";

/** Opacity of a cell: two cells of occupancy 1 make a ray nearly opaque. */
const TAU = 2;
/** Adam step size of the logits. */
const LEARNING_RATE = 0.2;

/** Images of one object, from known azimuths. */
export interface Silhouettes {
  /** `[V, S, S]` in [0, 1]. */
  readonly images: Float32Array;
  /** `[V]` radians. */
  readonly azimuths: Float32Array;
  /** S. */
  readonly size: number;
}

/** A grid at one step of the fit. */
export interface Fit {
  /** Steps taken. */
  readonly step: number;
  /** Mean squared error of a pixel. */
  readonly meanSquaredError: number;
  /** Occupancy `[S, S, S]` in (0, 1). */
  readonly occupancy: Float32Array;
}

/**
 * Fits a grid: occupancy = sigmoid(logits), with logits that Adam moves to reduce the squared
 * error.
 *
 * @param silhouettes What to fit
 * @param options `steps`, and `reportEvery`, the number of steps from one `Fit` to the next
 * @returns The fits, from the untrained grid to the finished one
 */
export function fitGrid(
  { images, azimuths, size }: Silhouettes,
  { steps, reportEvery }: { steps: number; reportEvery: number },
): Fit[] {
  const views = azimuths.length;
  const shape = [1, size, size, size];
  const logits = new Variable("logits", shape);
  const moments = { first: new Variable("first", shape), second: new Variable("second", shape) };
  const float = (...shape: number[]) => ({ shape, dtype: "float32" as const });
  using program = jit({
    step: graphFunction(
      { images: float(views, size, size), azimuths: float(views), step: float() },
      (inputs) => {
        const error = (values: tf.Tensor) => {
          const density = tf.tile(tf.sigmoid(values), [views, 1, 1, 1]) as tf.Tensor4D;
          const rendered = projectVoxels(density, inputs.azimuths as tf.Tensor1D, { tau: TAU });
          return tf.sum(tf.squaredDifference(rendered, inputs.images)) as tf.Scalar;
        };
        const { value, grad } = tf.valueAndGrad(error)(logits.read());
        applyAdam(logits, moments, grad, inputs.step as tf.Scalar, tf.scalar(LEARNING_RATE));
        return { error: value };
      },
    ),
    occupancy: graphFunction({}, () => ({ occupancy: tf.sigmoid(logits.read()) })),
  });
  const fits: Fit[] = [];
  for (let step = 0; step <= steps; step++) {
    stopButton.check();
    tf.tidy(() => {
      const read = () => program.occupancy({}).occupancy.dataSync() as Float32Array;
      const isReported = step % reportEvery === 0 || step === steps;
      const before = isReported ? read() : undefined;
      const { error } = program.step({
        images: tf.tensor3d(images, [views, size, size]),
        azimuths: tf.tensor1d(azimuths),
        step: tf.scalar(step),
      });
      if (!before) return;
      const meanSquaredError = error.dataSync()[0]! / images.length;
      fits.push({ step, meanSquaredError, occupancy: before });
    });
  }
  return fits;
}

/** Renders a grid `[S, S, S]` from several azimuths as `fitGrid` does; `[V, S, S]` in [0, 1). */
export function renderViews(
  occupancy: Float32Array | Uint8Array,
  size: number,
  azimuths: Float32Array,
): Float32Array {
  return tf.tidy(() => {
    const grid = tf.tensor4d(Float32Array.from(occupancy), [1, size, size, size]);
    const density = tf.tile(grid, [azimuths.length, 1, 1, 1]);
    return projectVoxels(density, tf.tensor1d(azimuths), { tau: TAU }).dataSync();
  }) as Float32Array;
}
