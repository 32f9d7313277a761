/**
 * Sessions: what runs a compiled graph, behind one small interface.
 *
 * @module
 */
import { DATA_TYPES, nativeBackend, type TensorValues } from "@/engine/native.ts";
import type * as tf from "@/engine/tf.ts";
import { TAG } from "./protobuf.ts";

/** Runs one function of a graph: its inputs in order, its outputs in order, the caller's to dispose. */
export type RunGraph = (feeds: readonly tf.Tensor[]) => tf.Tensor[];

/** A graph with its variables, ready to run. Freed when disposed. */
export interface GraphSession extends Disposable {
  /**
   * Prepares the calls of one function.
   *
   * @param inputs `node:output` of each input; a graph takes float32 as bits of int32 (see `Recorder.addInput`)
   * @param outputs `node:output` of each output
   */
  prepare(inputs: readonly string[], outputs: readonly string[]): RunGraph;
}

/** Opens a session on the graph that a folder holds as a saved model; the folder may be removed afterwards. */
export type OpenSession = (folder: string) => GraphSession;

/** Opens a session of the binding: on the devices that the process has, with TensorFlow's defaults. */
export const openBindingSession: OpenSession = (folder) => {
  const { binding } = nativeBackend();
  const model = binding.loadSavedModel(folder, TAG);
  return {
    prepare(inputs, outputs) {
      const [feedList, fetchList] = [inputs.join(), outputs.join()];
      return (feeds) => {
        const backend = nativeBackend();
        const ids: number[] = [];
        try {
          for (const feed of feeds) ids.push(upload(feed));
          return backend.binding.runSavedModel(model, ids, feedList, fetchList)
            .map((output) => backend.createOutputTensor(output));
        } finally {
          for (const id of ids) backend.binding.deleteTensor(id);
        }
      };
    },
    [Symbol.dispose]() {
      nativeBackend().binding.deleteSavedModel(model);
    },
  };
};

/** Hands a tensor to TensorFlow. Of another type it would go to a graphics card at once, and back, to be fed. */
function upload(feed: tf.Tensor): number {
  const { dtype, values } = fedValues(feed);
  return nativeBackend().binding.createTensor(feed.shape, dtype, values);
}

/** What a graph is fed: the values in JavaScript's memory, and TensorFlow's number for their type. */
export function fedValues(feed: tf.Tensor): { dtype: number; values: TensorValues } {
  const values = feed.dataSync() as TensorValues;
  if (feed.dtype === "bool") return { dtype: DATA_TYPES.bool, values };
  const bits = new Int32Array(values.buffer, values.byteOffset, values.length);
  return { dtype: DATA_TYPES.int32, values: bits };
}
