/**
 * What training changes: the parameters and what Adam remembers of them, as variables.
 *
 * @module
 */
import { initialValues } from "@/model/parameters.ts";
import type { Model } from "@/method/vae.ts";
import { elementCount } from "@/engine/shapes.ts";
import type * as tf from "@/engine/tf.ts";
import type { PackedMoments } from "./adam.ts";
import { Pack } from "./pack.ts";

/** The values of all variables, by name: what a checkpoint holds. */
export type Snapshot = Readonly<Record<string, Float32Array>>;

/** Parameters that move together. */
export interface Group {
  /** The parameters. */
  readonly parameters: Pack;
  /** Adam's memory. */
  readonly moments: PackedMoments;
}

/** The variables of a training run; freed when disposed. */
export interface State extends Disposable {
  /** What each batch moves by itself first, with a memory of its own, and then again with the others. */
  readonly first?: Group & { readonly momentsFirst: PackedMoments };
  /** What an opponent moves against its own loss, where the objective is a game. */
  readonly opponent?: Group;
  /** All other parameters that are trained. */
  readonly others: Group;
  /** What forward passes change. */
  readonly statistics: Pack;
  /** Gives every parameter, by name; the caller disposes them. */
  parameters(): Record<string, tf.Tensor>;
  /** Gives every variable, by the name that it has in a checkpoint; the caller disposes them. */
  snapshot(): Record<string, tf.Tensor>;
}

/**
 * Makes the variables of a run.
 *
 * @param model Whose parameters
 * @param from A seed to start from, or a snapshot to go on from
 * @throws {RangeError} If a variable is missing from the snapshot or has another size there
 */
export function createState(model: Model, from: number | Snapshot): State {
  const start: Snapshot = typeof from === "number" ? initialValues(model.parameters, from) : from;
  const packs = new Map<Pack, string>(); // to the prefix of its names in a checkpoint
  const create = (names: readonly string[], prefix = ""): Pack => {
    const shapes: Record<string, readonly number[]> = {};
    const values: Record<string, Float32Array> = {};
    for (const name of names) {
      shapes[name] = model.parameters[name]!.shape;
      const value = start[prefix + name];
      if (typeof from !== "number") checkSize(prefix + name, shapes[name], value);
      if (value) values[name] = value;
    }
    const pack = new Pack(`${prefix}${names[0]}`, shapes, values);
    packs.set(pack, prefix);
    return pack;
  };
  const momentsOf = (prefix: string, names: readonly string[]): PackedMoments => ({
    first: create(names, `${prefix}/first/`),
    second: create(names, `${prefix}/second/`),
  });
  const groupOf = (names: readonly string[]): Group => ({
    parameters: create(names),
    moments: momentsOf("adam", names),
  });
  const { parameters, updatedFirst } = model;
  const opposing = Object.keys(model.opponent?.parameters ?? {});
  const isOther = (name: string) => !updatedFirst.includes(name) && !opposing.includes(name);
  const [trained, kept] = [true, false].map((isTrained) =>
    Object.keys(parameters).filter((name) => parameters[name]!.isTrained === isTrained)
  ) as [string[], string[]];
  const state = {
    ...(updatedFirst.length > 0 && {
      first: { ...groupOf(updatedFirst), momentsFirst: momentsOf("adamFirst", updatedFirst) },
    }),
    ...(opposing.length > 0 && { opponent: groupOf(opposing) }),
    others: groupOf(trained.filter(isOther)),
    statistics: create(kept),
  };
  const read = (from: Iterable<[Pack, string]>) =>
    Object.assign(
      {},
      ...Array.from(from, ([pack, prefix]) =>
        Object.fromEntries(
          Object.entries(pack.read()).map(([name, tensor]) => [prefix + name, tensor]),
        )),
    );
  return {
    ...state,
    parameters: () => read([...packs].filter(([, prefix]) => prefix === "")),
    snapshot: () => read(packs),
    [Symbol.dispose]() {
      for (const pack of packs.keys()) pack[Symbol.dispose]();
    },
  };
}

/** A missing variable would start from 0 without a word. */
function checkSize(name: string, shape: readonly number[], values: Float32Array | undefined) {
  const count = elementCount(shape);
  if (values?.length === count) return;
  throw new RangeError(
    `Cannot go on: the snapshot must hold ${count} values of ${name}, got ${
      values?.length ?? 0
    }; ` +
      `go on from the checkpoint of a training run, made with this config`,
  );
}
