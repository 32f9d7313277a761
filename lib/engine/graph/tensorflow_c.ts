/**
 * TensorFlow's C functions, by FFI on the library that the binding has loaded.
 *
 * Source: `tensorflow/c/c_api.h` and `tensorflow/c/tf_tensor.h` of TensorFlow 2.21.
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
  TF_SetConfig: { parameters: ["pointer", "buffer", "usize", "pointer"], result: "void" },
  TF_DeleteSessionOptions: { parameters: ["pointer"], result: "void" },
  TF_NewGraph: { parameters: [], result: "pointer" },
  TF_DeleteGraph: { parameters: ["pointer"], result: "void" },
  TF_LoadSessionFromSavedModel: {
    parameters: ["pointer", "pointer", "buffer", "buffer", "i32", "pointer", "pointer", "pointer"],
    result: "pointer",
  },
  TF_NewSession: { parameters: ["pointer", "pointer", "pointer"], result: "pointer" },
  TF_CloseSession: { parameters: ["pointer", "pointer"], result: "void" },
  TF_DeleteSession: { parameters: ["pointer", "pointer"], result: "void" },
  TF_SessionListDevices: { parameters: ["pointer", "pointer"], result: "pointer" },
  TF_DeviceListCount: { parameters: ["pointer"], result: "i32" },
  TF_DeviceListName: { parameters: ["pointer", "i32", "pointer"], result: "pointer" },
  TF_DeleteDeviceList: { parameters: ["pointer"], result: "void" },
  TF_GraphOperationByName: { parameters: ["pointer", "buffer"], result: "pointer" },
  TF_AllocateTensor: { parameters: ["i32", "buffer", "i32", "usize"], result: "pointer" },
  TF_TensorData: { parameters: ["pointer"], result: "pointer" },
  TF_TensorType: { parameters: ["pointer"], result: "i32" },
  TF_NumDims: { parameters: ["pointer"], result: "i32" },
  TF_Dim: { parameters: ["pointer", "i32"], result: "i64" },
  TF_DeleteTensor: { parameters: ["pointer"], result: "void" },
  // The last parameters: target operations and how many, metadata, status.
  TF_SessionRun: {
    parameters: [
      ...["pointer", "pointer", "buffer", "buffer", "i32", "buffer", "buffer", "i32"] as const,
      ...["pointer", "i32", "pointer", "pointer"] as const,
    ],
    result: "void",
  },
} as const satisfies Deno.ForeignLibraryInterface;

/** TensorFlow's C functions. */
export type Library = Deno.DynamicLibrary<typeof SYMBOLS>["symbols"];
let library: Library | undefined;

/** Gives TensorFlow's C functions. */
export function tensorflow(): Library {
  nativeBackend(); // loaded before the binding, the library crashes when the process ends
  // By its bare name the loader gives the library that the binding uses, wherever that was found.
  return library ??= Deno.dlopen("libtensorflow_cc.so.2", SYMBOLS).symbols;
}

/**
 * Calls what reports by a status, a fresh one for each call: not every function resets it.
 *
 * @throws {Error} TensorFlow's message, if it reports an error
 */
export function checked<Result>(call: (status: Deno.PointerValue) => Result): Result {
  const c = tensorflow();
  const status = c.TF_NewStatus();
  try {
    const result = call(status);
    if (c.TF_GetCode(status) !== 0) {
      throw new Error(Deno.UnsafePointerView.getCString(c.TF_Message(status)!));
    }
    return result;
  } finally {
    c.TF_DeleteStatus(status);
  }
}
