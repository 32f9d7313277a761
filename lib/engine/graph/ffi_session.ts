/**
 * Sessions on several devices: by FFI on the library that the binding has loaded.
 *
 * The binding opens every session with TensorFlow's default options. Those have one CPU device, while
 * replicas on several need virtual ones where there is no second GPU, as in tests.
 *
 * Source: `tensorflow/c/c_api.h` and `tensorflow/c/tf_tensor.h` of TensorFlow 2.21.
 *
 * @module
 */
import { bytesOf } from "@/engine/bytes.ts";
import { DATA_TYPES } from "@/engine/native.ts";
import { elementCount } from "@/engine/shapes.ts";
import * as tf from "@/engine/tf.ts";
import { encodeConfig, type SessionConfig, TAG } from "./protobuf.ts";
import { checked, tensorflow } from "./tensorflow_c.ts";
import { fedValues, type GraphSession, type OpenSession, type RunGraph } from "./session.ts";

type Pointer = Deno.PointerValue;

/**
 * Gives sessions with options of their own, for `JitOptions.openSession`.
 *
 * @param config How many CPU devices the session has, `/device:CPU:0` and so on
 * @throws {RangeError} If that is no integer from 1
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { graphFunction, jit } from "@/engine/graph/jit.ts";
 * import { ffiSessions } from "@/engine/graph/ffi_session.ts";
 * import * as tf from "@/engine/tf.ts";
 *
 * const double = graphFunction({ x: { shape: [2], dtype: "float32" } }, ({ x }) => ({ y: tf.mul(2, x) }));
 * using program = jit({ double }, { openSession: ffiSessions({ cpuDevices: 2 }) });
 * assert.deepEqual([...program.double({ x: tf.tensor1d([1, 3]) }).y.dataSync()], [2, 6]);
 * ```
 */
export function ffiSessions(config: SessionConfig): OpenSession {
  const { cpuDevices } = config;
  if (!Number.isInteger(cpuDevices) || cpuDevices < 1) {
    throw new RangeError(
      `Cannot open sessions: cpuDevices must be an integer >= 1, got ${cpuDevices}`,
    );
  }
  return (folder) => new FfiSession(folder, config);
}

class FfiSession implements GraphSession {
  readonly #graph: Pointer;
  readonly #session: Pointer;

  constructor(folder: string, config: SessionConfig) {
    const c = tensorflow();
    const options = c.TF_NewSessionOptions();
    this.#graph = c.TF_NewGraph();
    try {
      const bytes = encodeConfig(config);
      checked((status) => c.TF_SetConfig(options, bytes, BigInt(bytes.length), status));
      const tag = cString(TAG);
      const tags = BigUint64Array.of(Deno.UnsafePointer.value(Deno.UnsafePointer.of(tag)));
      this.#session = checked((status) =>
        c.TF_LoadSessionFromSavedModel(
          ...[options, null, cString(folder), tags, 1, this.#graph, null, status] as const,
        )
      );
    } catch (error) {
      c.TF_DeleteGraph(this.#graph);
      throw error;
    } finally {
      c.TF_DeleteSessionOptions(options);
    }
  }

  prepare(inputs: readonly string[], outputs: readonly string[]): RunGraph {
    const [feedPlaces, fetchPlaces] = [this.#places(inputs), this.#places(outputs)];
    return (feeds) => {
      const c = tensorflow();
      const fed: bigint[] = [];
      const fetched = new BigUint64Array(outputs.length);
      try {
        for (const feed of feeds) fed.push(createTensor(feed));
        checked((status) =>
          c.TF_SessionRun(
            ...[this.#session, null, feedPlaces, BigUint64Array.from(fed), fed.length] as const,
            ...[fetchPlaces, fetched, fetched.length, null, 0, null, status] as const,
          )
        );
        return Array.from(fetched, readTensor);
      } finally {
        for (const address of [...fed, ...fetched]) c.TF_DeleteTensor(pointerAt(address));
      }
    };
  }

  [Symbol.dispose](): void {
    const c = tensorflow();
    checked((status) => c.TF_CloseSession(this.#session, status));
    checked((status) => c.TF_DeleteSession(this.#session, status));
    c.TF_DeleteGraph(this.#graph);
  }

  /** Writes `node:output`s as an array of `TF_Output { TF_Operation* oper; int index; }`. */
  #places(sources: readonly string[]): BigUint64Array<ArrayBuffer> {
    return BigUint64Array.from(sources.flatMap((source) => {
      const [node = "", output] = source.split(":");
      const operation = tensorflow().TF_GraphOperationByName(this.#graph, cString(node));
      if (operation === null) {
        throw new RangeError(`Cannot run a graph: it must have node "${node}", got none`);
      }
      return [Deno.UnsafePointer.value(operation), BigInt(output ?? 0)];
    }));
  }
}

/** Copies a tensor into TensorFlow's memory and gives its address. */
function createTensor(feed: tf.Tensor): bigint {
  const c = tensorflow();
  const { dtype, values } = fedValues(feed);
  const sizes = BigInt64Array.from(feed.shape, BigInt);
  const tensor = c.TF_AllocateTensor(dtype, sizes, sizes.length, BigInt(values.byteLength))!;
  if (values.byteLength > 0) {
    const memory = Deno.UnsafePointerView.getArrayBuffer(
      c.TF_TensorData(tensor)!,
      values.byteLength,
    );
    new Uint8Array(memory).set(bytesOf(values));
  }
  return Deno.UnsafePointer.value(tensor);
}

/** What JavaScript holds values of each type in. */
const KINDS = {
  [DATA_TYPES.float32]: { dtype: "float32", Values: Float32Array },
  [DATA_TYPES.int32]: { dtype: "int32", Values: Int32Array },
  [DATA_TYPES.bool]: { dtype: "bool", Values: Uint8Array },
} as const;

/** Copies a tensor out of TensorFlow's memory. */
function readTensor(address: bigint): tf.Tensor {
  const c = tensorflow();
  const tensor = pointerAt(address);
  const type = c.TF_TensorType(tensor);
  const kind = KINDS[type];
  if (!kind) {
    throw new TypeError(
      `Cannot read an output: its type must be float32, int32 or bool, got TensorFlow's type ${type}`,
    );
  }
  const shape = Array.from(
    { length: c.TF_NumDims(tensor) },
    (_, axis) => Number(c.TF_Dim(tensor, axis)),
  );
  const values = new kind.Values(elementCount(shape));
  if (values.length > 0) {
    Deno.UnsafePointerView.copyInto(c.TF_TensorData(tensor)!, bytesOf(values));
  }
  return tf.tensor(values, shape, kind.dtype);
}

const cString = (text: string) => new TextEncoder().encode(`${text}\0`);

const pointerAt = (address: bigint) => Deno.UnsafePointer.create(address);
