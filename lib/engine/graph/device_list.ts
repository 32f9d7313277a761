/**
 * The devices that TensorFlow has here.
 *
 * @module
 */
import { checked, tensorflow } from "./tensorflow_c.ts";

/** Gives the devices that a session of this process has, such as `/device:GPU:0`. */
export function listDevices(): string[] {
  const c = tensorflow();
  const [graph, options] = [c.TF_NewGraph(), c.TF_NewSessionOptions()];
  try {
    const session = checked((status) => c.TF_NewSession(graph, options, status));
    const list = checked((status) => c.TF_SessionListDevices(session, status));
    const names = Array.from({ length: c.TF_DeviceListCount(list) }, (_, i) => {
      const name = checked((status) => c.TF_DeviceListName(list, i, status));
      return Deno.UnsafePointerView.getCString(name!);
    });
    c.TF_DeleteDeviceList(list);
    checked((status) => c.TF_DeleteSession(session, status));
    return names.map((name) => name.slice(name.indexOf("/device:"))).toSorted();
  } catch (error) {
    throw new Error(`Cannot list devices: ${(error as Error).message}`, { cause: error });
  } finally {
    c.TF_DeleteSessionOptions(options);
    c.TF_DeleteGraph(graph);
  }
}
