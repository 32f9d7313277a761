/**
 * What each kernel of a program of XLA reads, writes and multiplies, from XLA's own text.
 *
 * XLA makes one kernel of each fusion, under its name, and calls libraries (cuBLAS, cuDNN) for others.
 * `--xla_dump_hlo_as_text` writes a program as it is run: computations of one instruction a line,
 * `%name = f32[64,14]{1,0} fusion(%a, %b), kind=kLoop, calls=%fused_computation, metadata={...}`.
 *
 * Source: https://openxla.org/xla/operation_semantics, and for the types `xla/xla_data.proto`.
 *
 * @module
 */

/** What one launch by a program is for. */
export interface Launch {
  /** The kernel's name on the GPU; undefined where a library names it. */
  readonly kernel?: string;
  /** The TensorFlow operations in it, those on the largest tensors first. */
  readonly computes: string;
  /** Bytes that it must read and write, each once. */
  readonly bytes: number;
  /** Floating point operations of its products and convolutions; others are not counted. */
  readonly flops: number;
}

interface Instruction {
  readonly name: string;
  readonly shapes: readonly Shape[];
  readonly op: string;
  readonly operands: readonly string[];
  readonly rest: string;
  readonly isRoot: boolean;
}

interface Shape {
  readonly type: string;
  readonly sizes: readonly number[];
}

type Computation = ReadonlyMap<string, Instruction>;

const INSTRUCTION =
  /^\s+(ROOT )?%?([\w.-]+) = (\((?:[^()]|\([^()]*\))*\)|\S+) ([a-z][\w-]*)\((.*)$/;
const SHAPE = /\b([a-z]+\d*\w*)\[([\d,]*)\]/g;

/** Bits of the types whose names do not end in them. */
const BITS: Readonly<Record<string, number>> = { pred: 8, token: 0, opaque: 0 };

/** What launches no kernel: it moves nothing, or stands for other computations. */
const SILENT = new Set([
  "parameter",
  "constant",
  "tuple",
  "get-tuple-element",
  "bitcast",
  "after-all",
  "while",
  "call",
  "conditional",
]);
/** What reads of its first operand only as much as it gives. */
const SLICES = new Set(["slice", "dynamic-slice", "gather"]);

/**
 * Lists what a program launches, in order.
 *
 * @param text The program after optimisations
 * @throws {SyntaxError} If there is no program in it
 */
export function launchesOf(text: string): Launch[] {
  const { computations, entry } = parse(text);
  const launches: Launch[] = [];
  const visit = (computation: Computation) => {
    for (const instruction of computation.values()) {
      if (!SILENT.has(instruction.op)) {
        launches.push(launchOf(instruction, computation, computations));
      } else {
        for (const name of calledBy(instruction)) visit(computations.get(name)!);
      }
    }
  };
  visit(entry);
  return launches;
}

function parse(text: string): { computations: Map<string, Computation>; entry: Computation } {
  const computations = new Map<string, Computation>();
  let current = new Map<string, Instruction>();
  let entry: Computation | undefined;
  for (const line of text.split("\n")) {
    const head = /^(ENTRY )?%?([\w.-]+) \(.*\{$/.exec(line);
    if (head) {
      current = new Map();
      computations.set(head[2]!, current);
      if (head[1]) entry = current;
      continue;
    }
    const found = INSTRUCTION.exec(line);
    if (!found) continue;
    const [, root, name, type, op, rest] = found;
    const end = rest!.indexOf(")");
    current.set(name!, {
      name: name!,
      shapes: shapesOf(type!),
      op: op!,
      operands: [...rest!.slice(0, end).matchAll(/%([\w.-]+)/g)].map(([, operand]) => operand!),
      rest: op === "parameter" ? rest! : rest!.slice(end + 1),
      isRoot: root !== undefined,
    });
  }
  if (entry) return { computations, entry };
  throw new SyntaxError(
    `Cannot read a program of XLA: it must have a computation marked ENTRY, got none in ` +
      `${text.length} characters; have XLA dump it with --xla_dump_hlo_as_text`,
  );
}

function launchOf(
  instruction: Instruction,
  computation: Computation,
  computations: ReadonlyMap<string, Computation>,
): Launch {
  const { name, op, rest } = instruction;
  const [called] = op === "fusion" ? calledBy(instruction) : [];
  const inside = called === undefined ? undefined : computations.get(called)!;
  const isLibrary = op === "custom-call" || op === "convolution";
  return {
    ...(!isLibrary && { kernel: name.replaceAll(/\W/g, "_") }),
    computes: wordsFor(inside ? [...inside.values()] : [instruction]) || nameIn(rest) || op,
    bytes: inside
      ? bytesOfFusion(inside)
      : [instruction, ...operandsOf(instruction, computation)].reduce(
        (sum, each) => sum + bytesOf(each),
        0,
      ),
    flops: inside
      ? [...inside.values()].reduce((sum, each) => sum + flopsOf(each, inside), 0)
      : flopsOf(instruction, computation),
  };
}

/** Names the computations that an instruction refers to. */
function calledBy({ rest }: Instruction): string[] {
  return [...rest.matchAll(/\b(?:calls|body|condition|to_apply)=%?([\w.-]+)/g)]
    .map(([, name]) => name!);
}

function operandsOf({ operands }: Instruction, computation: Computation): Instruction[] {
  return operands.flatMap((name) => computation.get(name) ?? []);
}

/** Adds up what is read of each parameter and what the root gives. */
function bytesOfFusion(inside: Computation): number {
  const all = [...inside.values()];
  const root = all.find(({ isRoot }) => isRoot)!;
  const outputs = root.op === "tuple" ? operandsOf(root, inside) : [root];
  let bytes = 0;
  for (const output of outputs) bytes += writtenBy(output, inside);
  for (const parameter of all.filter(({ op }) => op === "parameter")) {
    const users = all.filter(({ operands }) => operands.includes(parameter.name));
    const isPartly = users.length > 0 &&
      users.every(({ op, operands }) =>
        operands[0] === parameter.name && (SLICES.has(op) || op === "dynamic-update-slice")
      );
    bytes += isPartly
      // What is updated in place is not read.
      ? users.reduce((sum, user) => sum + (SLICES.has(user.op) ? bytesOf(user) : 0), 0)
      : bytesOf(parameter);
  }
  return bytes;
}

/** An update in place writes no more than the update. */
function writtenBy(output: Instruction, inside: Computation): number {
  const update = output.op === "dynamic-update-slice" ? inside.get(output.operands[1]!) : undefined;
  return bytesOf(update ?? output);
}

/** Of what a library gives, what is behind the first is its workspace. */
function bytesOf({ shapes, op }: Instruction): number {
  const real = op === "custom-call" ? shapes.slice(0, 1) : shapes;
  return real.reduce((sum, { type, sizes }) => sum + bitsOf(type) / 8 * product(sizes), 0);
}

function bitsOf(type: string): number {
  return BITS[type] ?? Number(/\d+/.exec(type)?.[0] ?? 0);
}

/** A multiplication and an addition for each pair of numbers that meet. */
function flopsOf(instruction: Instruction, computation: Computation): number {
  const { op, rest, shapes } = instruction;
  const operands = operandsOf(instruction, computation).map((each) => each.shapes[0]!);
  const contracted = /"?lhs_contracting_(?:dims|dimensions)"?[=:][{[]([^}\]]*)[}\]]/.exec(rest);
  if (contracted && (op === "dot" || op === "custom-call")) {
    const axes = [...contracted[1]!.matchAll(/\d+/g)].map(([axis]) => Number(axis));
    return 2 * product(shapes[0]!.sizes) * product(axes.map((axis) => operands[0]!.sizes[axis]!));
  }
  const labels = /dim_labels=\w+_(\w+)->/.exec(rest);
  if (!labels) return 0;
  // Each place of the output's side meets the kernel once, wherever that side is.
  const [kernel, outputSide] = /convBackwardInput/.test(rest)
    ? [operands[1]!, operands[0]!]
    : /convBackwardFilter/.test(rest)
    ? [shapes[0]!, operands[1]!]
    : [operands[1]!, shapes[0]!];
  const features = kernel.sizes[labels[1]!.indexOf("o")]!;
  return 2 * product(outputSide.sizes) * product(kernel.sizes) / features;
}

/** Names up to four kinds of operations, those that make most numbers first. */
function wordsFor(instructions: readonly Instruction[]): string {
  const most = new Map<string, number>();
  for (const { rest, shapes } of instructions) {
    const name = nameIn(rest);
    if (name) most.set(name, Math.max(most.get(name) ?? 0, product(shapes[0]?.sizes ?? [])));
  }
  return [...most].toSorted(([, a], [, b]) => b - a).slice(0, 4).map(([name]) => name).join(", ");
}

function nameIn(rest: string): string | undefined {
  return /op_type="([^"]+)"/.exec(rest)?.[1];
}

function shapesOf(type: string): Shape[] {
  return [...type.matchAll(SHAPE)].map(([, type, sizes]) => ({
    type: type!,
    sizes: sizes === "" ? [] : sizes!.split(",").map(Number),
  }));
}

function product(sizes: readonly number[]): number {
  return sizes.reduce((all, size) => all * size, 1);
}
