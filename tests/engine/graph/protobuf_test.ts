import assert from "node:assert/strict";
import {
  encodeConfig,
  encodeSavedModel,
  type FunctionDef,
  type NodeDef,
} from "@/engine/graph/protobuf.ts";

const text = (value: string) => [...new TextEncoder().encode(value)];
/** A field that holds bytes: its number and kind, the length, the bytes. */
const field = (
  number: number,
  bytes: readonly number[],
) => [number << 3 | 2, bytes.length, ...bytes];
/** A field that holds a small whole number. */
const whole = (number: number, value: number) => [number << 3, value];

const encode = (nodes: readonly NodeDef[], functions: readonly FunctionDef[] = []) => [
  ...encodeSavedModel({ nodes, functions }),
];

/** The bytes of a saved model with these nodes and this library, put together by hand. */
function savedModel(
  nodes: readonly (readonly number[])[],
  library: readonly number[] = [],
): number[] {
  const metaInfo = field(1, field(4, text("serve")));
  const versions = field(4, [0x08, 0xda, 0x0e]); // 1882 = 0x75a, seven bits at a time
  const graph = field(2, [...nodes.flatMap((node) => field(1, node)), ...library, ...versions]);
  return [...whole(1, 1), ...field(2, [...metaInfo, ...graph])];
}

/** An entry of a node's map of attributes. */
const attribute = (name: string, value: readonly number[]) =>
  field(5, [...field(1, text(name)), ...field(2, value)]);

Deno.test("encodeSavedModel() writes an empty graph, byte by byte", () => {
  assert.deepEqual(encode([]), savedModel([]));
});

Deno.test("encodeSavedModel() writes a node's name, operation, inputs and control inputs", () => {
  const node: NodeDef = { name: "f/Mul", op: "Mul", input: ["f/x:0", "^g"], attr: {} };
  const bytes = [
    ...field(1, text("f/Mul")),
    ...field(2, text("Mul")),
    ...field(3, text("f/x:0")),
    ...field(3, text("^g")),
  ];
  assert.deepEqual(encode([node]), savedModel([bytes]));
});

Deno.test("encodeSavedModel() writes the device of a node", () => {
  const node: NodeDef = { name: "n", op: "O", input: [], device: "/device:CPU:1", attr: {} };
  const bytes = [...field(1, text("n")), ...field(2, text("O")), ...field(4, text(node.device!))];
  assert.deepEqual(encode([node]), savedModel([bytes]));
});

Deno.test("encodeConfig() writes how many CPU devices a session has", () => {
  const entry = [...field(1, text("CPU")), ...whole(2, 3)];
  assert.deepEqual([...encodeConfig({ cpuDevices: 3 })], field(1, entry));
});

Deno.test("encodeSavedModel() writes a function: signature, nodes, outputs and writes", () => {
  const node: NodeDef = { name: "m", op: "Neg", input: ["a"], attr: {} };
  const encoded = encode([], [{
    signature: {
      name: "f",
      input_arg: [{ name: "a", type: 1 }],
      output_arg: [{ name: "o", type: 1 }],
      is_stateful: true,
      control_output: ["w"],
    },
    node_def: [node],
    ret: { o: "m:y:0" },
    control_ret: { w: "m" },
  }]);
  const argument = (name: string) => [...field(1, text(name)), ...whole(3, 1)];
  const entry = (key: string, value: string) => [...field(1, text(key)), ...field(2, text(value))];
  const signature = [
    ...field(1, text("f")),
    ...field(2, argument("a")),
    ...field(3, argument("o")),
    ...[17 << 3 & 0x7f | 0x80, 17 >> 4, 1], // a field's number above 15 takes a second byte
    ...[20 << 3 & 0x7f | 2 | 0x80, 20 >> 4, 1, ...text("w")],
  ];
  const definition = [
    ...field(1, signature),
    ...field(3, [...field(1, text("m")), ...field(2, text("Neg")), ...field(3, text("a"))]),
    ...field(4, entry("o", "m:y:0")),
    ...field(6, entry("w", "m")),
  ];
  assert.deepEqual(encoded, savedModel([], field(2, field(1, definition))));
});

/** Every kind of attribute, and its bytes in an AttrValue. */
const ATTRIBUTES: Record<string, { value: NodeDef["attr"][string]; bytes: readonly number[] }> = {
  "whole numbers in a list": { value: { list: { i: [1, 2] } }, bytes: field(1, field(3, [1, 2])) },
  "numbers in a list": {
    value: { list: { f: [1] } },
    bytes: field(1, field(4, [0, 0, 0x80, 0x3f])),
  },
  "claims in a list": { value: { list: { b: [true] } }, bytes: field(1, field(5, [1])) },
  "text": { value: { s: Uint8Array.of(65, 66) }, bytes: field(2, [65, 66]) },
  "a whole number": { value: { i: 5 }, bytes: whole(3, 5) },
  "a number": { value: { f: 1 }, bytes: [4 << 3 | 5, 0, 0, 0x80, 0x3f] },
  "a claim": { value: { b: true }, bytes: whole(5, 1) },
  "a claim that is false": { value: { b: false }, bytes: whole(5, 0) },
  "a data type": { value: { type: 3 }, bytes: whole(6, 3) },
  "a shape": {
    value: { shape: { dim: [{ size: 2 }, { size: 3 }] } },
    bytes: field(7, [...field(2, whole(1, 2)), ...field(2, whole(1, 3))]),
  },
  "the shape of a scalar": { value: { shape: { dim: [] } }, bytes: field(7, []) },
  "a tensor": {
    value: {
      tensor: { dtype: 1, tensor_shape: { dim: [] }, tensor_content: Uint8Array.of(1, 2, 3, 4) },
    },
    bytes: field(8, [...whole(1, 1), ...field(2, []), ...field(4, [1, 2, 3, 4])]),
  },
  "a tensor of one whole number": {
    value: { tensor: { dtype: 3, tensor_shape: { dim: [] }, int_val: [7] } },
    bytes: field(8, [...whole(1, 3), ...field(2, []), ...field(7, [7])]),
  },
  "a tensor of one claim": {
    value: { tensor: { dtype: 10, tensor_shape: { dim: [] }, bool_val: [true] } },
    bytes: field(8, [...whole(1, 10), ...field(2, []), ...field(11, [1])]),
  },
};

for (const [name, { value, bytes }] of Object.entries(ATTRIBUTES)) {
  Deno.test(`encodeSavedModel() writes ${name} as an attribute`, () => {
    const node: NodeDef = { name: "n", op: "O", input: [], attr: { k: value } };
    const expected = [...field(1, text("n")), ...field(2, text("O")), ...attribute("k", bytes)];
    assert.deepEqual(encode([node]), savedModel([expected]));
  });
}
