/**
 * What TensorFlow says of its own operations.
 *
 * Inside a function of a graph an output goes by its name in the operation's definition, such as
 * `Split:output:1`, and not by its place alone as elsewhere, so these names must be known.
 *
 * Source: `TF_GetAllOpList` of `tensorflow/c/c_api.h`, `tensorflow/core/framework/op_def.proto`.
 *
 * @module
 */
import protobuf from "protobufjs";
import { nativeBackend } from "@/engine/native.ts";

const SCHEMA = `
syntax = "proto3";
message ArgDef { string name = 1; string number_attr = 5; }
message OpDef { string name = 1; repeated ArgDef output_arg = 3; }
message OpList { repeated OpDef op = 1; }
`;

/** An output of an operation, or several of one name. */
export interface OutputDefinition {
  /** Its name. */
  readonly name: string;
  /** The attribute that says how many there are; empty where there is one. */
  readonly number_attr: string;
}

interface OpDefinition {
  readonly name: string;
  readonly output_arg: readonly OutputDefinition[];
}

/** Second word of `TF_Buffer`, behind the address of its bytes: how many there are. */
const LENGTH_AT = 8;

let outputs: Map<string, readonly OutputDefinition[]> | undefined;

/**
 * Gives the definitions of an operation's outputs, in order.
 *
 * @throws {RangeError} If TensorFlow has no such operation
 */
export function outputDefinitions(op: string): readonly OutputDefinition[] {
  outputs ??= new Map(readDefinitions().map(({ name, output_arg }) => [name, output_arg]));
  const definitions = outputs.get(op);
  if (definitions === undefined) {
    throw new RangeError(`Cannot find outputs: op must be one of TensorFlow's, got "${op}"`);
  }
  return definitions;
}

function readDefinitions(): readonly OpDefinition[] {
  nativeBackend(); // has loaded the library, which is then found by its name alone
  const library = Deno.dlopen("libtensorflow_cc.so.2", {
    TF_GetAllOpList: { parameters: [], result: "pointer" },
  });
  try {
    const buffer = new Deno.UnsafePointerView(library.symbols.TF_GetAllOpList()!);
    const bytes = new Deno.UnsafePointerView(buffer.getPointer()!);
    const length = Number(buffer.getBigUint64(LENGTH_AT));
    const list = protobuf.parse(SCHEMA, { keepCase: true }).root.lookupType("OpList");
    // The buffer stays with TensorFlow for good: it is asked for once.
    const { op } = list.decode(new Uint8Array(bytes.getArrayBuffer(length)));
    return op;
  } finally {
    library.close();
  }
}
