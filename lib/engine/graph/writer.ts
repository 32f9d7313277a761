/**
 * Writes nodes in the place of one, for passes over a recorded graph.
 *
 * @module
 */
import { DATA_TYPES } from "@/engine/native.ts";
import type { AttrValue, NodeDef } from "./protobuf.ts";
import { shapeProto } from "./recorder.ts";

const INT32 = { type: DATA_TYPES.int32 };
const FLOAT32 = { T: { type: DATA_TYPES.float32 } };

/** Adds nodes in the place of one, the last of which takes its name. */
export class Writer {
  readonly #base: string;
  readonly #nodes: NodeDef[];
  #count = 0;

  /**
   * Makes it.
   *
   * @param base Name of the node that is replaced
   * @param nodes Where nodes are added
   */
  constructor(base: string, nodes: NodeDef[]) {
    this.#base = base;
    this.#nodes = nodes;
  }

  /** Adds an operation, on float32 unless `attr` says `T`, and gives its output. */
  add(op: string, input: readonly string[], attr: Record<string, AttrValue> = {}): string {
    const name = `${this.#base}/${op}_${this.#count++}`;
    const isTyped = !["Const", "Cast"].includes(op) && !op.startsWith("Stateless"); // others have no T
    const typed: Record<string, AttrValue> = isTyped ? { ...FLOAT32, ...attr } : attr;
    this.#nodes.push({ name, op, input: [...input], attr: typed });
    return `${name}:0`;
  }

  /** Gives the node that was added last the name of the one in whose place it stands. */
  finish(): void {
    const last = this.#nodes.pop()!;
    this.#nodes.push({ ...last, name: this.#base });
  }

  /** Adds a constant. */
  constant(values: Int32Array | Float32Array, shape: readonly number[]): string {
    const dtype = values instanceof Int32Array ? DATA_TYPES.int32 : DATA_TYPES.float32;
    const tensor = {
      dtype,
      tensor_shape: shapeProto(shape),
      tensor_content: new Uint8Array(values.buffer),
    };
    return this.add("Const", [], { dtype: { type: dtype }, value: { tensor } });
  }

  #integers(...values: readonly number[]): string {
    return this.constant(Int32Array.from(values), [values.length]);
  }

  /** Gives the same values another shape. */
  reshape(x: string, shape: readonly number[], attr: Record<string, AttrValue> = {}): string {
    return this.add("Reshape", [x, this.#integers(...shape)], { Tshape: INT32, ...attr });
  }

  /** Gives the axes another order. */
  transpose(x: string, axes: readonly number[]): string {
    return this.add("Transpose", [x, this.#integers(...axes)], { Tperm: INT32 });
  }

  /** Adds zeros in front of and behind each axis. */
  pad(x: string, before: readonly number[], after: readonly number[]): string {
    if ([...before, ...after].every((count) => count === 0)) return x;
    const pairs = Int32Array.from(before.flatMap((count, axis) => [count, after[axis]!]));
    return this.add("Pad", [x, this.constant(pairs, [before.length, 2])], { Tpaddings: INT32 });
  }

  /** Cuts out `size` values along each axis from `begin` on. */
  slice(
    x: string,
    begin: readonly number[],
    size: readonly number[],
    attr: Record<string, AttrValue> = {},
  ): string {
    const input = [x, this.#integers(...begin), this.#integers(...size)];
    return this.add("Slice", input, { Index: INT32, ...attr });
  }

  /** Joins along an axis. */
  concat(
    parts: readonly string[],
    axis: number,
    attr: Record<string, AttrValue> = {},
  ): string {
    const at = this.constant(Int32Array.of(axis), []);
    return this.add("ConcatV2", [...parts, at], { N: { i: parts.length }, Tidx: INT32, ...attr });
  }

  /** Multiplies matrices, either of them transposed if asked for. */
  matMul(a: string, b: string, transposed: { a?: boolean; b?: boolean } = {}): string {
    return this.add("MatMul", [a, b], {
      transpose_a: { b: transposed.a ?? false },
      transpose_b: { b: transposed.b ?? false },
    });
  }

  /** Adds all up. */
  sum(parts: readonly string[]): string {
    return parts.reduce((sum, part) => this.add("AddV2", [sum, part]));
  }
}
