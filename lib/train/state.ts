/**
 * What training changes: the parameters and what Adam remembers of them, as variables.
 *
 * @module
 */
import { elementCount, type NamedArrays } from "@/engine/shapes.ts";
import * as tf from "@/engine/tf.ts";
import type { Learner, Move } from "@/model/learner.ts";
import { AVERAGE, initialValues, MOMENTS } from "@/model/parameters.ts";
import { movePack, Pack, type PackedMoments } from "./pack.ts";

/** The variables of a training run; freed when disposed. */
export interface State extends Disposable {
  /** Gives parameters by name, all unless named; the caller disposes them. */
  read(names?: readonly string[]): Record<string, tf.Tensor>;
  /**
   * Moves the parameters of a move against their gradients, each clipped by itself.
   *
   * @param move One of the learner's
   * @param gradients By name; the caller's to dispose
   * @param step How often it moved before, a scalar
   */
  apply(move: Move, gradients: Readonly<Record<string, tf.Tensor>>, step: tf.Scalar): void;
  /**
   * Moves the running averages towards the parameters, where the learner has averages.
   *
   * @param step How often they moved before, a scalar
   */
  average(step: tf.Scalar): void;
  /** Gives what a trained model works with: all parameters, averaged where there are averages. */
  readTrained(): Record<string, tf.Tensor>;
  /** Replaces parameters that forward passes change, as far as there are new values. */
  keepStatistics(statistics: Readonly<Record<string, tf.Tensor>>): void;
  /** Gives every variable, by the name that it has in a checkpoint; the caller disposes them. */
  snapshot(): Record<string, tf.Tensor>;
}

/** Parameters that the same moves train, and what Adam remembers of them for each of these. */
interface Group {
  readonly parameters: Pack;
  readonly moments: ReadonlyMap<Move, PackedMoments>;
  readonly average?: Pack;
}

/**
 * Makes the variables of a run.
 *
 * @param learner Whose parameters
 * @param from A seed to start from, or a checkpoint's variables to resume from
 * @throws {RangeError} If a variable is missing from the checkpoint or has another size there, or if it
 *   holds weights alone
 */
export function createState(learner: Learner, from: number | NamedArrays): State {
  const { parameters } = learner;
  if (typeof from !== "number") checkResumable(learner, from);
  const start = typeof from === "number" ? initialValues(parameters, from) : from;
  const packs = new Map<Pack, string>(); // to the prefix of its names in a checkpoint
  const createPack = (names: readonly string[], prefix = ""): Pack => {
    const shapes: Record<string, readonly number[]> = {};
    const values: Record<string, Float32Array> = {};
    for (const name of names) {
      shapes[name] = parameters[name]!.shape;
      // A new run's averages start where its parameters do.
      const source = typeof from === "number" && prefix === AVERAGE ? name : prefix + name;
      const found = start[source] ?? start[learner.olderName?.(source) ?? ""];
      if (typeof from !== "number") checkSize(prefix + name, shapes[name], found?.values);
      if (found) values[name] = found.values;
    }
    const pack = new Pack(`${prefix}${names[0]}`, shapes, values);
    packs.set(pack, prefix);
    return pack;
  };
  const groups: Group[] = [];
  for (const [movers, names] of groupedByMoves(learner)) {
    const momentsOf = ({ name }: Move) => ({
      first: createPack(names, `${MOMENTS}/${name}/first/`),
      second: createPack(names, `${MOMENTS}/${name}/second/`),
    });
    groups.push({
      parameters: createPack(names),
      moments: new Map(movers.map((move) => [move, momentsOf(move)])),
      ...(learner.averageDecay && movers.some(isAveraged) &&
        { average: createPack(names, AVERAGE) }),
    });
  }
  const kept = Object.keys(parameters).filter((name) => !parameters[name]!.isTrained);
  const statistics = kept.length > 0 ? createPack(kept) : undefined;
  const values = [
    ...groups.map(({ parameters }) => parameters),
    ...(statistics ? [statistics] : []),
  ];
  return {
    read(names) {
      const wanted = names && new Set(names);
      return Object.assign(
        {},
        ...values.filter((pack) => !wanted || pack.names.some((name) => wanted.has(name)))
          .map((pack) => pack.read()),
      );
    },
    apply(move, gradients, step) {
      for (const { parameters, moments } of groups) {
        const own = moments.get(move);
        if (own) movePack(parameters, own, gradients, step, move);
      }
    },
    average(step) {
      tf.tidy(() => {
        for (const { parameters, average } of groups) {
          if (!average) continue;
          const kept = learner.averageDecay!(step);
          const [now, before] = [parameters.variable.read(), average.variable.read()];
          average.variable.assign(tf.add(now, tf.mul(kept, tf.sub(before, now))));
        }
      });
    },
    readTrained() {
      return Object.assign(
        statistics?.read() ?? {},
        ...groups.map(({ parameters, average }) => (average ?? parameters).read()),
      );
    },
    keepStatistics(replaced) {
      if (!statistics || Object.keys(replaced).length === 0) return;
      const isWhole = statistics.names.every((name) => name in replaced);
      statistics.assign(isWhole ? replaced : { ...statistics.read(), ...replaced });
    },
    snapshot: () =>
      Object.assign(
        {},
        ...Array.from(packs, ([pack, prefix]) =>
          Object.fromEntries(
            Object.entries(pack.read()).map(([name, tensor]) => [prefix + name, tensor]),
          )),
      ),
    [Symbol.dispose]() {
      for (const pack of packs.keys()) pack[Symbol.dispose]();
    },
  };
}

/** Whether averages are kept of what a move trains. */
function isAveraged({ isAveraged = true }: Move): boolean {
  return isAveraged;
}

/** Groups the parameters that are trained by the moves that train them, in the order of the moves. */
function groupedByMoves({ parameters, moves }: Learner): [readonly Move[], string[]][] {
  const groups = new Map<string, [readonly Move[], string[]]>();
  for (const [name, { isTrained }] of Object.entries(parameters)) {
    if (!isTrained) continue;
    const movers = moves.filter((move) => move.parameters.includes(name));
    const key = movers.map((move) => move.name).join();
    const group = groups.get(key) ?? [movers, []];
    group[1].push(name);
    groups.set(key, group);
  }
  const firstMove = ([movers]: [readonly Move[], string[]]) => moves.indexOf(movers[0]!);
  return [...groups.values()].toSorted((a, b) => firstMove(a) - firstMove(b));
}

/** Refuses weights alone, and says what they lack. */
function checkResumable({ parameters, averageDecay }: Learner, stored: NamedArrays): void {
  const names = Object.keys(stored);
  const some = (prefix: string) => names.some((name) => name.startsWith(prefix));
  if (some(MOMENTS)) return;
  const missing = Object.keys(parameters).filter((name) => !(name in stored));
  const lacking = [
    "Adam's moments",
    ...(averageDecay && !some(AVERAGE) ? ["running averages"] : []),
    ...(missing.length > 0 ? [`${missing.length} parameters such as ${missing[0]}`] : []),
  ];
  throw new RangeError(
    `Cannot resume: the checkpoint must hold all that a run needs, got weights without ` +
      `${
        lacking.join(", without ")
      }; they are for inference alone: resume from a checkpoint that the ` +
      `run has saved`,
  );
}

/** A missing variable would start from 0 without a word. */
function checkSize(name: string, shape: readonly number[], values: Float32Array | undefined) {
  const count = elementCount(shape);
  if (values?.length === count) return;
  throw new RangeError(
    `Cannot resume: the checkpoint must hold ${count} values of ${name}, got ${
      values?.length ?? 0
    }; ` +
      `resume from the checkpoint of a training run, made with this config`,
  );
}
