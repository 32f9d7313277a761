/**
 * Records the TensorFlow operations that plain tfjs code runs, as the nodes of one graph.
 *
 * tfjs-node runs every operation through `binding.executeOp`. While recording, the operations still
 * run, on inputs of zeros, so that shapes and types are known without a second set of shape rules;
 * what they do is also written down as a node. Operations without outputs (writes to variables) are
 * only written down.
 *
 * @module
 */
import {
  ATTRIBUTE_KINDS,
  type Binding,
  DATA_TYPES,
  nativeBackend,
  type OpAttribute,
  type TensorValues,
} from "@/native.ts";
import type * as tf from "@/tf.ts";
import type { AttrValue, NodeDef, ShapeProto, TensorProto } from "./protobuf.ts";
import {
  refuse,
  refuseCaptured,
  refuseCapturedUploads,
  refuseHiddenDraws,
  typeOfOutput,
} from "./refusals.ts";

/**
 * A constant with more values than this that are not all equal is refused: it is most likely a random
 * draw or data that should be an input, and it would travel inside the graph.
 */
const LARGEST_CONSTANT = 16_384;

/** Type attributes that some tfjs kernels leave to TensorFlow to infer, which a graph does not do. */
const MISSING_TYPES: Record<string, Record<string, number>> = {
  ExpandDims: { T: 0, Tdim: 1 },
};

/** Where the values of one variable stand in the order of the graph. */
interface VariableUse {
  readonly handle: string;
  lastWrite?: string;
  readsSinceWrite: string[];
}

/** The graph under construction: what several traced functions share. */
export class Recorder {
  readonly nodes: NodeDef[] = [];
  /** Shared names of all variables that the recorded functions use. */
  readonly variables = new Map<string, VariableUse>();
  /** Data type of every `node:output`. */
  readonly types = new Map<string, number>();
  #constants = new Map<string, string>();
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

  /** Adds a node and gives its name. */
  add(op: string, base: string, input: string[], attr: Record<string, AttrValue>): string {
    const name = this.unusedName(base);
    this.nodes.push({ name, op, input, attr });
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
    const key = `${dtype}/${shape}/${isUniform ? "all " : ""}${content.join()}`;
    const known = this.#constants.get(key);
    if (known !== undefined) return known;
    const name = this.add("Const", "constant", [], { dtype: { type: dtype }, value: { tensor } });
    this.#constants.set(key, name);
    this.types.set(`${name}:0`, dtype);
    return name;
  }
}

/** One input of a traced function. */
export interface TensorSpec {
  /** Its shape; a graph has no free axes. */
  readonly shape: readonly number[];
  /** Its data type. */
  readonly dtype: "float32" | "int32" | "bool";
}

/** A function's place in the recorded graph. */
export type RecordedFunction = {
  /** `node:0` of each input, by name. */
  readonly inputs: Record<string, string>;
  /** `node:0` of each output, by name. */
  readonly outputs: Record<string, string>;
};

/**
 * Runs a function once on zeros and adds what it does to the graph.
 *
 * @param recorder The graph to add to
 * @param name The function's name, for messages and node names
 * @param feeds A tensor of zeros for each input
 * @param run The function; its outputs stay the caller's to dispose
 * @throws {TypeError} If it uses a tensor from outside, reads a value, or runs an op that is refused
 */
export function record(
  recorder: Recorder,
  name: string,
  feeds: Record<string, tf.Tensor>,
  run: () => Record<string, tf.Tensor>,
): RecordedFunction {
  const backend = nativeBackend();
  const eager = backend.binding;
  const sources = new Map<number, string>(); // tensor id -> node:output
  const inputs: Record<string, string> = {};
  for (const [input, feed] of Object.entries(feeds)) {
    const id = backend.getInputTensorIds([feed])[0]!;
    const type = DATA_TYPES[feed.dtype as TensorSpec["dtype"]];
    const node = recorder.add("Placeholder", `${name}/${input}`, [], {
      dtype: { type },
      shape: { shape: shapeProto(feed.shape) },
    });
    inputs[input] = `${node}:0`;
    recorder.types.set(inputs[input], type);
    sources.set(id, inputs[input]);
  }
  const writes: string[] = [];
  const recording: Binding = {
    ...callsOf(eager),
    createTensor(shape, dtype, values) {
      const id = eager.createTensor(shape, dtype, values);
      sources.set(id, `${recorder.addConstant(name, shape, dtype, values)}:0`);
      return id;
    },
    executeOp(op, attributes, inputIds, outputCount) {
      refuse(name, op);
      const input = inputIds.map((id) => sources.get(id) ?? refuseCaptured(name, op));
      const node = addOperation(recorder, name, op, attributes, input, writes);
      // A write has no outputs, and running it on zeros would spoil the variable.
      if (outputCount === 0) return [];
      const outputs = eager.executeOp(op, attributes, inputIds, outputCount);
      for (const [i, { id, dtype }] of outputs.entries()) {
        sources.set(id, `${node}:${i}`);
        recorder.types.set(`${node}:${i}`, dtype);
      }
      return outputs;
    },
    tensorDataSync() {
      throw new TypeError(
        `Cannot trace "${name}": a traced function must not read values (dataSync, arraySync, data), ` +
          `since they are not known before it runs; return the tensor and read it outside`,
      );
    },
  };
  const restoreUploads = refuseCapturedUploads(name);
  const restoreRandom = refuseHiddenDraws(name);
  backend.binding = recording;
  try {
    const results = run();
    const outputs: Record<string, string> = {};
    for (const [output, tensor] of Object.entries(results)) {
      const type = typeOfOutput(name, output, tensor);
      const source = sources.get(backend.getInputTensorIds([tensor])[0]!);
      const node = recorder.add(
        "Identity",
        `${name}/${output}`,
        [source ?? refuseCaptured(name, `output ${output}`), ...writes.map((write) => `^${write}`)],
        { T: { type } },
      );
      outputs[output] = `${node}:0`;
    }
    return { inputs, outputs };
  } finally {
    backend.binding = eager;
    restoreUploads();
    restoreRandom();
    for (const use of recorder.variables.values()) {
      delete use.lastWrite; // functions run one at a time: no order between them to keep
      use.readsSinceWrite = [];
    }
  }
}

/** Adds an operation; reads and writes of one variable keep the order in which they were made. */
function addOperation(
  recorder: Recorder,
  scope: string,
  op: string,
  attributes: OpAttribute[],
  input: string[],
  writes: string[],
): string {
  const attr = Object.fromEntries(
    attributes.map(({ name, type, value }) => [name, attrValue(type, value)]),
  );
  for (const [attribute, i] of Object.entries(MISSING_TYPES[op] ?? {})) {
    attr[attribute] ??= { type: recorder.types.get(input[i]!)! };
  }
  if (op === "VarHandleOp") {
    const sharedName = new TextDecoder().decode(attr.shared_name!.s);
    const known = recorder.variables.get(sharedName);
    // XLA refuses a cluster in which two handles name one variable.
    if (known) return known.handle;
    const handle = recorder.add(op, sharedName, [], attr);
    recorder.variables.set(sharedName, { handle, readsSinceWrite: [] });
    return handle;
  }
  const used = [...recorder.variables.values()].filter(({ handle }) =>
    input.includes(`${handle}:0`)
  );
  const isRead = op === "ReadVariableOp";
  const after = used.flatMap(({ lastWrite, readsSinceWrite }) => [
    ...(lastWrite ? [lastWrite] : []),
    ...(isRead ? [] : readsSinceWrite),
  ]);
  const node = recorder.add(op, `${scope}/${op}`, [
    ...input,
    ...new Set(after.map((name) => `^${name}`)),
  ], attr);
  for (const use of used) {
    if (isRead) {
      use.readsSinceWrite.push(node);
    } else {
      use.lastWrite = node;
      use.readsSinceWrite = [];
    }
  }
  if (used.length > 0 && !isRead) writes.push(node);
  return node;
}

/** The binding's functions in a plain object: those of the binding itself are read-only. */
function callsOf(binding: Binding): Binding {
  const names = Object.getOwnPropertyNames(binding) as (keyof Binding)[];
  return Object.fromEntries(names.map((name) => [name, binding[name]])) as unknown as Binding;
}

function attrValue(kind: number, value: unknown): AttrValue {
  const isList = Array.isArray(value);
  switch (kind) {
    case ATTRIBUTE_KINDS.string:
      return { s: new TextEncoder().encode(value as string) };
    case ATTRIBUTE_KINDS.int:
      return isList ? { list: { i: value } } : { i: value as number };
    case ATTRIBUTE_KINDS.float:
      return isList ? { list: { f: value } } : { f: value as number };
    case ATTRIBUTE_KINDS.bool:
      return isList ? { list: { b: value } } : { b: value as boolean };
    case ATTRIBUTE_KINDS.type:
      return { type: value as number };
    default:
      return { shape: shapeProto(value as number[]) };
  }
}

function shapeProto(shape: readonly number[]): ShapeProto {
  return { dim: shape.map((size) => ({ size })) };
}

/** One number that stands for all of a tensor's values. */
function filledWith(dtype: number, value: number): Partial<TensorProto> {
  if (dtype === DATA_TYPES.float32) return { float_val: [value] };
  return dtype === DATA_TYPES.bool ? { bool_val: [value !== 0] } : { int_val: [value] };
}
