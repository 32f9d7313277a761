/**
 * Mixed precision: the parts of a recorded graph that gain from bfloat16 compute in it, the rest stays
 * in float32. What `autocast` is to PyTorch and `auto_mixed_precision` to TensorFlow's optimiser.
 *
 * bfloat16 is the upper half of a float32: the same range with 8 significant bits, so no loss needs
 * scaling. Matrix products are the work of a network and about twice as fast in it, more on processors
 * with matrix units; they add up in float32 inside. What passes their results on stays in it too, so
 * that activations take half the memory. Sums, losses, exponentials, the optimiser and variables need
 * all their bits. The type of an operation decides, never its name or place: the pass knows no model.
 *
 * No product needs float32 for accuracy: over 400 steps of three seeds (48 filters) the image loss ends
 * within 1.7 % of float32's, as it does when the learning rate changes by a ten-thousandth, and no
 * closer when the renderer's and dense layers' products stay in float32 (`bench/losses.ts`).
 *
 * @module
 */
import { DATA_TYPES } from "@/engine/native.ts";
import type { AttrValue, NodeDef } from "./protobuf.ts";

/** What a compiled program computes its matrix products in. */
export type Precision = "float32" | "bfloat16";

/** The part of a recorded graph that precision is about. */
export interface Recording {
  /** Every node, after those whose outputs it uses. */
  readonly nodes: readonly NodeDef[];
  /** Shape of every `node:output`. */
  readonly shapes: ReadonlyMap<string, readonly number[]>;
}

/** How an operation can compute in bfloat16. */
interface Rule {
  /** The inputs that have its type `T`, as its first output has; others, such as shapes, keep theirs. */
  readonly typed: readonly number[] | "all but the last";
  /** Where a convolution has its image `[B, ..., C]` and its kernel `[..., C, C]`. */
  readonly image?: number | "output";
  readonly kernel?: number | "output";
}

const CONVOLUTION: Rule = { typed: [0, 1], image: 0, kernel: 1 };
const INPUT_GRADIENT: Rule = { typed: [1, 2], image: "output", kernel: 1 };
const FILTER_GRADIENT: Rule = { typed: [0, 2], image: 0, kernel: "output" };

/** Operations that compute in bfloat16 wherever they stand. */
const PRODUCTS: Readonly<Record<string, Rule>> = {
  MatMul: { typed: [0, 1] },
  BatchMatMulV2: { typed: [0, 1] },
  Conv2D: CONVOLUTION,
  Conv2DBackpropInput: INPUT_GRADIENT,
  Conv2DBackpropFilter: FILTER_GRADIENT,
  Conv3D: CONVOLUTION,
  Conv3DBackpropInputV2: INPUT_GRADIENT,
  Conv3DBackpropFilterV2: FILTER_GRADIENT,
};

/**
 * Operations that compute in bfloat16 what comes in bfloat16, and lose no more by it than a rounding:
 * they move values, switch them on and off, add a bias or another branch, or normalise (batch norm's
 * scale, shift and moments, of type `U`, and the sums inside it stay in float32).
 */
const FOLLOWERS: Readonly<Record<string, Rule>> = {
  Reshape: { typed: [0] },
  Transpose: { typed: [0] },
  ExpandDims: { typed: [0] },
  Squeeze: { typed: [0] },
  Slice: { typed: [0] },
  Pad: { typed: [0] },
  PadV2: { typed: [0, 2] },
  ConcatV2: { typed: "all but the last" },
  Relu: { typed: [0] },
  ReluGrad: { typed: [0, 1] },
  LeakyRelu: { typed: [0] },
  LeakyReluGrad: { typed: [0, 1] },
  Add: { typed: [0, 1] },
  AddV2: { typed: [0, 1] },
  FusedBatchNormV3: { typed: [0] },
  FusedBatchNormGradV3: { typed: [0, 1] },
};

/** Constants and weights take the type of what they meet. */
const PLIANT: readonly string[] = ["Const", "ReadVariableOp"];

/** Gives a graph's nodes as a precision has them. */
export function withPrecision(recording: Recording, precision: Precision): readonly NodeDef[] {
  return precision === "bfloat16" ? inBfloat16(recording) : recording.nodes;
}

const FLOAT32 = { type: DATA_TYPES.float32 };
const BFLOAT16 = { type: DATA_TYPES.bfloat16 };

/**
 * Rewrites a graph to mixed precision. Inputs, outputs and variables keep their types.
 *
 * In the order of the nodes, each float32 product takes bfloat16, and each follower of which all that
 * comes in has taken it. Where a tensor then has the wrong type for a node that uses it, a cast stands
 * between, one for all such users of the tensor.
 */
function inBfloat16({ nodes, shapes }: Recording): NodeDef[] {
  const narrow = new Set<string>(); // every `node:output` in bfloat16
  const pliant = new Set<string>(); // every `node:output` that takes either type
  const casts = new Map<string, string>(); // from `node:output` to that of its cast
  const rewritten: NodeDef[] = [];
  const cast = (source: string, { device }: NodeDef): string => {
    const known = casts.get(source);
    if (known !== undefined) return known;
    const [from, to, suffix] = narrow.has(source)
      ? [BFLOAT16, FLOAT32, "float32"]
      : [FLOAT32, BFLOAT16, "bfloat16"];
    const name = `${source.replace(":", "_")}/${suffix}`;
    const attr = { SrcT: from, DstT: to };
    rewritten.push({ name, op: "Cast", input: [source], ...(device && { device }), attr });
    casts.set(source, `${name}:0`);
    return `${name}:0`;
  };
  for (const node of nodes) {
    const rule = ruleFor(node, shapes, narrow, pliant);
    const input = node.input.map((source, i) =>
      narrow.has(source) === (rule !== undefined && typedInputs(rule, node).includes(i))
        ? source
        : cast(source, node)
    );
    const attr: Record<string, AttrValue> = rule ? { ...node.attr, T: BFLOAT16 } : node.attr;
    rewritten.push({ ...node, input, attr });
    if (rule) narrow.add(`${node.name}:0`);
    if (PLIANT.includes(node.op)) pliant.add(`${node.name}:0`);
  }
  return rewritten;
}

/** Gives the rule by which a node computes in bfloat16; undefined if it does not. */
function ruleFor(
  node: NodeDef,
  shapes: Recording["shapes"],
  narrow: ReadonlySet<string>,
  pliant: ReadonlySet<string>,
): Rule | undefined {
  if (node.attr.T?.type !== DATA_TYPES.float32) return undefined;
  const product = PRODUCTS[node.op];
  if (product) return fitsImage(node, product, shapes) ? product : undefined;
  const follower = FOLLOWERS[node.op];
  if (!follower) return undefined;
  const sources = typedInputs(follower, node).map((i) => node.input[i]!)
    .filter((name) => !pliant.has(name));
  const follows = sources.some((name) => narrow.has(name)) &&
    sources.every((name) => narrow.has(name));
  return follows ? follower : undefined;
}

function typedInputs({ typed }: Rule, { input }: NodeDef): readonly number[] {
  return typed === "all but the last" ? Array.from(input.keys()).slice(0, -1) : typed;
}

/**
 * Tells whether a convolution's kernel is no larger than its image, as it must be in bfloat16: for
 * others oneDNN (as of TensorFlow 2.21) gives taps that no pixel reaches whatever was in memory before.
 */
function fitsImage(
  { name, input }: NodeDef,
  { image, kernel }: Rule,
  shapes: Recording["shapes"],
): boolean {
  if (image === undefined || kernel === undefined) return true;
  const shapeOf = (place: number | "output") =>
    shapes.get(place === "output" ? `${name}:0` : input[place]!)!;
  const [, ...sizes] = shapeOf(image);
  return shapeOf(kernel).slice(0, -2).every((length, axis) => length <= sizes[axis]!);
}
