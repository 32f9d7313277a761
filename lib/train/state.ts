/**
 * What training changes: the parameters and what Adam remembers of them, as variables.
 *
 * @module
 */
import { ONE_REPLICA, type ReplicaRange } from "@/data/batches.ts";
import { elementCount, type NamedArrays } from "@/engine/shapes.ts";
import * as tf from "@/engine/tf.ts";
import type { Learner, Move } from "@/model/learner.ts";
import { AVERAGE, initialValues, MOMENTS } from "@/model/parameters.ts";
import { movePack, orderedSums, Pack, type PackedMoments, scatteredSums } from "./pack.ts";

type Named = Record<string, tf.Tensor>;
type Given = Readonly<Named>;

/**
 * The variables of a training run, or the copy of them that one device or process has; freed when disposed.
 *
 * Most are shared: every replica works with the same values, and they move by the mean of all replicas'
 * gradients. Local ones (`Parameter.isLocal`) each replica has and moves for itself. Gradients of shared
 * ones go in packs, joined (see `Pack`), so that replicas can add them up.
 */
export interface State extends Disposable {
  /** Whose local variables these are. */
  readonly replicas: ReplicaRange;
  /**
   * Gives parameters by name; the caller disposes them.
   *
   * @param names At least these; all unless given
   * @param replica Whose local ones; the first of `replicas` unless given
   */
  read(names?: readonly string[], replica?: number): Named;
  /** Gives all parameters of each replica in turn, shared ones being the same tensors. */
  readReplicas(): Named[];
  /** Lengths of what `joinShared` gives for a move: none if all that it trains is local. */
  sharedLengths(move: Move): number[];
  /** Joins the gradients of the shared parameters that a move trains; the caller disposes the result. */
  joinShared(move: Move, gradients: Given): tf.Tensor1D[];
  /**
   * Moves the shared parameters of a move, each gradient clipped by itself.
   *
   * @param move One of the learner's
   * @param joined Gradients as `joinShared` gives them; the caller's to dispose
   * @param step How often it moved before, a scalar
   */
  moveShared(move: Move, joined: readonly tf.Tensor1D[], step: tf.Scalar): void;
  /** Moves the local parameters of a move; parameters as for `apply`. */
  moveLocal(move: Move, gradients: Given, step: tf.Scalar, replica?: number): void;
  /**
   * Moves all parameters of a move against their gradients, each clipped by itself.
   *
   * @param move One of the learner's
   * @param gradients By name; the caller's to dispose
   * @param step How often it moved before, a scalar
   * @param replica Whose local parameters; the first of `replicas` unless given
   */
  apply(move: Move, gradients: Given, step: tf.Scalar, replica?: number): void;
  /**
   * Moves the running averages towards the parameters, where the learner has averages.
   *
   * @param step How often they moved before, a scalar
   */
  average(step: tf.Scalar): void;
  /** Gives what a trained model works with: the first replica's parameters, averaged where there are averages. */
  readTrained(): Named;
  /** What forward passes change, joined; nothing where there is no such parameter. */
  readonly statistics: Pack | undefined;
  /** Replaces parameters that forward passes change, as far as there are new values. */
  keepStatistics(statistics: Given): void;
  /** Gives the sum of each shared variable; the caller disposes it: copies that are equal have equal ones. */
  checkSums(): tf.Tensor1D;
  /**
   * Gives variables by the name that they have in a checkpoint; the caller disposes them.
   *
   * @param which All, or those alone that other copies do not have
   */
  snapshot(which?: "all" | "local"): Named;
}

/** Parameters that the same moves train, and what Adam remembers of them for each of these. */
interface Trained {
  readonly parameters: Pack;
  readonly moments: ReadonlyMap<Move, PackedMoments>;
  readonly average?: Pack;
}

function packsOf({ parameters, moments, average }: Trained): Pack[] {
  const remembered = [...moments.values()].flatMap(({ first, second }) => [first, second]);
  return [parameters, ...remembered, ...(average ? [average] : [])];
}

/**
 * Makes the variables of a run.
 *
 * @param learner Whose parameters
 * @param from A seed to start from, or a checkpoint's variables to resume from
 * @param replicas Whose local variables; those of the only replica unless given
 * @throws {RangeError} If a variable is missing from the checkpoint or has another size there, or if it
 *   holds weights alone
 */
export function createState(
  learner: Learner,
  from: number | NamedArrays,
  replicas: ReplicaRange = ONE_REPLICA,
): State {
  const { parameters } = learner;
  if (typeof from !== "number") checkResumable(learner, from);
  const start = typeof from === "number" ? initialValues(parameters, from) : from;
  const packs = new Map<Pack, string>(); // to the prefix of its names in a checkpoint
  const createPack = (names: readonly string[], prefix = "", owner = ""): Pack => {
    const shapes: Record<string, readonly number[]> = {};
    const values: Record<string, Float32Array> = {};
    for (const name of names) {
      shapes[name] = parameters[name]!.shape;
      // A new run's averages start where its parameters do, and every replica's parameters start alike.
      const source = typeof from === "number"
        ? (prefix === AVERAGE ? name : prefix + name)
        : owner + prefix + name;
      const found = start[source] ?? start[learner.olderName?.(source) ?? ""];
      if (typeof from !== "number") checkSize(source, shapes[name], found?.values);
      if (found) values[name] = found.values;
    }
    const pack = new Pack(`${owner}${prefix}${names[0]}`, shapes, values);
    packs.set(pack, owner + prefix);
    return pack;
  };
  const createTrained = (
    movers: readonly Move[],
    names: readonly string[],
    owner?: string,
  ): Trained => {
    const momentsOf = ({ name }: Move) => ({
      first: createPack(names, `${MOMENTS}/${name}/first/`, owner),
      second: createPack(names, `${MOMENTS}/${name}/second/`, owner),
    });
    return {
      parameters: createPack(names, "", owner),
      moments: new Map(movers.map((move) => [move, momentsOf(move)])),
      ...(learner.averageDecay && movers.some(isAveraged) &&
        { average: createPack(names, AVERAGE, owner) }),
    };
  };
  const shared: Trained[] = [];
  const local = Array.from({ length: replicas.count }, (): Trained[] => []);
  for (const { movers, names, isLocal } of groupedByMoves(learner)) {
    if (!isLocal) shared.push(createTrained(movers, names));
    for (const [i, own] of local.entries()) {
      if (isLocal) own.push(createTrained(movers, names, ownerOf(replicas.first + i)));
    }
  }
  const kept = Object.keys(parameters).filter((name) => !parameters[name]!.isTrained);
  const statistics = kept.length > 0 ? createPack(kept) : undefined;
  const localOf = (replica = replicas.first) => local[replica - replicas.first]!;
  const everyTrained = [...shared, ...local.flat()];
  const own = new Set(local.flat().flatMap(packsOf));
  const sums = replicas.of > 1 ? orderedSums : scatteredSums;
  const readPacks = (packs: readonly Pack[]): Named =>
    Object.assign({}, ...packs.map((pack) => pack.read()));
  const valuesOf = (trained: readonly Trained[]) => trained.map(({ parameters }) => parameters);
  const withStatistics = (packs: readonly Pack[]) => statistics ? [...packs, statistics] : packs;
  const ofMove = (move: Move) => shared.filter(({ moments }) => moments.has(move));
  const state: State = {
    replicas,
    statistics,
    read(names, replica) {
      const wanted = names && new Set(names);
      const values = withStatistics(valuesOf([...localOf(replica), ...shared]));
      return readPacks(
        values.filter((pack) => !wanted || pack.names.some((name) => wanted.has(name))),
      );
    },
    readReplicas() {
      const same = readPacks(withStatistics(valuesOf(shared)));
      return local.map((own) => ({ ...same, ...readPacks(valuesOf(own)) }));
    },
    sharedLengths: (move) => ofMove(move).map(({ parameters }) => parameters.length),
    joinShared: (move, gradients) =>
      ofMove(move).map(({ parameters }) => parameters.join(gradients)),
    moveShared(move, joined, step) {
      for (const [i, { parameters, moments }] of ofMove(move).entries()) {
        movePack(parameters, moments.get(move)!, joined[i]!, step, { ...move, sums });
      }
    },
    moveLocal(move, gradients, step, replica) {
      for (const { parameters, moments } of localOf(replica)) {
        const own = moments.get(move);
        if (!own) continue;
        tf.tidy(() =>
          movePack(parameters, own, parameters.join(gradients), step, { ...move, sums })
        );
      }
    },
    apply(move, gradients, step, replica) {
      state.moveLocal(move, gradients, step, replica);
      tf.tidy(() => state.moveShared(move, state.joinShared(move, gradients), step));
    },
    average(step) {
      tf.tidy(() => {
        for (const { parameters, average } of everyTrained) {
          if (!average) continue;
          const kept = learner.averageDecay!(step);
          const [now, before] = [parameters.variable.read(), average.variable.read()];
          average.variable.assign(tf.add(now, tf.mul(kept, tf.sub(before, now))));
        }
      });
    },
    readTrained() {
      const trained = [...localOf(), ...shared]
        .map(({ parameters, average }) => average ?? parameters);
      return readPacks(withStatistics(trained));
    },
    keepStatistics(replaced) {
      if (!statistics || Object.keys(replaced).length === 0) return;
      const isWhole = statistics.names.every((name) => name in replaced);
      statistics.assign(isWhole ? replaced : { ...statistics.read(), ...replaced });
    },
    checkSums: () =>
      tf.tidy(() =>
        tf.stack(
          [...packs.keys()].filter((pack) => !own.has(pack))
            .map((pack) => tf.sum(pack.variable.read())),
        ) as tf.Tensor1D
      ),
    snapshot(which = "all") {
      return Object.fromEntries(
        Array.from(packs).filter(([pack]) => which === "all" || own.has(pack))
          .flatMap(([pack, prefix]) =>
            Object.entries(pack.read()).map(([name, tensor]) => [prefix + name, tensor])
          ),
      );
    },
    [Symbol.dispose]() {
      for (const pack of packs.keys()) pack[Symbol.dispose]();
    },
  };
  return state;
}

/**
 * Opens the names of a replica's local variables in checkpoints. The first one's are those of a run of one
 * replica: they are what a trained model works with.
 */
const ownerOf = (replica: number) => replica === 0 ? "" : `replicas/${replica}/`;

/** Whether averages are kept of what a move trains. */
const isAveraged = ({ isAveraged = true }: Move) => isAveraged;

/** Parameters that the same moves train, all of them local or none. */
interface Group {
  readonly movers: readonly Move[];
  readonly isLocal: boolean;
  readonly names: string[];
}

/** Groups the parameters that are trained by the moves that train them, in the order of the moves. */
function groupedByMoves({ parameters, moves }: Learner): Group[] {
  const groups = new Map<string, Group>();
  for (const [name, { isTrained, isLocal = false }] of Object.entries(parameters)) {
    if (!isTrained) continue;
    const movers = moves.filter((move) => move.parameters.includes(name));
    const key = JSON.stringify([isLocal, ...movers.map((move) => move.name)]);
    const group = groups.get(key) ?? { movers, isLocal, names: [] };
    group.names.push(name);
    groups.set(key, group);
  }
  const firstMove = ({ movers }: Group) => moves.indexOf(movers[0]!);
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
