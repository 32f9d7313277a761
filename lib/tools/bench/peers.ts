/**
 * Times our training step beside its twins in other frameworks, in turns, so that all run under the
 * same conditions: temperature, clock and other load.
 *
 * @module
 */
import type { Config } from "@/config.ts";
import { describeMachine } from "@/engine/machine.ts";
import { nativeBackend } from "@/engine/native.ts";
import { createTrainer, stepsTogether } from "@/train/trainer.ts";
import { type Quietness, quietnessInWords, watchOthers } from "./quietness.ts";
import type { Twins } from "./methods/known_method.ts";
import { twinsOf } from "./methods/registry.ts";
import { versions } from "./report.ts";
import { graphicsMemory, peakMemory } from "./resources.ts";
import { aligned } from "../aligned.ts";
import { gigabytes, ms } from "./table.ts";
import { stepTimer, summarize, type Times } from "./timing.ts";
import { PEERS, peersOf, startTwin, type TwinDescription } from "./twin.ts";

/** One of the compared steps. */
export interface Contestant {
  /** Its name. */
  readonly name: string;
  /** Takes at least `count` steps; returns milliseconds per step, one per reading of losses. */
  steps(count: number): number[] | Promise<number[]>;
}

/** How turns are taken. */
export interface Turns {
  /** Turns per contestant. */
  readonly rounds: number;
  /** Steps per turn. */
  readonly stepsPerTurn: number;
  /** Pause after a turn, so that spinning threads go to sleep. */
  readonly pauseMs: number;
  /** Called after each turn with the number of turns. */
  readonly onTurn?: (count: number) => void;
  /** Aborts the race. */
  readonly signal?: AbortSignal;
}

/** A contestant's milliseconds per step, by round; or why it failed. */
export type Result = { readonly rounds: readonly number[][] } | { readonly failure: string };

/**
 * Lets contestants take steps in turns. The order rotates each round, so that none always follows
 * the same other. A contestant that fails drops out.
 */
export async function race(
  contestants: readonly Contestant[],
  { rounds, stepsPerTurn, pauseMs, onTurn, signal }: Turns,
): Promise<Result[]> {
  const times: number[][][] = contestants.map(() => []);
  const failures: (string | undefined)[] = contestants.map(() => undefined);
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < contestants.length; turn++) {
      const i = (round + turn) % contestants.length;
      if (failures[i] !== undefined) continue;
      try {
        times[i]!.push(await contestants[i]!.steps(stepsPerTurn));
      } catch (error) {
        failures[i] = (error as Error).message;
      }
      signal?.throwIfAborted();
      onTurn?.(round * contestants.length + turn + 1);
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }
  return times.map((rounds, i) =>
    failures[i] === undefined ? { rounds } : { failure: failures[i] }
  );
}

/** Measurements of our step or a peer. */
export interface PeerRow extends Partial<Times>, Partial<TwinDescription> {
  /** `ours`, or the peer's label. */
  readonly name: string;
  /** Peak memory of the process, in bytes. */
  readonly peakMemory?: number;
  /** GPU memory it took, in bytes, if there is a GPU. */
  readonly graphicsMemory?: number;
  /** Its median time over ours: 2 is twice as slow. */
  readonly ratioOfMedians?: number;
  /** The median over rounds of each round's ratio of medians: cancels drift of the machine. */
  readonly medianOfRatios?: number;
  /** Why it failed. */
  readonly failure?: string;
}

/**
 * Compares contestants with the first one, which is ours.
 *
 * @throws {Error} If ours failed
 */
export function compare(results: readonly Result[]): Partial<PeerRow>[] {
  const [ours] = results;
  if (ours === undefined || "failure" in ours) {
    throw new Error(`Cannot compare with peers: our own step must run, got ${ours?.failure}`);
  }
  const median = (times: readonly number[]) => summarize(times).medianMs;
  const ourMedian = median(ours.rounds.flat());
  return results.map((result) => {
    if ("failure" in result) return result;
    const { medianMs, fastestMs } = summarize(result.rounds.flat());
    const ratios = result.rounds.map((times, round) => median(times) / median(ours.rounds[round]!));
    return {
      medianMs,
      fastestMs,
      ratioOfMedians: medianMs / ourMedian,
      medianOfRatios: median(ratios),
    };
  });
}

/** The output of `bench --peer --out`. */
export interface PeersReport {
  /** Distinguishes it from other reports. */
  readonly kind: "peers";
  /** The kind of machine. */
  readonly machine: string;
  /** Versions of our software. */
  readonly versions: ReturnType<typeof versions>;
  /** Whether other processes used the machine. */
  readonly quietness: Quietness;
  /** What was measured. */
  readonly config: Config;
  /** How turns were taken. */
  readonly turns: Pick<Turns, "rounds" | "stepsPerTurn" | "pauseMs">;
  /** Ours, then the peers. */
  readonly rows: readonly PeerRow[];
}

/** Which peers to compare with, and how. */
export interface PeersOptions extends Turns {
  /** Names of peers, from `namesOf`. */
  readonly names: readonly string[];
  /** A Python with their frameworks. */
  readonly python: string;
  /** Called before each contestant's set-up. */
  readonly onSetUp?: (name: string) => void;
}

/** Uncounted first steps, as in `protocol.py`. */
const WARM_UP = 5;

/**
 * Parses a list of peers, e.g. `torch,jax`.
 *
 * @param twins Those of the method
 * @param list By default all that can run on this machine
 * @throws {RangeError} If a peer is unknown, or not one of the method's
 */
export function namesOf(twins: Pick<Twins, "programs">, list?: string): string[] {
  if (list === undefined) return peersOf(twins, nativeBackend().isUsingGpuDevice);
  const known = peersOf(twins);
  const names = [...new Set(list.split(","))];
  for (const name of names) {
    if (known.includes(name)) continue;
    throw new RangeError(
      `Cannot compare with peers: each must be one of ${known.join(", ")}, got ${name}`,
    );
  }
  return names;
}

/**
 * Measures our step and its twins.
 *
 * @throws {RangeError} If the twins do not support the config
 */
export async function measurePeers(config: Config, options: PeersOptions): Promise<PeersReport> {
  const { programs } = twinsOf(config);
  const { names, python, signal, onSetUp, rounds, stepsPerTurn, pauseMs } = options;
  await using racers = new AsyncDisposableStack();
  const racing: Racer[] = [];
  const rows = new Map<string, PeerRow>();
  const enter = async (name: string, start: () => Racer | Promise<Racer>) => {
    onSetUp?.(name);
    const before = graphicsInUse();
    const racer = racers.use(await start());
    racing.push(racer);
    const share = before === undefined ? {} : { graphicsMemory: graphicsInUse()! - before };
    rows.set(name, { name, ...racer.description, ...share });
  };
  await enter("ours", () => startOurs(config));
  for (const peer of names.map((name) => PEERS[name]!)) {
    try {
      await enter(peer.label, () =>
        startTwin(peer, programs[peer.framework]!, config, {
          python,
          stepsPerReading: stepsTogether(),
          ...(signal && { signal }),
        }));
    } catch (error) {
      signal?.throwIfAborted();
      rows.set(peer.label, { name: peer.label, failure: (error as Error).message });
    }
  }
  const pids = racing.map(({ pid }) => pid);
  const stopWatching = watchOthers(pids.filter((pid) => pid !== "self"));
  const compared = compare(await race(racing, options));
  for (const [i, { name, pid }] of racing.entries()) {
    const memory = "failure" in compared[i]! ? {} : { peakMemory: peakMemory(pid) };
    rows.set(name, { ...rows.get(name)!, ...compared[i], ...memory });
  }
  return {
    kind: "peers",
    machine: describeMachine(),
    versions: versions(),
    quietness: stopWatching(),
    config,
    turns: { rounds, stepsPerTurn, pauseMs },
    rows: [...rows.values()],
  };
}

/** A contestant after set-up. */
interface Racer extends Contestant, AsyncDisposable {
  readonly description: Partial<TwinDescription>;
  readonly pid: number | "self";
}

/** Sets up our own step. */
function startOurs(config: Config): Racer {
  const start = performance.now();
  const trainer = createTrainer(config);
  const timeSteps = stepTimer(trainer, config);
  const steps = (count: number) => timeSteps({ warmUp: 0, repeat: count });
  steps(WARM_UP);
  return {
    name: "ours",
    description: { setupSeconds: (performance.now() - start) / 1000 },
    pid: "self",
    steps,
    async [Symbol.asyncDispose]() {
      await trainer[Symbol.dispose]();
    },
  };
}

/** GPU memory in use, if we run on a GPU. */
function graphicsInUse(): number | undefined {
  return nativeBackend().isUsingGpuDevice ? graphicsMemory() : undefined;
}

/** Formats the report: a table, and whether the machine was quiet. */
export function peersLines({ rows, quietness }: PeersReport): string[] {
  const heads = ["", "median ms", "fastest ms", "/ ours", "by round", "memory GB", "set-up s"];
  return [
    ...aligned([heads, ...rows.filter((row) => row.failure === undefined).map(cellsOf)]),
    ...rows.filter((row) => row.failure !== undefined)
      .map(({ name, failure }) => `${name} failed: ${failure}`),
    quietnessInWords(quietness),
  ];
}

function cellsOf(row: PeerRow): string[] {
  const gpu = row.graphicsMemory === undefined ? "" : ` + ${gigabytes(row.graphicsMemory)}`;
  return [
    row.name,
    ms(row.medianMs!),
    ms(row.fastestMs!),
    row.ratioOfMedians!.toFixed(2),
    row.medianOfRatios!.toFixed(2),
    gigabytes(row.peakMemory!) + gpu,
    row.setupSeconds!.toFixed(1),
  ];
}
