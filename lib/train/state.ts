/**
 * What training changes: the parameters and what Adam remembers of them, as variables.
 *
 * @module
 */
import { Variable } from "@/graph/variable.ts";
import { initialValues } from "@/model/parameters.ts";
import type { Model } from "@/model/vae.ts";
import { elementCount } from "@/shapes.ts";
import type { Moments } from "./adam.ts";

/** The values of all variables, by name: what a checkpoint holds. */
export type Snapshot = Readonly<Record<string, Float32Array>>;

/** The variables of a training run. */
export interface State {
  /** Parameters of the network, by name. */
  readonly parameters: Readonly<Record<string, Variable>>;
  /** Adam's memory for the update of everything, by parameter. */
  readonly moments: Readonly<Record<string, Moments>>;
  /** Adam's memory for the parameters that are updated by themselves first. */
  readonly momentsFirst: Readonly<Record<string, Moments>>;
  /** Every variable, by the name that it has in a checkpoint. */
  readonly variables: Readonly<Record<string, Variable>>;
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
  const variables: Record<string, Variable> = {};
  const create = (name: string, shape: readonly number[]) => {
    if (typeof from !== "number") checkSize(name, shape, from[name]);
    return variables[name] = new Variable(name, [...shape], start[name]);
  };
  const momentsOf = (prefix: string, names: readonly string[]) =>
    Object.fromEntries(names.map((name) => {
      const { shape } = model.parameters[name]!;
      return [name, {
        first: create(`${prefix}/first/${name}`, shape),
        second: create(`${prefix}/second/${name}`, shape),
      }];
    }));
  const names = Object.keys(model.parameters);
  return {
    parameters: Object.fromEntries(
      names.map((name) => [name, create(name, model.parameters[name]!.shape)]),
    ),
    moments: momentsOf("adam", names.filter((name) => model.parameters[name]!.isTrained)),
    momentsFirst: momentsOf("adamFirst", model.updatedFirst),
    variables,
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
