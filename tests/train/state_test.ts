import assert from "node:assert/strict";
import type { NamedArrays } from "@/engine/shapes.ts";
import * as tf from "@/engine/tf.ts";
import { createVae } from "@/method/vae.ts";
import type { Learner } from "@/model/learner.ts";
import { initialValues } from "@/model/parameters.ts";
import { createState, type State } from "@/train/state.ts";
import { assertClose, assertTensorsKept } from "../assert.ts";
import { TINY } from "../tiny.ts";
import { readState } from "./read_state.ts";

const learner = createVae(TINY);

/** Runs a test on a state and frees it afterwards. */
function withState(from: number | NamedArrays, body: (state: State) => void): void {
  using state = createState(learner, from);
  body(state);
}

Deno.test("createState() starts parameters as they are declared and Adam's moments at 0", () => {
  withState(1, (state) => {
    const initial = initialValues(learner.parameters, 1);
    for (const [name, { values, shape }] of Object.entries(readState(state))) {
      const expected = name in initial ? initial[name]!.values : new Float32Array(values.length);
      assert.deepEqual(values, expected, name);
      const parameter = name.replace(/^adam\/[^/]+\/(first|second)\//, "");
      assert.deepEqual(shape, learner.parameters[parameter]!.shape, name);
    }
  });
});

Deno.test("createState() has two moments for every parameter of every move", () => {
  for (const objective of ["mu-vae", "adversarial"] as const) {
    const learner = createVae({ ...TINY, objective });
    using state = createState(learner, 1);
    const names = [
      ...Object.keys(learner.parameters),
      ...learner.moves.flatMap((move) =>
        move.parameters.flatMap((name) =>
          ["first", "second"].map((moment) => `adam/${move.name}/${moment}/${name}`)
        )
      ),
    ];
    assert.deepEqual(Object.keys(readState(state)).sort(), names.sort());
  }
});

Deno.test("readState() gives all parameters, or at least those that are named", () => {
  withState(1, (state) => {
    tf.tidy(() => {
      assert.deepEqual(
        Object.keys(state.read()).sort(),
        Object.keys(learner.parameters).sort(),
      );
      const some = state.read(["pose/mean"]);
      assert.deepEqual(some["pose/mean"]!.shape, [4, 12]);
      assert.ok(!("encoder/conv1/kernel" in some));
    });
  });
});

Deno.test("apply() moves what the move trains, with a memory of its own, and nothing else", () => {
  withState(1, (state) => {
    const before = readState(state);
    const [pose] = learner.moves;
    tf.tidy(() => {
      const gradients = Object.fromEntries(
        pose!.parameters.map((name) => [name, tf.ones([...learner.parameters[name]!.shape])]),
      );
      state.apply(pose!, gradients, tf.scalar(0));
    });
    const after = readState(state);
    const changed = Object.keys(after).filter((name) =>
      after[name]!.values.some((value, i) => value !== before[name]!.values[i])
    );
    assert.deepEqual(
      new Set(changed),
      new Set(pose!.parameters.flatMap((name) => [
        name,
        `adam/pose/first/${name}`,
        `adam/pose/second/${name}`,
      ])),
    );
  });
});

Deno.test("apply() takes the step size of a schedule at each step", () => {
  const [pose, ...others] = learner.moves;
  const move = { ...pose!, learningRate: (step: tf.Scalar) => tf.mul(0.25, step) as tf.Scalar };
  const scheduled: Learner = { ...learner, moves: [move, ...others] };
  using state = createState(scheduled, 1);
  const moved = (step: number) =>
    tf.tidy(() => {
      const before = state.read(["pose/mean"])["pose/mean"]!.dataSync()[0]!;
      const gradients = Object.fromEntries(
        move.parameters.map((name) => [name, tf.ones([...learner.parameters[name]!.shape])]),
      );
      state.apply(move, gradients, tf.scalar(step));
      return before - state.read(["pose/mean"])["pose/mean"]!.dataSync()[0]!;
    });
  assert.equal(moved(0), 0); // Adam's first move is the step size, here 0
  assert.ok(moved(2) > 0.2);
});

Deno.test("keepStatistics() replaces those that are new and keeps the others", () => {
  withState(1, (state) => {
    tf.tidy(() => {
      state.keepStatistics({ "decoder/norm1/mean": tf.fill([4], 7) });
      const { "decoder/norm1/mean": mean, "decoder/norm1/variance": variance } = state.read();
      assert.deepEqual([...mean!.dataSync()], [7, 7, 7, 7]);
      assert.deepEqual([...variance!.dataSync()], [1, 1, 1, 1]);
    });
  });
});

Deno.test("createState() works without statistics", () => {
  const parameters = Object.fromEntries(
    Object.entries(learner.parameters).filter(([, { isTrained }]) => isTrained),
  );
  using state = createState({ ...learner, parameters }, 1);
  state.keepStatistics({});
  assert.deepEqual(
    Object.keys(tf.tidy(() => state.read())).sort(),
    Object.keys(parameters).sort(),
  );
});

/** A checkpoint in which no two numbers are the same. */
function numbered(): NamedArrays {
  let snapshot: NamedArrays = {};
  withState(1, (state) => snapshot = readState(state));
  let count = 0;
  for (const { values } of Object.values(snapshot)) values.forEach((_, i) => values[i] = ++count);
  return snapshot;
}

Deno.test("createState() resumes from a checkpoint", () => {
  const snapshot = numbered();
  withState(snapshot, (state) => assert.deepEqual(readState(state), snapshot));
});

Deno.test("createState() resumes from a checkpoint of before moves had names and arrays shapes", () => {
  const snapshot = numbered();
  const older = Object.fromEntries(
    Object.entries(snapshot).map(([name, { values }]) => [
      name.replace("adam/pose/", "adamFirst/").replace("adam/model/", "adam/"),
      { shape: [values.length], values },
    ]),
  );
  assert.ok("adamFirst/second/pose/mean" in older && "adam/first/pose/mean" in older);
  withState(older, (state) => assert.deepEqual(readState(state), snapshot));
});

Deno.test("createState() refuses a checkpoint that lacks a variable or has another size", () => {
  const snapshot = numbered();
  const { "adam/model/first/decoder/deconv2/bias": _, ...lacking } = snapshot;
  const short = { shape: [1, 12], values: new Float32Array(12) };
  const refused: [NamedArrays, string][] = [
    [lacking, "1 values of adam/model/first/decoder/deconv2/bias, got 0"],
    [{ ...snapshot, "pose/mean": short }, "48 values of pose/mean, got 12"],
  ];
  for (const [from, message] of refused) {
    assertTensorsKept(0, () => {
      assert.throws(() => createState(learner, from), {
        name: "RangeError",
        message: `Cannot resume: the checkpoint must hold ${message}; resume from the checkpoint ` +
          "of a training run, made with this config",
      });
    });
  }
});

/** The same learner with averages, which keep a half at step 0 and a share that grows. */
const averaged: Learner = {
  ...learner,
  averageDecay: (step) => tf.div(tf.add(step, 1), tf.add(step, 2)) as tf.Scalar,
};

Deno.test("createState() starts the averages of a new run at its parameters", () => {
  using state = createState(averaged, 1);
  const snapshot = readState(state);
  const initial = initialValues(learner.parameters, 1);
  for (const [name, { isTrained }] of Object.entries(learner.parameters)) {
    const average = snapshot[`average/${name}`];
    // Statistics are running means already.
    assert.deepEqual(average, isTrained ? initial[name] : undefined, name);
  }
  withState(1, (without) => {
    assert.ok(Object.keys(readState(without)).every((name) => !name.startsWith("average/")));
  });
});

Deno.test("average() moves averages towards the parameters, by as much as averageDecay leaves", () => {
  const name = "pose/mean";
  const start = numbered();
  const averages = Object.keys(learner.parameters).map((name) => [
    `average/${name}`,
    { ...start[name]!, values: start[name]!.values.map((value) => value + 6) },
  ]);
  using state = createState(averaged, { ...start, ...Object.fromEntries(averages) });
  const away = () => {
    const { [name]: now, [`average/${name}`]: average } = readState(state);
    assert.deepEqual(now, start[name]);
    return average!.values.map((value, i) => value - now!.values[i]!);
  };
  const all = (value: number) => new Array(start[name]!.values.length).fill(value);
  for (const [step, distance] of [[0, 3], [1, 2], [2, 1.5]] as const) {
    tf.tidy(() => state.average(tf.scalar(step)));
    assertClose(away(), all(distance), 1e-3);
  }
});

Deno.test("readTrained() gives averages where there are any, and statistics as they are", () => {
  const start = numbered();
  const shifted = Object.fromEntries(
    Object.entries(start).map(([name, { shape, values }]) => [
      `average/${name}`,
      { shape, values: values.map((value) => -value) },
    ]),
  );
  for (const each of [learner, averaged]) {
    using state = createState(each, { ...start, ...shifted });
    tf.tidy(() => {
      const trained = state.readTrained();
      assert.deepEqual(Object.keys(trained).sort(), Object.keys(learner.parameters).sort());
      for (const [name, { isTrained }] of Object.entries(learner.parameters)) {
        const isAverage = isTrained && each === averaged;
        const { values } = isAverage ? shifted[`average/${name}`]! : start[name]!;
        assert.deepEqual(trained[name]!.dataSync(), values, name);
      }
    });
  }
});

Deno.test("average() does nothing without averages, and keeps no tensor", () => {
  withState(1, (state) => {
    const before = readState(state);
    const step = tf.scalar(0);
    assertTensorsKept(0, () => state.average(step));
    using other = createState(averaged, 1);
    assertTensorsKept(0, () => other.average(step));
    step.dispose();
    assert.deepEqual(readState(state), before);
  });
});

Deno.test("createState() refuses a checkpoint without averages where the learner has them", () => {
  assert.throws(() => createState(averaged, numbered()), {
    name: "RangeError",
    message: /^Cannot resume: the checkpoint must hold \d+ values of average\/.*, got 0; resume /,
  });
});

Deno.test("createState() keeps no tensor: variables are not tensors", () => {
  assertTensorsKept(0, () => withState(1, () => {}));
});

Deno.test("createState() keeps no averages of what a move says are not averaged", () => {
  const { moves, parameters } = learner;
  const names = moves[0]!.parameters;
  const [apart, others] = [names.slice(0, 3), names.slice(3)];
  using state = createState({
    ...averaged,
    moves: [
      { ...moves[0]!, name: "opponent", parameters: apart, isAveraged: false },
      { ...moves[0]!, parameters: others },
    ],
  }, 1);
  const snapshot = readState(state);
  for (const name of names) {
    assert.equal(`average/${name}` in snapshot, others.includes(name), name);
  }
  tf.tidy(() => {
    state.average(tf.scalar(0));
    assert.deepEqual(Object.keys(state.readTrained()).sort(), Object.keys(parameters).sort());
  });
});
