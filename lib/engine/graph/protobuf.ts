/**
 * The few of TensorFlow's protocol buffers that a graph is written in.
 *
 * Source: `tensorflow/core/framework/{graph,node_def,attr_value,tensor}.proto` and
 * `tensorflow/core/protobuf/{meta_graph,saved_model,config}.proto`; fields that are never written are left out.
 *
 * @module
 */
import protobuf from "protobufjs";

const SCHEMA = `
syntax = "proto3";
message Shape { message Dim { int64 size = 1; } repeated Dim dim = 2; }
message Tensor {
  int32 dtype = 1; Shape tensor_shape = 2; bytes tensor_content = 4;
  repeated float float_val = 5; repeated int32 int_val = 7; repeated bool bool_val = 11;
}
message AttrValue {
  message List {
    repeated int64 i = 3; repeated float f = 4; repeated bool b = 5; repeated int32 type = 6;
  }
  oneof value {
    List list = 1; bytes s = 2; int64 i = 3; float f = 4; bool b = 5; int32 type = 6;
    Shape shape = 7; Tensor tensor = 8; Func func = 10;
  }
}
message Func { string name = 1; }
message NodeDef {
  string name = 1; string op = 2; repeated string input = 3; string device = 4;
  map<string, AttrValue> attr = 5;
}
message VersionDef { int32 producer = 1; }
message ArgDef { string name = 1; int32 type = 3; }
message OpDef {
  string name = 1; repeated ArgDef input_arg = 2; repeated ArgDef output_arg = 3;
  bool is_stateful = 17; repeated string control_output = 20;
}
message FunctionDef {
  OpDef signature = 1; repeated NodeDef node_def = 3; map<string, string> ret = 4;
  map<string, string> control_ret = 6;
}
message FunctionDefLibrary { repeated FunctionDef function = 1; }
message GraphDef {
  repeated NodeDef node = 1; FunctionDefLibrary library = 2; VersionDef versions = 4;
}
message MetaInfoDef { repeated string tags = 4; }
message MetaGraphDef { MetaInfoDef meta_info_def = 1; GraphDef graph_def = 2; }
message SavedModel { int64 saved_model_schema_version = 1; repeated MetaGraphDef meta_graphs = 2; }
message ConfigProto { map<string, int32> device_count = 1; }
`;

/** A tensor written into the graph. */
export interface TensorProto {
  readonly dtype: number;
  readonly tensor_shape: ShapeProto;
  readonly tensor_content?: Uint8Array;
  readonly float_val?: number[];
  readonly int_val?: number[];
  readonly bool_val?: boolean[];
}

/** A shape written into the graph. */
export interface ShapeProto {
  readonly dim: { readonly size: number }[];
}

/** The value of a node's attribute; exactly one field is set. */
export interface AttrValue {
  readonly list?: {
    readonly i?: number[];
    readonly f?: number[];
    readonly b?: boolean[];
    readonly type?: number[];
  };
  readonly s?: Uint8Array;
  readonly i?: number;
  readonly f?: number;
  readonly b?: boolean;
  readonly type?: number;
  readonly shape?: ShapeProto;
  readonly tensor?: TensorProto;
  /** A function of the graph. */
  readonly func?: { readonly name: string };
}

/** One operation of the graph; an input is `node:output`, or `^node` to run after it. */
export interface NodeDef {
  readonly name: string;
  readonly op: string;
  readonly input: string[];
  /** Where it must run, such as `/device:CPU:1`; TensorFlow chooses unless given. */
  readonly device?: string;
  readonly attr: Record<string, AttrValue>;
}

/** A name and a type, of what a function takes or gives. */
export interface ArgDef {
  readonly name: string;
  readonly type: number;
}

/** A function of the graph; a node whose `op` is its name calls it. */
export interface FunctionDef {
  readonly signature: {
    readonly name: string;
    readonly input_arg: readonly ArgDef[];
    readonly output_arg: readonly ArgDef[];
    readonly is_stateful: boolean;
    readonly control_output: readonly string[];
  };
  /** An input is `argument`, `node:output:index` or `^node`. */
  readonly node_def: readonly NodeDef[];
  /** Where each output comes from. */
  readonly ret: Readonly<Record<string, string>>;
  /** Nodes that must run, by the names in `control_output`. */
  readonly control_ret: Readonly<Record<string, string>>;
}

/** A whole graph: its nodes, and the functions that they call. */
export interface Graph {
  readonly nodes: readonly NodeDef[];
  readonly functions: readonly FunctionDef[];
}

/** The tag under which a graph is saved and loaded. */
export const TAG = "serve";

/** A version of GraphDef that today's TensorFlow reads, recent enough for every op used here. */
const PRODUCER = 1882;

let schema: protobuf.Root | undefined;

/** Gives how a message is written. */
function messageType(name: string): protobuf.Type {
  schema ??= protobuf.parse(SCHEMA, { keepCase: true }).root;
  return schema.lookupType(name);
}

/** Writes a graph as the bytes of `saved_model.pb`. */
export function encodeSavedModel({ nodes, functions }: Graph): Uint8Array {
  return messageType("SavedModel").encode({
    saved_model_schema_version: 1,
    meta_graphs: [{
      meta_info_def: { tags: [TAG] },
      graph_def: {
        node: nodes,
        ...(functions.length > 0 && { library: { function: functions } }),
        versions: { producer: PRODUCER },
      },
    }],
  }).finish();
}

/** Options of a session. */
export interface SessionConfig {
  /** How many devices stand for the processor, 1 or more; they share its cores. */
  readonly cpuDevices: number;
}

/** Writes a session's options as the bytes of a `ConfigProto`. */
export function encodeConfig({ cpuDevices }: SessionConfig): Uint8Array<ArrayBuffer> {
  const config = { device_count: { CPU: cpuDevices } };
  return new Uint8Array(messageType("ConfigProto").encode(config).finish());
}
