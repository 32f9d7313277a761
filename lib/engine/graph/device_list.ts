/**
 * The devices that TensorFlow has here.
 *
 * Source: `TF_SessionListDevices` of `tensorflow/c/c_api.h`.
 *
 * @module
 */
import { nativeBackend } from "@/engine/native.ts";

const SYMBOLS = {
  TF_NewStatus: { parameters: [], result: "pointer" },
  TF_GetCode: { parameters: ["pointer"], result: "i32" },
  TF_Message: { parameters: ["pointer"], result: "pointer" },
  TF_DeleteStatus: { parameters: ["pointer"], result: "void" },
  TF_NewSessionOptions: { parameters: [], result: "pointer" },
  TF_DeleteSessionOptions: { parameters: ["pointer"], result: "void" },
  TF_NewGraph: { parameters: [], result: "pointer" },
  TF_DeleteGraph: { parameters: ["pointer"], result: "void" },
  TF_NewSession: { parameters: ["pointer", "pointer", "pointer"], result: "pointer" },
  TF_DeleteSession: { parameters: ["pointer", "pointer"], result: "void" },
  TF_SessionListDevices: { parameters: ["pointer", "pointer"], result: "pointer" },
  TF_DeviceListCount: { parameters: ["pointer"], result: "i32" },
  TF_DeviceListName: { parameters: ["pointer", "i32", "pointer"], result: "pointer" },
  TF_DeleteDeviceList: { parameters: ["pointer"], result: "void" },
} as const;

/** Gives the devices that a session of this process has, such as `/device:GPU:0`. */
export function listDevices(): string[] {
  nativeBackend(); // has loaded the library, which is then found by its name alone
  const library = Deno.dlopen("libtensorflow_cc.so.2", SYMBOLS);
  const c = library.symbols;
  const status = c.TF_NewStatus();
  const text = (pointer: Deno.PointerValue) => new Deno.UnsafePointerView(pointer!).getCString();
  const check = () => {
    if (c.TF_GetCode(status) === 0) return;
    throw new Error(`Cannot list devices: ${text(c.TF_Message(status))}`);
  };
  const [graph, options] = [c.TF_NewGraph(), c.TF_NewSessionOptions()];
  try {
    const session = c.TF_NewSession(graph, options, status);
    check();
    const list = c.TF_SessionListDevices(session, status);
    check();
    const names = Array.from(
      { length: c.TF_DeviceListCount(list) },
      (_, i) => text(c.TF_DeviceListName(list, i, status)),
    );
    c.TF_DeleteDeviceList(list);
    c.TF_DeleteSession(session, status);
    return names.map((name) => name.slice(name.indexOf("/device:"))).toSorted();
  } finally {
    c.TF_DeleteSessionOptions(options);
    c.TF_DeleteGraph(graph);
    c.TF_DeleteStatus(status);
    library.close();
  }
}
