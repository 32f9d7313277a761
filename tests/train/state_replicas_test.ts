/** Variables of several replicas: those that all share, and those that each has for itself. */
import assert from "node:assert/strict";
import type { NamedArrays } from "@/engine/shapes.ts";
import * as tf from "@/engine/tf.ts";
import { createVae } from "@/method/vae.ts";
import { createState, type State } from "@/train/state.ts";
import { TINY } from "../tiny.ts";
import { readState } from "./read_state.ts";

const learner = createVae(TINY);

const SECOND = { of: 3, first: 1, count: 2 };

Deno.test("createState() has local variables of each of its replicas, by names of their own", () => {
  using state = createState(learner, 1, SECOND);
  const names = Object.keys(readState(state));
  const poses = names.filter((name) => name.endsWith("pose/mean"));
  const moments = ["pose/first", "pose/second", "model/first", "model/second"];
  assert.deepEqual(
    poses.sort(),
    [1, 2].flatMap((replica) =>
      ["", ...moments.map((each) => `adam/${each}/`)].map((prefix) =>
        `replicas/${replica}/${prefix}pose/mean`
      )
    ).sort(),
  );
  assert.equal(names.filter((name) => name.endsWith("encoder/conv1/kernel")).length, 3);
  const local = Object.keys(tf.tidy(() => state.snapshot("local")));
  assert.deepEqual(local.sort(), names.filter((name) => name.startsWith("replicas/")).sort());
});

Deno.test("apply() moves local parameters of one replica, and shared ones of all", () => {
  using state = createState(learner, 1, SECOND);
  const model = learner.moves.at(-1)!;
  const valueOf = (name: string, replica: number) =>
    state.read([name], replica)[name]!.dataSync()[0]!;
  tf.tidy(() => {
    const gradients = Object.fromEntries(
      model.parameters.map((name) => [name, tf.ones([...learner.parameters[name]!.shape])]),
    );
    const before = [1, 2].map((replica) => valueOf("decoder/deconv2/bias", replica));
    state.apply(model, gradients, tf.scalar(0), 2);
    assert.deepEqual([1, 2].map((replica) => valueOf("pose/mean", replica) !== 0), [false, true]);
    const after = [1, 2].map((replica) => valueOf("decoder/deconv2/bias", replica));
    assert.ok(after[0] === after[1] && after[0] !== before[0]);
    const [one, two] = state.readReplicas();
    assert.equal(one!["encoder/conv1/kernel"], two!["encoder/conv1/kernel"]);
    assert.notDeepEqual(one!["pose/mean"]!.dataSync(), two!["pose/mean"]!.dataSync());
  });
});

Deno.test("joinShared() and moveShared() leave out what is local", () => {
  using state = createState(learner, 1);
  const [pose, model] = learner.moves;
  assert.deepEqual(state.sharedLengths(pose!), []);
  tf.tidy(() => {
    const gradients = Object.fromEntries(
      model!.parameters.map((name) => [name, tf.ones([...learner.parameters[name]!.shape])]),
    );
    const joined = state.joinShared(model!, gradients);
    assert.deepEqual(joined.map(({ size }) => size), state.sharedLengths(model!));
    const before = state.read();
    state.moveShared(model!, joined, tf.scalar(0));
    for (const [name, value] of Object.entries(state.read())) {
      const isMoved = [...value.dataSync()].some((x, i) => x !== before[name]!.dataSync()[i]);
      const { isTrained, isLocal = false } = learner.parameters[name]!;
      assert.equal(isMoved, isTrained && !isLocal, name);
    }
  });
});

Deno.test("checkSums() differs where a shared variable does, whatever local ones are", () => {
  const sumsOf = (change: (state: State) => void) => {
    using state = createState(learner, 1);
    return tf.tidy(() => {
      change(state);
      return [...state.checkSums().dataSync()].join();
    });
  };
  const [pose, model] = learner.moves;
  const moved = (state: State, move = model!) =>
    state.apply(move, state.read(move.parameters), tf.scalar(0));
  const untouched = sumsOf(() => {});
  assert.equal(sumsOf(() => {}), untouched);
  assert.equal(sumsOf((state) => moved(state, pose)), untouched);
  assert.notEqual(sumsOf((state) => moved(state)), untouched);
});

Deno.test("createState() resumes each replica from its own variables, and names those that are missing", () => {
  let snapshot: NamedArrays = {};
  {
    using state = createState(learner, 1, { of: 2, first: 0, count: 2 });
    tf.tidy(() => {
      for (const replica of [0, 1]) {
        const gradients = { "pose/mean": tf.fill([4, 12], replica - 0.5) };
        const rest = { "pose/logVariance": tf.ones([4, 12]) };
        state.apply(learner.moves[0]!, { ...gradients, ...rest }, tf.scalar(0), replica);
      }
    });
    snapshot = readState(state);
  }
  assert.notDeepEqual(snapshot["pose/mean"], snapshot["replicas/1/pose/mean"]);
  using second = createState(learner, snapshot, { of: 2, first: 1, count: 1 });
  for (const [name, variable] of Object.entries(readState(second))) {
    assert.deepEqual(variable, snapshot[name], name);
  }
  assert.throws(() => createState(learner, snapshot, { of: 3, first: 2, count: 1 }), {
    name: "RangeError",
    message:
      /^Cannot resume: the checkpoint must hold 48 values of replicas\/2\/.*, got 0; resume /,
  });
});
