/**
 * A function that runs another one several times in one program of XLA, as a loop.
 *
 * Between two calls of a program the GPU waits for the host; in a loop it need not, and unlike copies of
 * the function one after the other a loop takes no longer to compile. What `lax.scan` is to JAX.
 *
 * Source: `While` of `tensorflow/core/ops/functional_ops.cc`.
 *
 * @module
 */
import { DATA_TYPES } from "@/engine/native.ts";
import type { ArgDef, AttrValue, FunctionDef, NodeDef } from "./protobuf.ts";
import { shapeProto } from "./recorder.ts";

const INT32 = { type: DATA_TYPES.int32 };

/**
 * Writes the functions of a loop: `<name>` itself, and what it does at each turn and asks before it.
 *
 * @param once What to repeat: a function without outputs
 * @param name The loop's name; it takes what `once` takes, but of arguments that are no variables as many
 *   rows as there are turns
 * @param times How many turns
 */
export function repeatedFunctions(once: FunctionDef, name: string, times: number): FunctionDef[] {
  const { input_arg } = once.signature;
  const turn: ArgDef = { name: "turn", type: INT32.type };
  const loop = [turn, ...input_arg];
  const types = loop.map(({ type }) => type);
  const asGiven = Object.fromEntries(input_arg.map(({ name }) => [name, name]));
  return [
    functionOf(`${name}_more`, loop, [{ name: "more", type: DATA_TYPES.bool }], {
      node_def: [
        integer("times", times),
        { name: "less", op: "Less", input: ["turn", "times:output:0"], attr: { T: INT32 } },
      ],
      ret: { more: "less:z:0" },
    }),
    functionOf(`${name}_turn`, loop, loop, {
      node_def: [
        integer("one", 1),
        integer("axis", 0),
        ...input_arg.filter(isRow).map(({ name, type }): NodeDef => ({
          name: `${name}_row`,
          op: "GatherV2",
          input: [name, "turn", "axis:output:0"],
          attr: { Tparams: { type }, Tindices: INT32, Taxis: INT32, batch_dims: { i: 0 } },
        })),
        {
          name: "once",
          op: "StatefulPartitionedCall",
          input: input_arg.map((arg) => isRow(arg) ? `${arg.name}_row:output:0` : arg.name),
          attr: {
            Tin: { list: { type: input_arg.map(({ type }) => type) } },
            Tout: { list: {} },
            f: { func: { name: once.signature.name } },
          },
        },
        { name: "next", op: "AddV2", input: ["turn", "one:output:0", "^once"], attr: { T: INT32 } },
      ],
      ret: { turn: "next:z:0", ...asGiven },
    }),
    functionOf(name, input_arg, [], {
      node_def: [integer("zero", 0), {
        name: "loop",
        op: "While",
        input: ["zero:output:0", ...input_arg.map(({ name }) => name)],
        attr: {
          T: { list: { type: types } },
          cond: { func: { name: `${name}_more` } },
          body: { func: { name: `${name}_turn` } },
          output_shapes: { list: {} },
          parallel_iterations: { i: 1 },
        },
      }],
      ret: {},
      control_ret: { done: "loop" },
    }),
  ];
}

function isRow({ type }: ArgDef): boolean {
  return type !== DATA_TYPES.resource;
}

function functionOf(
  name: string,
  input_arg: readonly ArgDef[],
  output_arg: readonly ArgDef[],
  body: Pick<FunctionDef, "node_def" | "ret"> & Partial<Pick<FunctionDef, "control_ret">>,
): FunctionDef {
  const { control_ret = {} } = body;
  const control_output = Object.keys(control_ret);
  return {
    signature: { name, input_arg, output_arg, is_stateful: true, control_output },
    ...body,
    control_ret,
  };
}

/** A constant of the graph. */
export function integer(name: string, value: number): NodeDef {
  const tensor = { dtype: INT32.type, tensor_shape: shapeProto([]), int_val: [value] };
  const attr: Record<string, AttrValue> = { dtype: INT32, value: { tensor } };
  return { name, op: "Const", input: [], attr };
}
