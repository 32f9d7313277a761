/**
 * Where the time of a step goes: its parts, each compiled and timed by itself.
 *
 * @module
 */
import type { Config } from "@/config.ts";
import { type TruthField, truthShape } from "@/data/truth.ts";
import { type Compiled, type GraphFunction, graphFunction, jit } from "@/engine/graph/jit.ts";
import { Variable } from "@/engine/graph/variable.ts";
import * as tf from "@/engine/tf.ts";
import { createLearner } from "@/method/registry.ts";
import type { Inferred, Learner, Move, Truth } from "@/model/learner.ts";
import { Pass } from "@/model/pass.ts";
import { createState, type State } from "@/train/state.ts";
import {
  summarize,
  syntheticImages,
  syntheticTruth,
  timeCalls,
  type Times,
  type TimingOptions,
} from "./timing.ts";

/** The time of one part. */
export interface PartTimes extends Times {
  /** Which part. */
  readonly name: string;
  /** Which way, where it has two; backward is what the gradients add. */
  readonly direction?: "forward" | "backward";
}

/** What a part is computed from: images, and what a whole forward pass made of them. */
interface Given {
  readonly pass: Pass;
  readonly images: tf.Tensor4D;
  readonly truth: Truth;
  readonly inferred: Inferred;
}

/** A part. TensorFlow runs what a result needs: no part before it. */
interface Part {
  /** Which ways it goes. */
  readonly directions: readonly ("forward" | "backward")[];
  run(given: Given): tf.Tensor[];
}

const bothWays = (run: Part["run"]): Part => ({ directions: ["forward", "backward"], run });

/**
 * The parts of a learner: its networks and its renderer, what else it names, then its moves, each of
 * which runs them.
 */
function partsOf(learner: Learner): Readonly<Record<string, Part>> {
  return {
    encoder: bothWays(({ pass, images }) => {
      const { mean, logVariance } = learner.encode(pass, images);
      return [mean, logVariance];
    }),
    decoder: bothWays(({ pass, inferred }) => [learner.decode(pass, inferred.latent)]),
    renderer: bothWays(({ inferred: { occupancy, pose } }) => [learner.render(occupancy, pose)]),
    ...Object.fromEntries(
      Object.entries(learner.parts ?? {}).map(([name, part]): [string, Part] => {
        const run = ({ pass, images, inferred }: Given) => [part.run(pass, images, inferred)];
        const { isDifferentiated = true } = part;
        return [name, isDifferentiated ? bothWays(run) : { directions: ["forward"], run }];
      }),
    ),
    ...Object.fromEntries(learner.moves.map((move): [string, Part] => [
      `move ${move.name}`,
      bothWays(({ pass, images, truth }) => Object.values(move.terms(pass, images, truth))),
    ])),
  };
}

/**
 * Times the parts of a step in the directions that they have: encoder, decoder, renderer, what else the
 * learner names, and whole moves; then the
 * update (clipping and Adam, of every move), and the call (the upload of the images and the reading of
 * one number). A bare call has been taken off the others. Compiled together, moves share what they have
 * in common, so a step takes less than their sum.
 *
 * @param options How often each is called; `onCall` counts over all of them
 */
export function timeParts(whole: Config, options: TimingOptions): PartTimes[] {
  const config = { ...whole, replicas: 1 }; // parts of a replica
  const values = syntheticImages(config);
  const learner = createLearner(config);
  using program = compileParts(config, learner, values);
  let count = 0;
  const time = (name: string, feeds: () => Record<string, tf.Tensor> = () => ({})): Times => {
    const run = program[name] as Compiled;
    const call = () => tf.tidy(() => Object.values(run(feeds())).forEach((x) => x.dataSync()));
    return summarize(timeCalls(call, { ...options, onCall: () => options.onCall?.(++count) }));
  };
  const bare = time("bare");
  const parts = Object.entries(partsOf(learner)).flatMap(([name, { directions }]) => {
    let before = bare;
    return directions.map((direction) => {
      const times = time(keyOf(name, direction));
      const part = { name, direction, ...less(times, before) };
      before = times;
      return part;
    });
  });
  return [
    ...parts,
    { name: "update", ...less(time("update"), bare) },
    { name: "call", ...time("call", () => ({ images: tf.tensor4d(values, shapeOf(config)) })) },
  ];
}

/** Names a part's function, up to a direction, as TensorFlow's nodes may be named. */
function keyOf(part: string, direction: string): string {
  return `${part.replaceAll(/[^\w]/g, "_")}/${direction}`;
}

/** Counts the functions that `timeParts` times. */
export function countFunctions(config: Config): number {
  const parts = Object.values(partsOf(createLearner(config)));
  return parts.flatMap(({ directions }) => directions).length + 3;
}

function compileParts(
  config: Config,
  learner: Learner,
  values: Float32Array,
): Record<string, unknown> & Disposable {
  const state = createState(learner, config.seed);
  const kept = keep(() => {
    const images = tf.tensor4d(values, shapeOf(config));
    const made = syntheticTruth(config, learner.supervision ?? []);
    const truth = Object.fromEntries(
      Object.entries(made).map(([field, values]) => [
        field,
        tf.tensor(values, truthShape(field as TruthField, config)),
      ]),
    );
    return { images, truth, inferred: learner.infer(passOf(state), images) };
  });
  const given = (): Given => ({ pass: passOf(state), ...read(kept) });
  const functions = {
    forward: (run: Part["run"]) => ({ total: total(run(given())) }),
    backward: (run: Part["run"]) => bothDirections(learner, given(), run),
  };
  const directions = Object.entries(partsOf(learner)).flatMap(([name, { directions, run }]) =>
    directions.map((direction) => [
      keyOf(name, direction),
      graphFunction({}, () => functions[direction](run)),
    ])
  );
  const program = jit<Record<string, GraphFunction>>({
    bare: graphFunction({}, () => ({ nothing: tf.scalar(0) })),
    call: graphFunction(
      { images: { shape: shapeOf(config), dtype: "float32" } },
      ({ images }) => ({ largest: tf.max(images) }),
    ),
    ...Object.fromEntries(directions),
    update: graphFunction({}, () => update(state, learner.moves)),
  });
  state[Symbol.dispose](); // what the program uses has moved into it
  return program;
}

function shapeOf({ batchSize, imageSize }: Config): [number, number, number, number] {
  return [batchSize, imageSize, imageSize, 1];
}

/** Reads the parameters for a forward pass in training. */
function passOf(state: State): Pass {
  const seed = tf.zeros([2], "int32") as tf.Tensor1D;
  return new Pass({ values: state.read(), seed, step: tf.scalar(0), isTraining: true });
}

/** One number that needs all of a result, with a gradient that differs from place to place. */
function total(results: readonly tf.Tensor[]): tf.Tensor {
  return tf.addN(results.map((x) => tf.sum(tf.square(x))));
}

/** Runs a part in both directions, back to whatever it depends on but the images. */
function bothDirections({ parameters }: Learner, given: Given, run: Part["run"]) {
  const trained = Object.entries(given.pass.values)
    .filter(([name]) => parameters[name]!.isTrained)
    .map(([, value]) => value);
  const inputs = [...trained, ...leavesOf(given.inferred) as tf.Tensor[]];
  const { value, grads } = tf.engine().gradients(() => total(run(given)), inputs, undefined, true);
  // There is no gradient for what a part does not depend on.
  return { total: value, gradients: total(grads.filter((gradient) => gradient !== undefined)) };
}

/** Updates the parameters of every move, with their own values as gradients. */
function update(state: State, moves: readonly Move[]) {
  for (const move of moves) state.apply(move, state.read(move.parameters), tf.scalar(0));
  return { done: tf.scalar(0) };
}

/** Time that is left without some other; noise must not make it less than nothing. */
function less(times: Times, other: Times): Times {
  return {
    medianMs: Math.max(0, times.medianMs - other.medianMs),
    fastestMs: Math.max(0, times.fastestMs - other.fastestMs),
  };
}

type Leaf = tf.Tensor | Variable;

/** Copies a tree of tensors or variables, such as an `Inferred`, with other leaves. */
function mapLeaves(tree: object, map: (leaf: Leaf, name: string) => Leaf): object {
  return Object.fromEntries(
    Object.entries(tree).map(([name, part]) => {
      const isLeaf = part instanceof tf.Tensor || part instanceof Variable;
      return [name, isLeaf ? map(part, name) : mapLeaves(part, map)];
    }),
  );
}

function leavesOf(tree: object): Leaf[] {
  const leaves: Leaf[] = [];
  mapLeaves(tree, (leaf) => (leaves.push(leaf), leaf));
  return leaves;
}

/** Copies the tensors that a function makes to variables, which stay in TensorFlow's memory from call to call. */
function keep(tree: () => object): object {
  let kept: object;
  tf.tidy(() => {
    kept = mapLeaves(tree(), (leaf, name) => {
      const variable = new Variable(`kept/${name}`, leaf.shape);
      variable.assign(leaf as tf.Tensor);
      return variable;
    });
  });
  return kept!;
}

function read(kept: object): Omit<Given, "pass"> {
  return mapLeaves(kept, (leaf) => (leaf as Variable).read()) as Omit<Given, "pass">;
}
