/**
 * Records the TensorFlow operations that plain tfjs code runs, as the nodes of one graph.
 *
 * tfjs-node runs every operation through `binding.executeOp`. While recording, the operations still
 * run once, on inputs of zeros, so that shapes and types are known without a second set of shape rules;
 * their results are let go (see `stand_ins.ts`), and what they do is written down as a node. Operations
 * without outputs (writes to variables), and those that work element by element (see `elementwise.ts`),
 * are only written down.
 *
 * @module
 */
import { ATTRIBUTE_KINDS, type Binding, nativeBackend, type OpAttribute } from "@/engine/native.ts";
import type * as tf from "@/engine/tf.ts";
import { elementwiseOutput } from "./elementwise.ts";
import type { AttrValue } from "./protobuf.ts";
import { type Recorder, shapeProto } from "./recorder.ts";
import { StandIns } from "./stand_ins.ts";
import {
  refuse,
  refuseCaptured,
  refuseCapturedUploads,
  refuseHiddenDraws,
  typeOfOutput,
} from "./refusals.ts";

/** Type attributes that some tfjs kernels leave to TensorFlow to infer, which a graph does not do. */
const MISSING_TYPES: Record<string, Record<string, number>> = {
  ExpandDims: { T: 0, Tdim: 1 },
};

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
  /** How often to run it in one call, with one row of each input at a time; once unless given. */
  readonly times?: number;
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
    const { source, placeholder } = recorder.addInput(`${name}/${input}`, feed);
    inputs[input] = placeholder;
    sources.set(id, source);
  }
  const writes: string[] = [];
  using standIns = new StandIns(eager);
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
      if (recorder.outputsOf(node).length === 0) {
        const known = elementwiseOutput(op, input.map((source) => recorder.outputAt(source)));
        if (known) recorder.setOutputs(node, [known]);
      }
      const outputs = recorder.outputsOf(node).map(({ shape, dtype }) =>
        standIns.add(shape, dtype)
      );
      if (outputs.length === 0) {
        const results = eager.executeOp(
          op,
          attributes,
          standIns.materialize(inputIds),
          outputCount,
        );
        recorder.setOutputs(node, results);
        outputs.push(...results.map((result) => standIns.replace(result)));
      }
      for (const [i, { id }] of outputs.entries()) sources.set(id, `${node}:${i}`);
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
  const inputs = [...input, ...new Set(after.map((name) => `^${name}`))];
  const node = recorder.addOnce(op, `${scope}/${op}`, inputs, attr, used.length > 0);
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
