/**
 * Hands each function of a graph to XLA whole.
 *
 * TensorFlow's own clustering cuts a training step into several programs, because it keeps apart what
 * writes a variable and what reads it afterwards. As one program a step is fused throughout and
 * updates its variables in place.
 *
 * Source: `tensorflow/compiler/jit/encapsulate_xla_computations_pass.cc`: all nodes with the same
 * `_xla_compile_id` become one XlaLaunch; `XlaClusterOutput` marks what leaves it.
 *
 * @module
 */
import type { NodeDef } from "./protobuf.ts";
import type { RecordedFunction } from "./record.ts";

/** What stays outside: inputs, and random draws, for which XLA has other numbers under one seed. */
const isOutside = ({ op }: NodeDef) =>
  op === "Placeholder" || op === "VarHandleOp" || op.startsWith("StatelessRandom");

/**
 * Marks functions for XLA.
 *
 * @param nodes A graph
 * @param functions Those of its functions to mark, by name; they share constants, and casts of them
 * @param rest The one that stays as it is
 * @returns The same graph, marked
 */
export function markForXla(
  nodes: readonly NodeDef[],
  functions: Readonly<Record<string, RecordedFunction>>,
  rest: RecordedFunction,
): NodeDef[] {
  const nodeNamed = new Map(nodes.map((node) => [node.name, node]));
  const sourcesOf = ({ input }: NodeDef) => input.map((name) => nodeNamed.get(nodeOf(name))!);
  const endsOf = ({ outputs }: RecordedFunction) =>
    Object.values(outputs).map((output) => nodeNamed.get(nodeOf(output))!);
  const outside = closure(nodes.filter(isOutside), sourcesOf);
  const result = closure([...outside, ...endsOf(rest)], sourcesOf);
  for (const [name, recorded] of Object.entries(functions)) {
    const ends = endsOf(recorded);
    const isInside = (node: NodeDef) => node.op === "Const" || !outside.has(node);
    const inside = closure(
      ends.flatMap(sourcesOf).filter((source) => !outside.has(source) && source.op !== "Const"),
      (node) => sourcesOf(node).filter(isInside),
    );
    // Each program has constants of its own: what reaches it from outside is not constant to XLA.
    const nameOf = (node: NodeDef) =>
      inside.has(node) && !node.name.startsWith(`${name}/`) ? `${name}/${node.name}` : node.name;
    const rename = (input: string) => {
      const source = nodeNamed.get(nodeOf(input))!;
      return input.replace(source.name, nameOf(source));
    };
    const mark = { _xla_compile_id: { s: new TextEncoder().encode(name) } };
    for (const node of inside) {
      const attr = { ...node.attr, ...mark };
      result.add({ ...node, name: nameOf(node), input: node.input.map(rename), attr });
    }
    for (const end of ends) {
      const [value, ...writes] = end.input.map(rename) as [string, ...string[]];
      const source = nodeNamed.get(nodeOf(end.input[0]!))!;
      if (!inside.has(source)) {
        result.add(source).add({ ...end, input: [value, ...writes] });
        continue;
      }
      const output = `${end.name}/leaves_xla`;
      result.add({ name: output, op: "XlaClusterOutput", input: [value], attr: end.attr });
      result.add({ ...end, input: [`${output}:0`, ...writes] });
    }
  }
  return [...result];
}

/** Gives the node of `node:output` or `^node`. */
function nodeOf(input: string): string {
  return input.replace(/^\^|:\d+$/g, "");
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
