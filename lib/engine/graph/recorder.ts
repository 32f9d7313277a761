/**
 * The graph under construction: nodes, each written down once.
 *
 * @module
 */
import { DATA_TYPES, type TensorValues } from "@/engine/native.ts";
import type * as tf from "@/engine/tf.ts";
import { currentDevice } from "./device.ts";
import type { AttrValue, NodeDef, ShapeProto, TensorProto } from "./protobuf.ts";

/**
 * A constant with more values than this that are not all equal is refused: it is most likely a random
 * draw or data that should be an input, and it would travel inside the graph.
 */
const LARGEST_CONSTANT = 16_384;

/** Where the values of one variable stand in the order of the graph. */
export interface VariableUse {
  readonly handle: string;
  lastWrite?: string;
  readsSinceWrite: string[];
}

/** Shape and data type of a tensor. */
export interface TensorKind {
  readonly shape: readonly number[];
  readonly dtype: number;
}

/** The graph under construction: what several traced functions share. */
export class Recorder {
  readonly nodes: NodeDef[] = [];
  /** Shared names of all variables that the recorded functions use. */
  readonly variables = new Map<string, VariableUse>();
  /** Data type of every `node:output`. */
  readonly types = new Map<string, number>();
  /** Shape of every `node:output`. */
  readonly shapes = new Map<string, readonly number[]>();
  #known = new Map<string, string>(); // from what a node is to its name
  #names = new Set<string>();
  #counts = new Map<string, number>();

  /** Gives a name that no node has yet. */
  unusedName(base: string): string {
    let name = base;
    while (this.#names.has(name)) {
      const count = (this.#counts.get(base) ?? 0) + 1;
      this.#counts.set(base, count);
      name = `${base}_${count}`;
    }
    this.#names.add(name);
    return name;
  }

  /** Adds a node, on the present device, and gives its name. */
  add(op: string, base: string, input: string[], attr: Record<string, AttrValue>): string {
    const name = this.unusedName(base);
    const device = currentDevice();
    this.nodes.push({ name, op, input, ...(device && { device }), attr });
    return name;
  }

  /**
   * Adds an input. Numbers are fed as bits of int32, the one type of number that stays in the host's
   * memory until the graph runs.
   */
  addInput(base: string, { shape, dtype }: tf.Tensor): { placeholder: string; source: string } {
    const type = DATA_TYPES[dtype as keyof typeof DATA_TYPES];
    const fed = dtype === "float32" ? DATA_TYPES.int32 : type;
    const placeholder = `${
      this.add("Placeholder", base, [], {
        dtype: { type: fed },
        shape: { shape: shapeProto(shape) },
      })
    }:0`;
    const source = fed === type
      ? placeholder
      : `${
        this.add("Bitcast", `${base}/float`, [placeholder], { T: { type: fed }, type: { type } })
      }:0`;
    this.types.set(source, type);
    this.shapes.set(source, shape);
    return { placeholder, source };
  }

  /** Gives shape and type of each output of a node; none before `setOutputs` has been told. */
  outputsOf(node: string): TensorKind[] {
    const outputs = [];
    for (let i = 0; this.shapes.has(`${node}:${i}`); i++) {
      outputs.push(this.outputAt(`${node}:${i}`));
    }
    return outputs;
  }

  /** Gives shape and type of a `node:output`; of a resource's handle, no shape. */
  outputAt(source: string): TensorKind {
    return { shape: this.shapes.get(source) ?? [], dtype: this.types.get(source)! };
  }

  /** Keeps shape and type of each output of a node; handles of resources have none. */
  setOutputs(node: string, outputs: readonly TensorKind[]): void {
    for (const [i, { shape, dtype }] of outputs.entries()) {
      if (dtype === DATA_TYPES.resource) continue;
      this.types.set(`${node}:${i}`, dtype);
      this.shapes.set(`${node}:${i}`, shape);
    }
  }

  /**
   * Adds a node, or gives the one that does the same with the same inputs: a step that runs the model
   * twice with other poses computes everything else once.
   *
   * @param isStateful It reads or writes a variable, so each time counts
   */
  addOnce(
    op: string,
    base: string,
    input: string[],
    attr: Record<string, AttrValue>,
    isStateful: boolean,
  ): string {
    if (isStateful) return this.add(op, base, input, attr);
    const key = JSON.stringify([currentDevice(), base, input, attr]);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const name = this.add(op, base, input, attr);
    this.#known.set(key, name);
    return name;
  }

  /** Adds a constant, or gives the node that already holds the same bytes. */
  addConstant(functionName: string, shape: number[], dtype: number, values: TensorValues): string {
    if (dtype === DATA_TYPES.string) {
      throw new TypeError(
        `Cannot trace "${functionName}": a constant must hold numbers, got text`,
      );
    }
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    const isUniform = dtype !== DATA_TYPES.int64 && values.length > 0 &&
      values.every((value: number) => Object.is(value, values[0]));
    if (!isUniform && values.length > LARGEST_CONSTANT) {
      throw new RangeError(
        `Cannot trace "${functionName}": a constant must have at most ${LARGEST_CONSTANT} values, ` +
          `got shape [${
            shape.join(", ")
          }]; pass it as an input, and draw random numbers with statelessNormal`,
      );
    }
    const tensor: TensorProto = {
      dtype,
      tensor_shape: shapeProto(shape),
      ...(isUniform ? filledWith(dtype, values[0]!) : { tensor_content: bytes.slice() }),
    };
    const content = isUniform ? bytes.subarray(0, values.BYTES_PER_ELEMENT) : bytes; // tells -0 from 0
    const key = `${currentDevice()}/${dtype}/${shape}/${isUniform ? "all " : ""}${content.join()}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const name = this.add("Const", "constant", [], { dtype: { type: dtype }, value: { tensor } });
    this.#known.set(key, name);
    this.types.set(`${name}:0`, dtype);
    this.shapes.set(`${name}:0`, shape);
    return name;
  }
}

/** Writes a shape down. */
export function shapeProto(shape: readonly number[]): ShapeProto {
  return { dim: shape.map((size) => ({ size })) };
}

/** One number that stands for all of a tensor's values. */
function filledWith(dtype: number, value: number): Partial<TensorProto> {
  if (dtype === DATA_TYPES.float32) return { float_val: [value] };
  return dtype === DATA_TYPES.bool ? { bool_val: [value !== 0] } : { int_val: [value] };
}
