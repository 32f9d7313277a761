/**
 * Replicas on several devices of this host.
 *
 * Every device has a copy of the variables and takes the whole step as one function of its own. Between the
 * phases all of them add up by a collective operation inside of the function, which XLA hands to NCCL: nothing
 * goes back to the host. Copies start equal and move by equal sums, so they stay equal to the bit.
 *
 * @module
 */
import { onDevice, sumOverDevices } from "@/engine/graph/device.ts";
import { listDevices } from "@/engine/graph/device_list.ts";
import { ffiSessions } from "@/engine/graph/ffi_session.ts";
import * as tf from "@/engine/tf.ts";
import { type Sums, takePhases } from "../step.ts";
import type { Place, Work, Worker } from "./place.ts";
import { wholeSteps } from "./whole_steps.ts";

/** Kinds of devices: GPUs, or parts of the CPU that stand for some, as in tests. */
export type DeviceKind = "GPU" | "CPU";

/**
 * Shares replicas out over devices.
 *
 * @returns How many each has
 * @throws {RangeError} If they cannot be shared out evenly
 */
export function replicasOfEach(replicas: number, devices: number): number {
  const each = replicas / devices;
  if (Number.isInteger(each)) return each;
  throw new RangeError(
    `Cannot use ${devices} devices: replicas must be a multiple of ${devices}, got ${replicas}; set replicas ` +
      `to ${devices}, which trains on as many batches in each step, or use another number of devices`,
  );
}

/** Tells the devices of several places in one process apart. */
let placeCount = 0;

/**
 * Gives the place where each of some devices computes equally many replicas.
 *
 * @param replicas R, of the run
 * @param count How many devices
 * @param kind Their kind; GPUs unless given
 * @throws {RangeError} If the replicas cannot be shared out evenly, or there are fewer GPUs
 */
export function devices(replicas: number, count: number, kind: DeviceKind = "GPU"): Place {
  const each = replicasOfEach(replicas, count);
  if (kind === "GPU") checkGpus(count);
  const group = { size: count, key: ++placeCount };
  const workers = Array.from({ length: count }, (_, i): Worker => ({
    replicas: { of: replicas, first: i * each, count: each },
    on: (run) => onDevice(`/device:${kind}:${i}`, run),
  }));
  /** Adds up what the phases of all devices gave, as one vector: one transfer has the latency of one. */
  const sumOf = (sums: Sums, lengths: readonly number[], instance: number): Sums => {
    const sum = sumOverDevices(tf.concat([...sums]), { ...group, instance });
    return tf.split(sum, [...lengths]);
  };
  const take = ({ worker, phases, begin, end }: Work, seed: tf.Tensor1D) =>
    worker.on(() => {
      const given = begin(seed);
      end(given, takePhases(phases, given, (sums, i) => sumOf(sums, phases[i]!.lengths, i)));
    });
  return {
    replicas: { of: replicas, first: 0, count: replicas },
    workers,
    // XLA has no collectives on CPUs, and only a session of our own has several of these.
    jit: kind === "GPU"
      ? { useXla: true }
      : { useXla: false, openSession: ffiSessions({ cpuDevices: count }) },
    canBeEager: false,
    // One step in a program: XLA of TensorFlow 2.21 fails at a collective within a loop.
    placeStep: (works) => wholeSteps((seed) => works.forEach((work) => take(work, seed)), 1),
    gather: (variables) => variables,
  };
}

function checkGpus(count: number): void {
  const found = listDevices().filter((name) => name.includes("GPU")).length;
  if (found >= count) return;
  throw new RangeError(
    `Cannot use ${count} devices: there must be as many GPUs, got ${found}; use fewer devices, on which ` +
      `the same replicas train as well, or name more GPUs in CUDA_VISIBLE_DEVICES if it is set`,
  );
}
