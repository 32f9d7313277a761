/**
 * Our training step beside its twins in other frameworks, taken in turns so that all of them meet the
 * same machine: its heat, its neighbours, its clock.
 *
 * @module
 */
import type { Config } from "@/config.ts";
import { describeMachine } from "@/engine/machine.ts";
import { nativeBackend } from "@/engine/native.ts";
import { createTrainer, stepsTogether } from "@/train/trainer.ts";
import { type Quietness, quietnessInWords, watchOthers } from "./quietness.ts";
import { requireTwin } from "./reference.ts";
import { versions } from "./report.ts";
import { graphicsMemory, peakMemory } from "./resources.ts";
import { aligned, gigabytes, ms } from "./table.ts";
import { stepTimer, summarize, type Times } from "./timing.ts";
import { PEERS, startTwin, type TwinDescription } from "./twin.ts";

/** One of those that are compared. */
export interface Contestant {
  /** What to call it. */
  readonly name: string;
  /** Takes at least so many steps; gives their wall times, in milliseconds, one for each reading of losses. */
  steps(count: number): number[] | Promise<number[]>;
}

/** How the turns go. */
export interface Turns {
  /** How often everybody has a turn. */
  readonly rounds: number;
  /** Steps of a turn. */
  readonly stepsPerTurn: number;
  /** Rest after a turn, so that threads that wait for work by spinning fall asleep. */
  readonly pauseMs: number;
  /** Told after each turn how many there were. */
  readonly onTurn?: (count: number) => void;
  /** Ends the race when aborted. */
  readonly signal?: AbortSignal;
}

/** What a contestant did: milliseconds of each step, by round; or why it could not go on. */
export type Result = { readonly rounds: readonly number[][] } | { readonly failure: string };

/**
 * Lets contestants take steps in turns. The order is rotated from round to round, so that nobody
 * always follows the same one. Who fails takes no part in later rounds.
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

/** What was measured of ours or of a peer. */
export interface PeerRow extends Partial<Times>, Partial<TwinDescription> {
  /** `ours`, or the peer's label. */
  readonly name: string;
  /** The most memory that the process held, in bytes. */
  readonly peakMemory?: number;
  /** Memory of the graphics card that it took, in bytes, where there is one. */
  readonly graphicsMemory?: number;
  /** Median time over ours: 2 takes twice as long. */
  readonly ratioOfMedians?: number;
  /** The median over the rounds of each round's ratio of medians: drifts of the machine cancel. */
  readonly medianOfRatios?: number;
  /** Why it could not be measured. */
  readonly failure?: string;
}

/**
 * Compares the times of contestants with those of the first one, which is ours.
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

/** What `bench --peer --out` writes. */
export interface PeersReport {
  /** Tells it from other reports. */
  readonly kind: "peers";
  /** The kind of machine. */
  readonly machine: string;
  /** Versions of what computes our step. */
  readonly versions: ReturnType<typeof versions>;
  /** Whether others used the machine. */
  readonly quietness: Quietness;
  /** What was measured. */
  readonly config: Config;
  /** How the turns went. */
  readonly turns: Pick<Turns, "rounds" | "stepsPerTurn" | "pauseMs">;
  /** Ours, then the peers. */
  readonly rows: readonly PeerRow[];
}

/** Whom to compare with, and how. */
export interface PeersOptions extends Turns {
  /** Names of peers, as `namesOf` gives them. */
  readonly names: readonly string[];
  /** The Python that has their frameworks. */
  readonly python: string;
  /** Told who is set up. */
  readonly onSetUp?: (name: string) => void;
}

/** First steps that are not counted, as `protocol.py` has it. */
const WARM_UP = 5;

/**
 * Reads a list of peers, such as `torch,jax`.
 *
 * @param list All that can run here unless given
 * @throws {RangeError} If there is no such peer
 */
export function namesOf(list?: string): string[] {
  const known = Object.keys(PEERS);
  const { isUsingGpuDevice } = nativeBackend();
  if (list === undefined) return known.filter((name) => isUsingGpuDevice || !PEERS[name]!.needsGpu);
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
 * @throws {RangeError} If the twins do not know what the config asks for
 */
export async function measurePeers(config: Config, options: PeersOptions): Promise<PeersReport> {
  const twinConfig = requireTwin(config);
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
        startTwin(peer, twinConfig, {
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

/** A contestant that was set up. */
interface Racer extends Contestant, AsyncDisposable {
  readonly description: Partial<TwinDescription>;
  readonly pid: number | "self";
}

/** Sets our own step up. */
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

/** Memory of the graphics card that is in use, where we compute on one. */
function graphicsInUse(): number | undefined {
  return nativeBackend().isUsingGpuDevice ? graphicsMemory() : undefined;
}

/** Gives the report as lines: one table, and whether the machine was quiet. */
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
  const card = row.graphicsMemory === undefined ? "" : ` + ${gigabytes(row.graphicsMemory)}`;
  return [
    row.name,
    ms(row.medianMs!),
    ms(row.fastestMs!),
    row.ratioOfMedians!.toFixed(2),
    row.medianOfRatios!.toFixed(2),
    gigabytes(row.peakMemory!) + card,
    row.setupSeconds!.toFixed(1),
  ];
}
