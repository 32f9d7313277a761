/**
 * Tensors without values.
 *
 * While a function is traced only shapes and types matter, yet a training step that keeps every
 * activation for its gradient holds half a gigabyte of them. So an operation's outputs are let go at
 * once, and zeros stand in for them where they are inputs.
 *
 * @module
 */
import { ATTRIBUTE_KINDS, type Binding, DATA_TYPES, type TensorMetadata } from "@/engine/native.ts";
import { elementCount } from "@/engine/shapes.ts";

/** Zeros are kept for the next operation, which often has the same shapes, up to this many numbers. */
const MOST_NUMBERS = 2 ** 24;

/** tfjs leaves tensors of negative ids alone; -1 it uses itself. Each id is given once in a process. */
let lastId = -1;

/** Stand-ins for the tensors of one traced function; frees what it holds when disposed. */
export class StandIns implements Disposable {
  readonly #binding: Binding;
  readonly #tensors = new Map<number, TensorMetadata>();
  /** By type and shape, the one used last at the end. */
  readonly #zeros = new Map<string, { id: number; count: number }>();

  /**
   * Makes it.
   *
   * @param binding Runs operations
   */
  constructor(binding: Binding) {
    this.#binding = binding;
  }

  /** Gives a stand-in of a shape and type. */
  add(shape: readonly number[], dtype: number): TensorMetadata {
    const tensor = { id: --lastId, shape: [...shape], dtype };
    this.#tensors.set(tensor.id, tensor);
    return tensor;
  }

  /** Lets a tensor's values go; handles of resources have none and stay. */
  replace(tensor: TensorMetadata): TensorMetadata {
    if (tensor.dtype === DATA_TYPES.resource) return tensor;
    this.#binding.deleteTensor(tensor.id);
    return this.add(tensor.shape, tensor.dtype);
  }

  /** Gives zeros for stand-ins, and other tensors as they are; valid until the next call. */
  materialize(ids: readonly number[]): number[] {
    this.#freeOldest();
    return ids.map((id) => {
      const tensor = this.#tensors.get(id);
      return tensor ? this.#zerosLike(tensor) : id;
    });
  }

  /** Frees all zeros. */
  [Symbol.dispose](): void {
    for (const { id } of this.#zeros.values()) this.#binding.deleteTensor(id);
    this.#zeros.clear();
  }

  #zerosLike({ shape, dtype }: TensorMetadata): number {
    const key = `${dtype}/${shape}`;
    const known = this.#zeros.get(key);
    this.#zeros.delete(key);
    const zeros = known ?? { id: this.#fill(shape, dtype), count: elementCount(shape) };
    this.#zeros.set(key, zeros);
    return zeros.id;
  }

  #fill(shape: readonly number[], dtype: number): number {
    const { int32 } = DATA_TYPES;
    const zero = dtype === int32
      ? new Int32Array(1)
      : dtype === DATA_TYPES.float32
      ? new Float32Array(1)
      : new Uint8Array(1);
    const inputs = [
      this.#binding.createTensor([shape.length], int32, Int32Array.from(shape)),
      this.#binding.createTensor([], dtype, zero),
    ];
    const types = [["T", dtype], ["index_type", int32]] as const;
    const attributes = types.map(([name, value]) => ({ name, type: ATTRIBUTE_KINDS.type, value }));
    const [filled] = this.#binding.executeOp("Fill", attributes, inputs, 1);
    for (const id of inputs) this.#binding.deleteTensor(id);
    return filled!.id;
  }

  #freeOldest(): void {
    let count = [...this.#zeros.values()].reduce((sum, { count }) => sum + count, 0);
    for (const [key, zeros] of this.#zeros) {
      if (count <= MOST_NUMBERS) return;
      count -= zeros.count;
      this.#binding.deleteTensor(zeros.id);
      this.#zeros.delete(key);
    }
  }
}
