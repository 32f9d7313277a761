/**
 * TensorFlow's own operations, for the few places that need one which tfjs does not wrap.
 *
 * Everything that tfjs does on this backend goes through the same `executeOp`, so what is written with
 * `nativeOp` can be traced like any other tfjs code (`graph/`).
 *
 * @module
 */
import * as tf from "./tfjs.ts";

/** TensorFlow's numbers for data types (`tensorflow/core/framework/types.proto`). */
export const DATA_TYPES = {
  float32: 1,
  int32: 3,
  string: 7,
  int64: 9,
  bool: 10,
  bfloat16: 14,
  resource: 20,
  uint64: 23,
};

/** TensorFlow's numbers for kinds of attributes (`tensorflow/c/c_api.h`). */
export const ATTRIBUTE_KINDS = { string: 0, int: 1, float: 2, bool: 3, type: 4, shape: 5 } as const;

/** An operation's attribute as the binding takes it. */
export interface OpAttribute {
  readonly name: string;
  readonly type: number;
  readonly value: unknown;
}

/** What the binding tells of a tensor that an operation made. */
export interface TensorMetadata {
  readonly id: number;
  readonly shape: number[];
  readonly dtype: number;
}

/** A tensor's bytes in JavaScript's memory. */
export type TensorValues = Float32Array | Int32Array | Uint8Array;

/** The part of the C++ binding that this project calls itself. */
export interface Binding {
  createTensor(shape: number[], dtype: number, values: TensorValues): number;
  deleteTensor(id: number): void;
  tensorDataSync(id: number): TensorValues;
  executeOp(
    name: string,
    attributes: OpAttribute[],
    inputs: number[],
    outputCount: number,
  ): TensorMetadata[];
  loadSavedModel(folder: string, tags: string): number;
  runSavedModel(
    model: number,
    inputs: number[],
    inputNames: string,
    outputNames: string,
  ): TensorMetadata[];
  deleteSavedModel(model: number): void;
  isUsingGpuDevice(): boolean;
}

/** The part of tfjs-node's backend that this project calls itself. */
export interface NativeBackend {
  binding: Binding;
  readonly isUsingGpuDevice: boolean;
  readonly tensorMap: {
    get(dataId: object): { values: TensorValues | null; id: number };
    set(dataId: object, data: object): void;
  };
  getInputTensorIds(tensors: readonly tf.Tensor[]): number[];
  createOutputTensor(metadata: TensorMetadata): tf.Tensor;
  executeMultipleOutputs(
    name: string,
    attributes: OpAttribute[],
    inputs: readonly tf.Tensor[],
    outputCount: number,
  ): tf.Tensor[];
}

/**
 * Gives tfjs-node's backend.
 *
 * @throws {Error} If another tfjs backend is in use
 */
export function nativeBackend(): NativeBackend {
  const backend = tf.backend(); // connects it, if nothing has yet
  if (tf.getBackend() !== "tensorflow") {
    throw new Error(
      `Cannot run natively: the tfjs backend must be "tensorflow", got "${tf.getBackend()}"; ` +
        `run \`deno task setup\` and do not call tf.setBackend`,
    );
  }
  return backend as unknown as NativeBackend;
}

/** Attributes of an operation, by name; a plain number is an error, so that int and float stay apart. */
export type Attributes = Record<string, string | boolean | number[] | TypedAttribute>;

type TypedAttribute = { readonly kind: keyof typeof ATTRIBUTE_KINDS; readonly value: unknown };

/** An attribute that is a whole number. */
export const int = (value: number): TypedAttribute => ({ kind: "int", value });
/** An attribute that is a fraction. */
export const float = (value: number): TypedAttribute => ({ kind: "float", value });
/** An attribute that is a data type. */
export const type = (name: keyof typeof DATA_TYPES): TypedAttribute => ({
  kind: "type",
  value: DATA_TYPES[name],
});
/** An attribute that is a shape. */
export const shape = (value: number[]): TypedAttribute => ({ kind: "shape", value });

/**
 * Runs one TensorFlow operation.
 *
 * @param name The operation's name, such as `FusedBatchNormV3`
 * @param attributes Its attributes; an array means a list of whole numbers
 * @param inputs Its inputs, in the order of the operation's definition
 * @param outputCount How many outputs it has
 * @returns The outputs; the caller disposes them
 */
export function nativeOp(
  name: string,
  attributes: Attributes,
  inputs: readonly tf.Tensor[],
  outputCount = 1,
): tf.Tensor[] {
  const list = Object.entries(attributes).map(([name, attribute]) => {
    const { kind, value } = typed(attribute);
    return { name, type: ATTRIBUTE_KINDS[kind], value };
  });
  return nativeBackend().executeMultipleOutputs(name, list, inputs, outputCount);
}

function typed(attribute: Attributes[string]): TypedAttribute {
  if (typeof attribute === "string") return { kind: "string", value: attribute };
  if (typeof attribute === "boolean") return { kind: "bool", value: attribute };
  return Array.isArray(attribute) ? { kind: "int", value: attribute } : attribute;
}
