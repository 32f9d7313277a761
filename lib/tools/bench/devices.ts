/**
 * Steps on several devices beside steps on one: as many images on each (weak scaling).
 *
 * @module
 */
import type { Config } from "@/config.ts";
import { describeMachine } from "@/engine/machine.ts";
import { type DeviceKind, devices } from "@/train/place/devices.ts";
import { createTrainer, type Trainer, trainStep } from "@/train/trainer.ts";
import { medianOf } from "@/study/score/spread.ts";
import { aligned } from "../aligned.ts";
import { ms } from "./table.ts";
import { stepTimer, syntheticImages, syntheticTruth, type TimingOptions } from "./timing.ts";

/** The time of a step on some devices. */
export interface DeviceTimes {
  /** How many devices, each with a replica. */
  readonly devices: number;
  /** Images on each. */
  readonly batch: number;
  /** Median time of a step, in milliseconds. */
  readonly stepMs: number;
  /** The time on one device over this one: the share of the devices' speed that is left. */
  readonly efficiency: number;
  /** The machine, as `describeMachine` calls it. */
  readonly machine: string;
}

/** Times alternate between one device and all this often, so that a busy moment does not fall on one alone. */
const ROUNDS = 5;

/**
 * Times steps of one replica on one device and of one on each of several, by turns.
 *
 * @param config What each replica trains
 * @param count How many devices
 * @param options As for `timeCalls`, of each turn
 * @param kind Their kind
 * @returns One device, then all
 */
export function timeDevices(
  config: Config,
  count: number,
  options: TimingOptions,
  kind?: DeviceKind,
): DeviceTimes[] {
  const [single, several] = [{ ...config, replicas: 1 }, { ...config, replicas: count }];
  using one = createTrainer(single);
  using all = createTrainer(several, { place: devices(count, count, kind) });
  const timers = [stepTimer(one, single), stepTimer(all, several)];
  const times: number[][] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    for (const [i, time] of timers.entries()) times[i]!.push(...time(options));
  }
  const [oneMs, allMs] = times.map(medianOf) as [number, number];
  const [batch, machine] = [config.batchSize, describeMachine()];
  return [
    { devices: 1, batch, stepMs: oneMs, efficiency: 1, machine },
    { devices: count, batch, stepMs: allMs, efficiency: oneMs / allMs, machine },
  ];
}

/**
 * Trains a replica on each of some devices and the same replicas on one, and compares: losses by how far they
 * are apart at most, relative to the loss, and the copies of the variables to the bit.
 *
 * @param config What each replica trains
 * @param count How many devices
 * @param steps How many steps
 * @param kind Their kind
 * @throws {Error} If the copies of the variables differ
 */
export function compareDevices(
  config: Config,
  count: number,
  steps: number,
  kind?: DeviceKind,
): number {
  const several = { ...config, replicas: count };
  const images = syntheticImages(several);
  const lossesOf = (trainer: Trainer) => {
    const truth = syntheticTruth(several, trainer.supervision);
    return Array.from({ length: steps }, (_, step) => trainStep(trainer, images, step, truth));
  };
  using emulated = createTrainer(several);
  const expected = lossesOf(emulated);
  using all = createTrainer(several, { place: devices(count, count, kind) });
  const losses = lossesOf(all);
  all.snapshot(); // throws if copies differ
  return Math.max(...losses.flatMap((terms, step) => {
    const scale = Math.max(1, Math.abs(expected[step]!.loss!));
    return Object.entries(terms)
      .map(([term, value]) => Math.abs(value - expected[step]![term]!) / scale);
  }));
}

/** Puts times into a table. */
export function deviceLines(times: readonly DeviceTimes[]): string[] {
  return aligned([
    ["devices", "batch of each", "step ms", "efficiency"],
    ...times.map(({ devices, batch, stepMs, efficiency }) => [
      ...[String(devices), String(batch), ms(stepMs), efficiency.toFixed(2)],
    ]),
  ]);
}
