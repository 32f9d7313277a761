/**
 * Where the time of a step goes: its parts, each compiled and timed by itself.
 *
 * @module
 */
import type { Config } from "@/config.ts";
import { type Compiled, type GraphFunction, graphFunction, jit } from "@/engine/graph/jit.ts";
import { Variable } from "@/engine/graph/variable.ts";
import type { Pass } from "@/model/parameters.ts";
import { createModel, type Forward, type Model } from "@/method/vae.ts";
import * as tf from "@/engine/tf.ts";
import { movePack } from "@/train/adam.ts";
import { createState, type State } from "@/train/state.ts";
import { summarize, syntheticImages, timeCalls, type Times, type TimingOptions } from "./timing.ts";

/** The time of one part. */
export interface PartTimes extends Times {
  /** Which part. */
  readonly name: string;
  /** Which way, where it has two; backward is what the gradients add. */
  readonly direction?: "forward" | "backward";
}

/** What a part is computed from: images, and what a whole forward pass made of them. */
interface Given {
  readonly model: Model;
  readonly config: Config;
  readonly pass: Pass;
  readonly images: tf.Tensor4D;
  readonly forward: Forward;
}

/** The parts with two directions. TensorFlow runs what a result needs: no part before them. */
const PARTS: Readonly<Record<string, (given: Given) => tf.Tensor[]>> = {
  encoder({ model, pass, images }) {
    const { posterior } = model.forward(pass, images);
    return [posterior.mean, posterior.logVariance];
  },
  decoder: ({ model, pass, forward }) => [model.decode(pass, forward.z)],
  renderer: ({ model, forward: { occupancy, pose } }) => [model.render(occupancy, pose)],
  losses: ({ model, pass, images, forward }) => Object.values(model.terms(pass, forward, images)),
};

/**
 * Times the parts of a step: encoder, decoder, renderer and losses in both directions, the update
 * (clipping and Adam of every parameter), and the call: the upload of the images and the reading
 * of one number. A bare call has been taken off the others. What a step does beyond them, such as
 * the pose network, the texture and the second rendering of free poses, is the rest of its time.
 *
 * @param options How often each is called; `onCall` counts over all of them
 */
export function timeParts(config: Config, options: TimingOptions): PartTimes[] {
  const values = syntheticImages(config);
  using program = compileParts(config, values);
  let count = 0;
  const time = (name: string, feeds: () => Record<string, tf.Tensor> = () => ({})): Times => {
    const run = program[name] as Compiled;
    const call = () => tf.tidy(() => Object.values(run(feeds())).forEach((x) => x.dataSync()));
    return summarize(timeCalls(call, { ...options, onCall: () => options.onCall?.(++count) }));
  };
  const bare = time("bare");
  const parts = Object.keys(PARTS).flatMap((name) => {
    const forward = time(`${name}/forward`);
    const both = time(`${name}/both`);
    return [
      { name, direction: "forward", ...less(forward, bare) },
      { name, direction: "backward", ...less(both, forward) },
    ] as const;
  });
  return [
    ...parts,
    { name: "update", ...less(time("update"), bare) },
    { name: "call", ...time("call", () => ({ images: tf.tensor4d(values, shapeOf(config)) })) },
  ];
}

/** How many functions `timeParts` times. */
export const FUNCTION_COUNT: number = 2 * Object.keys(PARTS).length + 3;

function compileParts(
  config: Config,
  values: Float32Array,
): Record<string, unknown> & Disposable {
  const model = createModel(config);
  const state = createState(model, config.seed);
  const kept = keep(() => {
    const images = tf.tensor4d(values, shapeOf(config));
    return { images, forward: model.forward(passOf(state), images) };
  });
  const given = (): Given => ({ model, config, pass: passOf(state), ...read(kept) });
  const directions = Object.entries(PARTS).flatMap(([name, run]) => [
    [`${name}/forward`, graphFunction({}, () => ({ total: total(run(given())) }))],
    [`${name}/both`, graphFunction({}, () => bothDirections(given(), run))],
  ]);
  const program = jit<Record<string, GraphFunction>>({
    bare: graphFunction({}, () => ({ nothing: tf.scalar(0) })),
    call: graphFunction(
      { images: { shape: shapeOf(config), dtype: "float32" } },
      ({ images }) => ({ largest: tf.max(images) }),
    ),
    ...Object.fromEntries(directions),
    update: graphFunction({}, () => update(state, config)),
  });
  state[Symbol.dispose](); // what the program uses has moved into it
  return program;
}

function shapeOf({ batchSize, imageSize }: Config): [number, number, number, number] {
  return [batchSize, imageSize, imageSize, 1];
}

/** Reads the parameters for a forward pass in training. */
function passOf(state: State): Pass {
  const values = state.parameters();
  return { values, isTraining: true, seed: tf.zeros([2], "int32"), statistics: {} };
}

/** One number that needs all of a result, with a gradient that differs from place to place. */
function total(results: readonly tf.Tensor[]): tf.Tensor {
  return tf.addN(results.map((x) => tf.sum(tf.square(x))));
}

/** Runs a part in both directions, back to whatever it depends on but the images. */
function bothDirections(given: Given, run: (given: Given) => tf.Tensor[]) {
  const { model, pass, forward } = given;
  const parameters = Object.entries(pass.values).filter(([name]) =>
    model.parameters[name]!.isTrained
  )
    .map(([, value]) => value);
  const inputs = [...parameters, ...leavesOf(forward) as tf.Tensor[]];
  const { value, grads } = tf.engine().gradients(() => total(run(given)), inputs, undefined, true);
  // There is no gradient for what a part does not depend on.
  return { total: value, gradients: total(grads.filter((gradient) => gradient !== undefined)) };
}

/** Updates every parameter, with its own value as its gradient. */
function update({ first, opponent, others }: State, config: Config) {
  for (const { parameters, moments } of [first, opponent, others].filter((group) => !!group)) {
    movePack(parameters, moments, parameters.read(), tf.scalar(0), config);
  }
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

/** Copies a tree of tensors or variables, such as a `Forward`, with other leaves. */
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

function read(kept: object) {
  const tensors = mapLeaves(kept, (leaf) => (leaf as Variable).read());
  return tensors as { images: tf.Tensor4D; forward: Forward };
}
