import assert from "node:assert/strict";
import { initialValues } from "@/model/parameters.ts";
import { createModel } from "@/method/vae.ts";
import * as tf from "@/engine/tf.ts";
import { createState, type Snapshot, type State } from "@/train/state.ts";
import { assertTensorsKept } from "../assert.ts";
import { TINY } from "../tiny.ts";

const model = createModel(TINY);

/** Runs a test on a state and frees it afterwards. */
function withState(from: number | Snapshot, body: (state: State) => void): void {
  using state = createState(model, from);
  body(state);
}

function read(state: State): Record<string, Float32Array> {
  return tf.tidy(() =>
    Object.fromEntries(
      Object.entries(state.snapshot()).map(([name, tensor]) => [
        name,
        tensor.dataSync() as Float32Array,
      ]),
    )
  );
}

Deno.test("createState() starts parameters as they are declared and Adam's moments at 0", () => {
  withState(1, (state) => {
    const initial = initialValues(model.parameters, 1);
    for (const [name, values] of Object.entries(read(state))) {
      const expected = name in initial ? initial[name]! : new Float32Array(values.length);
      assert.deepEqual(values, expected, name);
    }
  });
});

Deno.test("createState() has two moments for all that is trained, and two for what is first", () => {
  withState(1, (state) => {
    const trained = Object.keys(model.parameters)
      .filter((name) => model.parameters[name]!.isTrained);
    assert.deepEqual(state.first?.parameters.names, ["pose/mean", "pose/logVariance"]);
    const names = [
      ...Object.keys(model.parameters),
      ...trained.flatMap((name) => [`adam/first/${name}`, `adam/second/${name}`]),
      ...["pose/mean", "pose/logVariance"]
        .flatMap((name) => [`adamFirst/first/${name}`, `adamFirst/second/${name}`]),
    ];
    assert.deepEqual(Object.keys(read(state)).sort(), names.sort());
    const parameters = state.parameters();
    assert.deepEqual(Object.keys(parameters).sort(), Object.keys(model.parameters).sort());
    tf.dispose(parameters);
  });
});

Deno.test("createState() keeps what an opponent moves apart from what the model does", () => {
  const game = createModel({ ...TINY, objective: "adversarial" });
  const opposing = Object.keys(game.opponent!.parameters);
  using state = createState(game, 1);
  assert.deepEqual(state.opponent!.parameters.names, opposing);
  assert.ok(state.others.parameters.names.every((name) => !opposing.includes(name)));
  const names = Object.keys(read(state));
  assert.ok(opposing.every((name) => names.includes(`adam/second/${name}`)));
  withState(1, ({ opponent }) => assert.equal(opponent, undefined));
});

Deno.test("createState() goes on from a snapshot", () => {
  let snapshot: Record<string, Float32Array> = {};
  withState(1, (state) => snapshot = read(state));
  for (const values of Object.values(snapshot)) values.forEach((_, i) => values[i] = i + 0.5);
  withState(snapshot, (state) => assert.deepEqual(read(state), snapshot));
});

Deno.test("createState() refuses a snapshot that lacks a variable or has another size", () => {
  let snapshot: Record<string, Float32Array> = {};
  withState(1, (state) => snapshot = read(state));
  const { "adam/first/decoder/deconv2/bias": _, ...lacking } = snapshot;
  const refused: [Snapshot, string][] = [
    [lacking, "1 values of adam/first/decoder/deconv2/bias, got 0"],
    [{ ...snapshot, "pose/mean": new Float32Array(12) }, "48 values of pose/mean, got 12"],
  ];
  for (const [from, message] of refused) {
    assertTensorsKept(0, () => {
      assert.throws(() => createState(model, from), {
        name: "RangeError",
        message:
          `Cannot go on: the snapshot must hold ${message}; go on from the checkpoint of a ` +
          "training run, made with this config",
      });
    });
  }
});

Deno.test("createState() keeps no tensor: variables are not tensors", () => {
  assertTensorsKept(0, () => withState(1, () => {}));
});
