/**
 * Hands each function of a graph to XLA whole.
 *
 * TensorFlow's own clustering cuts a training step into several programs, because it keeps apart what
 * writes a variable and what reads it afterwards. As one program a step is fused throughout. And as a
 * function of the graph that must be compiled, what `tf.function(jit_compile=True)` makes, it updates
 * its variables in place: nodes that are only marked for XLA (`_xla_compile_id`) get new memory for
 * them at every step, and XLA then writes its CUDA graphs anew, which takes the host some .2 ms; at
 * batch 8 an NVIDIA H200 waited for it.
 *
 * Source: `tensorflow/compiler/jit/xla_kernel_creator.cc` for the mark on a call, and
 * `tensorflow/core/framework/function.proto` for how nodes inside a function name their inputs.
 *
 * @module
 */
import { DATA_TYPES } from "@/engine/native.ts";
import { outputDefinitions } from "./op_definitions.ts";
import type { FunctionDef, Graph, NodeDef } from "./protobuf.ts";
import { repeatedFunctions } from "./repeat.ts";
import type { RecordedFunction } from "./trace.ts";

/** What stays outside: inputs and variables. */
const isOutside = ({ op }: NodeDef) => op === "Placeholder" || op === "VarHandleOp";

/** On a call: XLA compiles the function. */
const MUST_COMPILE = { _XlaMustCompile: { b: true } };

/**
 * Writes what functions compute as functions of the graph that XLA compiles.
 *
 * @param nodes A graph
 * @param functions Those of its functions to compile, by name; they may share nodes
 * @param rest The one that stays as it is
 * @returns A graph with the same inputs and outputs
 */
export function withPrograms(
  nodes: readonly NodeDef[],
  functions: Readonly<Record<string, RecordedFunction>>,
  rest: RecordedFunction,
): Graph {
  const nodeNamed = new Map(nodes.map((node) => [node.name, node]));
  const sourceOf = (input: string) => nodeNamed.get(nodeOf(input))!;
  const sourcesOf = ({ input }: NodeDef) => input.map(sourceOf);
  const endsOf = ({ outputs }: RecordedFunction) => Object.values(outputs).map(sourceOf);
  const outside = closure(nodes.filter(isOutside), sourcesOf);
  const kept = closure([...outside, ...endsOf(rest)], sourcesOf);
  const programs: Program[] = [];
  for (const [name, recorded] of Object.entries(functions)) {
    const ends = endsOf(recorded);
    // Constants go inside: what reaches a program from outside is not constant to XLA.
    const isInside = (node: NodeDef) => node.op === "Const" || !outside.has(node);
    const roots = ends.flatMap(sourcesOf)
      .filter((source) => !outside.has(source) && source.op !== "Const");
    const here = Array.from(
      Map.groupBy(roots, ({ device = "" }) => device),
      ([device, roots], i) => {
        const inside = closure(roots, (node) => sourcesOf(node).filter(isInside));
        checkDevice(name, device, inside);
        const named = i === 0 ? name : `${name}_${i}`;
        return new Program({ name: named, device, inside, times: recorded.times }, sourceOf);
      },
    );
    const programOf = (input: string) => here.find((program) => program.has(sourceOf(input)));
    for (const end of ends) {
      const [value, ...writes] = end.input as [string, ...string[]];
      const own = sourceOf(value).op === "Const" ? undefined : programOf(value);
      const writers = new Set<Program>();
      for (const write of writes) {
        const writer = programOf(write)!;
        writer.addWrite(write);
        if (writer !== own) writers.add(writer);
      }
      const after = Array.from(writers, ({ call }) => `^${call}`);
      if (own) {
        kept.add({ ...end, input: [own.addOutput(value, end.attr.T!.type!), ...after] });
      } else {
        kept.add(sourceOf(value)).add({ ...end, input: [value, ...after] });
      }
    }
    programs.push(...here);
  }
  const rows = new Map(
    Object.values(functions).flatMap(({ inputs, times }) =>
      times === undefined ? [] : Object.values(inputs).map((input) => [nodeOf(input), times])
    ),
  );
  return {
    nodes: [
      ...Array.from(
        kept,
        (node) => rows.has(node.name) ? stacked(node, rows.get(node.name)!) : node,
      ),
      ...programs.map((program) => program.callNode()),
    ],
    functions: programs.flatMap((program) => program.definitions()),
  };
}

/** Refuses what passes between devices inside of a function: no compiled program can do that. */
function checkDevice(name: string, device: string, inside: ReadonlySet<NodeDef>): void {
  const stranger = [...inside].find((node) => (node.device ?? device) !== device);
  if (stranger === undefined) return;
  throw new TypeError(
    `Cannot compile "${name}": what runs on ${
      device || "no device of its own"
    } must not use what ` +
      `another runs, got ${stranger.name} of ${stranger.device}; trace it for each device`,
  );
}

/** One function of the graph, on one device, as it is put together. */
class Program {
  /** Name of the node that calls it. */
  readonly call: string;
  readonly #name: string;
  readonly #device: string;
  readonly #inside: ReadonlySet<NodeDef>;
  readonly #sourceOf: (input: string) => NodeDef;
  readonly #arguments = new Map<string, string>(); // from `node:output` outside to the argument's name
  readonly #outputs: { name: string; type: number; source: string }[] = [];
  readonly #writes = new Set<string>();
  readonly #body: readonly NodeDef[];
  readonly #times: number | undefined;

  constructor(
    { name, device, inside, times }: {
      name: string;
      device: string;
      inside: ReadonlySet<NodeDef>;
      times?: number | undefined;
    },
    sourceOf: (input: string) => NodeDef,
  ) {
    this.#times = times;
    this.#device = device;
    this.#inside = inside;
    this.#sourceOf = sourceOf;
    this.call = `${name}/program`;
    this.#name = `${name}_program`;
    // The whole function runs on one device, which the call names.
    this.#body = [...inside].map(({ device: _, ...node }) => ({
      ...node,
      input: node.input.map((input) => this.#inputInside(input)),
    }));
  }

  /** Whether it computes a node. */
  has(node: NodeDef): boolean {
    return this.#inside.has(node);
  }

  /** Adds an output and gives the `node:output` that it has outside. */
  addOutput(source: string, type: number): string {
    const place = this.#outputs.length;
    this.#outputs.push({ name: `output_${place}`, type, source: this.#inputInside(source) });
    return `${this.call}:${place}`;
  }

  /** Adds a `^node` that must have run when the call has. */
  addWrite(write: string): void {
    this.#writes.add(nodeOf(write));
  }

  /** Gives the node that calls the function, once all outputs are added. */
  callNode(): NodeDef {
    const input = [...this.#arguments.keys()];
    const device = this.#device && { device: this.#device };
    return { name: this.call, op: this.#name, input, ...device, attr: MUST_COMPILE };
  }

  /** Gives the function itself and those that it calls, once all outputs and writes are added. */
  definitions(): FunctionDef[] {
    if (this.#times === undefined) return [this.#definition(this.#name)];
    const once = this.#definition(`${this.#name}_once`);
    return [once, ...repeatedFunctions(once, this.#name, this.#times)];
  }

  #definition(name: string): FunctionDef {
    const writes = [...this.#writes].map((node, i) => [`write_${i}`, node] as const);
    return {
      signature: {
        name,
        input_arg: [...this.#arguments].map(([source, name]) => ({
          name,
          type: typeOutside(this.#sourceOf(source)),
        })),
        output_arg: this.#outputs.map(({ name, type }) => ({ name, type })),
        is_stateful: true,
        control_output: writes.map(([name]) => name),
      },
      node_def: this.#body,
      ret: Object.fromEntries(this.#outputs.map(({ name, source }) => [name, source])),
      control_ret: Object.fromEntries(writes),
    };
  }

  /** Writes an input as it is inside a function: `argument`, `node:output:index` or `^node`. */
  #inputInside(input: string): string {
    const source = this.#sourceOf(input);
    if (input.startsWith("^")) return input;
    if (this.#inside.has(source)) return `${source.name}:${outputInside(source, placeOf(input))}`;
    const name = this.#arguments.get(input) ?? `argument_${this.#arguments.size}`;
    this.#arguments.set(input, name);
    return name;
  }
}

/** Gives `output:index` of one of a node's outputs. */
function outputInside({ name, op, attr }: NodeDef, place: number): string {
  let index = place;
  for (const output of outputDefinitions(op)) {
    const count = output.number_attr ? attr[output.number_attr]!.i! : 1;
    if (index < count) return `${output.name}:${index}`;
    index -= count;
  }
  throw new RangeError(`Cannot find an output of ${name}: ${op} must have one at ${place}`);
}

/** Gives an input of which a program takes several, as rows. */
function stacked(placeholder: NodeDef, times: number): NodeDef {
  const { dim } = placeholder.attr.shape!.shape!;
  const shape = { dim: [{ size: times }, ...dim] };
  return { ...placeholder, attr: { ...placeholder.attr, shape: { shape } } };
}

/** Gives the type of what stands outside: an input or a variable. */
function typeOutside({ op, attr }: NodeDef): number {
  return op === "VarHandleOp" ? DATA_TYPES.resource : attr.dtype!.type!;
}

/** Gives the node of `node:output` or `^node`. */
function nodeOf(input: string): string {
  return input.replace(/^\^|:\d+$/g, "");
}

/** Gives the output of `node:output`. */
function placeOf(input: string): number {
  return Number(input.slice(input.lastIndexOf(":") + 1));
}

/** Gives all that is reached from some nodes, themselves included. */
function closure(
  from: readonly NodeDef[],
  next: (node: NodeDef) => readonly NodeDef[],
): Set<NodeDef> {
  const reached = new Set(from);
  for (const node of reached) for (const each of next(node)) reached.add(each); // grows as it goes
  return reached;
}
