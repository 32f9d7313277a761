/**
 * Compiled functions take batches of one size; here they take any number of rows.
 *
 * @module
 */
import type { Compiled, TensorSpec } from "@/engine/graph/jit.ts";
import { elementCount } from "@/engine/shapes.ts";
import { stopButton } from "@/engine/stop_button.ts";
import * as tf from "@/engine/tf.ts";

/**
 * Calls a compiled function for rows: cuts them into batches, fills the last one up with zeros, and joins
 * what comes back.
 *
 * @param run Takes and gives tensors `[B, ...]`
 * @param inputs Shapes of what it takes
 * @param rows `[N, ...]` of each input, N >= 1
 * @returns `[N, ...]` of each output
 * @throws {RangeError} If inputs do not have as many rows, or none
 */
export function runInBatches<Output extends string>(
  run: Compiled<string, Output>,
  inputs: Readonly<Record<string, TensorSpec>>,
  rows: Readonly<Record<string, Float32Array>>,
): Record<Output, Float32Array> {
  const fed = Object.entries(inputs)
    .map(([input, { shape }]) => ({ input, shape, values: rows[input]! }));
  const count = countRows(fed);
  const batchSize = fed[0]!.shape[0]!;
  const results: Record<string, Float32Array> = {};
  for (let start = 0; start < count; start += batchSize) {
    stopButton.check();
    tf.tidy(() => {
      const feeds = fed.map(({ input, shape, values }) => {
        const length = elementCount(shape.slice(1));
        const batch = new Float32Array(batchSize * length);
        batch.set(values.subarray(start * length, (start + batchSize) * length));
        return [input, tf.tensor(batch, [...shape])] as const;
      });
      for (const [output, tensor] of Object.entries<tf.Tensor>(run(Object.fromEntries(feeds)))) {
        const length = tensor.size / batchSize;
        const result = results[output] ??= new Float32Array(count * length);
        const wanted = Math.min(batchSize, count - start) * length;
        result.set((tensor.dataSync() as Float32Array).subarray(0, wanted), start * length);
      }
    });
  }
  return results as Record<Output, Float32Array>;
}

/** What is fed to one input: rows, of which the compiled function takes a batch `[B, ...]`. */
interface Rows {
  readonly input: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** Counts the rows of every input, which must be as many. */
function countRows(inputs: readonly Rows[]): number {
  const counts = inputs.map(({ shape, values }) => {
    const rowLength = elementCount(shape.slice(1));
    const count = values.length / rowLength;
    if (Number.isInteger(count) && count > 0) return count;
    throw new RangeError(
      `Cannot run the model: rows must have ${rowLength} values each, got ${values.length} in all`,
    );
  });
  const odd = counts.findIndex((count) => count !== counts[0]);
  if (odd >= 0) {
    throw new RangeError(
      `Cannot run the model: ${inputs[odd]!.input} must have as many rows as ${
        inputs[0]!.input
      }, ` +
        `${counts[0]}, got ${counts[odd]}`,
    );
  }
  return counts[0]!;
}
