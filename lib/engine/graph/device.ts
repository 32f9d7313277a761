/**
 * Devices of a graph: where traced operations run, and how those of several devices add up.
 *
 * @module
 */
import { float, int, nativeOp, type } from "@/engine/native.ts";
import * as tf from "@/engine/tf.ts";

let current = "";

/** The device that nodes are recorded for, such as `/device:GPU:1`; empty where TensorFlow chooses. */
export function currentDevice(): string {
  return current;
}

/**
 * Records what a function runs for one device. Nothing else may use its results but outputs of the traced
 * function: no tensor passes from one device to another but by `sumOverDevices`. Run eagerly, it changes nothing.
 *
 * @param device Such as `/device:GPU:1`
 * @param run Traced code
 * @returns What it returns
 */
export function onDevice<Result>(device: string, run: () => Result): Result {
  const before = current;
  current = device;
  try {
    return run();
  } finally {
    current = before;
  }
}

/** Which devices add up. */
export interface DeviceGroup {
  /** How many devices. */
  readonly size: number;
  /** Tells groups of one graph apart; a compiled function can have one. */
  readonly key: number;
  /** Tells the sums of one group apart. */
  readonly instance: number;
}

/** Seconds after which a sum for which a device does not turn up fails. */
const PATIENCE = 300;

/**
 * Adds up what each device of a group has, and gives every one the sum: TensorFlow's collective, which XLA
 * hands to NCCL. It must be traced for each device of the group, and waits for all of them when it runs.
 * XLA takes it only as it is here: hint `auto`, merging by `Add` and ending with `Id`.
 *
 * @param values Of one shape on all devices
 * @param group Who adds up
 * @returns The same shape; the caller disposes it
 */
export function sumOverDevices(
  values: tf.Tensor1D,
  { size, key, instance }: DeviceGroup,
): tf.Tensor1D {
  return tf.tidy(() => {
    const numbers = [size, key, instance].map((number) => tf.scalar(number, "int32"));
    return nativeOp("CollectiveReduceV2", {
      T: type("float32"),
      merge_op: "Add",
      final_op: "Id",
      communication_hint: "auto",
      timeout_seconds: float(PATIENCE),
      is_stateless: false,
      Nordering_token: int(0),
      max_subdivs_per_device: int(-1),
    }, [values, ...numbers])[0] as tf.Tensor1D;
  });
}
