import assert from "node:assert/strict";
import type { Config } from "@/config.ts";
import { OBJECTIVES } from "@/method/objective/objectives.ts";
import * as tf from "@/engine/tf.ts";
import { createTrainer, type Trainer, type TrainerOptions, trainStep } from "@/train/trainer.ts";
import { assertClose, assertTensorsKept } from "../assert.ts";
import { TINY, tinyData } from "../tiny.ts";

const { batches, monitor } = tinyData();

/** Takes steps and gives the losses of each. */
function takeSteps(trainer: Trainer, from: number, to: number): Record<string, number>[] {
  return Array.from({ length: to - from }, (_, i) => ({
    ...trainStep(trainer, batches.batch(from + i).images, from + i),
  }));
}

/** The losses of a run from its first step. */
function lossesOf(config: Config, count: number, options: TrainerOptions = {}) {
  using trainer = createTrainer(config, options);
  return takeSteps(trainer, 0, count);
}

Deno.test("createTrainer() gives finite losses that sum up, and lowers the image loss", () => {
  const losses = lossesOf({ ...TINY, learningRate: 0.01 }, 60);
  for (const { loss, ...terms } of losses) {
    const sum = Object.values(terms).reduce((sum, term) => sum + term, 0);
    assert.deepEqual(Object.keys(terms), ["image", "latent", "pose"]);
    assertClose([loss!], [sum], 1e-3);
  }
  const mean = (part: typeof losses) =>
    part.reduce((sum, { image }) => sum + image!, 0) / part.length;
  const [first, last] = [mean(losses.slice(0, 10)), mean(losses.slice(-10))];
  assert.ok(last < 0.5 * first, `image loss ${first} to ${last}`);
});

const VARIANTS: readonly Partial<Config>[] = [
  {},
  { texture: true },
  { pose: "constant" },
  { pose: "encoder", elevation: true },
  { objective: "adversarial", pose: "encoder", elevation: true, texture: true },
  ...Object.keys(OBJECTIVES).filter((name) => name !== TINY.objective)
    .map((objective) => ({ objective })),
];

for (const options of VARIANTS) {
  Deno.test(`createTrainer() has the same losses eagerly and traced ${JSON.stringify(options)}`, () => {
    const config = { ...TINY, ...options };
    const [traced, eager] = [lossesOf(config, 5), lossesOf(config, 5, { eager: true })];
    for (const [step, losses] of eager.entries()) {
      assert.deepEqual(Object.keys(traced[step]!), Object.keys(losses));
      // Relative to losses of about 10; rounding differs where a graph fuses operations.
      assertClose(Object.values(traced[step]!), Object.values(losses), 2e-3);
    }
  });
}

Deno.test("createTrainer() gives the same run for the same seed, bit by bit, and another for another", () => {
  const first = lossesOf(TINY, 8);
  assert.deepEqual(lossesOf(TINY, 8), first);
  const other = lossesOf({ ...TINY, seed: 2 }, 8);
  assert.ok(other.every(({ loss }, step) => loss !== first[step]!.loss));
});

for (const eager of [false, true]) {
  Deno.test(`createTrainer() goes on from a snapshot as if it had never stopped, ${eager ? "eagerly" : "traced"}`, () => {
    using whole = createTrainer(TINY, { eager });
    takeSteps(whole, 0, 3);
    const snapshot = whole.snapshot();
    const copy = structuredClone(snapshot);
    const expected = takeSteps(whole, 3, 6);
    assert.deepEqual(snapshot, copy, "training goes on without the snapshot");
    using resumed = createTrainer(TINY, { eager, snapshot });
    assert.deepEqual(takeSteps(resumed, 3, 6), expected);
    assert.deepEqual(snapshot, copy, "a snapshot is borrowed, not changed");
    assert.deepEqual(resumed.snapshot(), whole.snapshot());
  });
}

Deno.test("createTrainer() goes on in another precision, from the same float32 variables", () => {
  using single = createTrainer(TINY);
  takeSteps(single, 0, 3);
  const snapshot = single.snapshot();
  using narrow = createTrainer({ ...TINY, precision: "bfloat16" }, { snapshot });
  assert.deepEqual(narrow.snapshot(), snapshot);
  const expected = takeSteps(single, 3, 6);
  for (const [i, { image }] of takeSteps(narrow, 3, 6).entries()) {
    assertClose([image! / expected[i]!.image!], [1], 0.03);
  }
});

Deno.test("createTrainer() gives the losses of all steps since they were last asked for, in order", () => {
  const expected = lossesOf(TINY, 150);
  using trainer = createTrainer(TINY);
  const takeThem = (from: number, to: number) => {
    for (let step = from; step < to; step++) trainer.train(batches.batch(step).images, step);
    return trainer.losses();
  };
  // Fewer than the log holds, more than it holds, and none.
  const [first, second] = [takeThem(0, 3), takeThem(3, 150)];
  assert.deepEqual([...first, ...second], expected);
  assert.deepEqual(trainer.losses(), []);
});

Deno.test("createTrainer() takes steps one by one or together, with the same results", () => {
  const results = [1, 4].map((together) => {
    using trainer = createTrainer(TINY, { together });
    const take = (from: number, to: number) => {
      for (let step = from; step < to; step++) trainer.train(batches.batch(step).images, step);
    };
    take(0, 6);
    const between = trainer.snapshot();
    take(6, 7);
    trainer.flush();
    take(7, 9);
    trainer.flush();
    trainer.flush();
    const images = trainer.reconstruct(monitor.images);
    take(20, 22); // others than the next ones
    take(3, 5);
    return { between, images, losses: trainer.losses(), snapshot: trainer.snapshot() };
  });
  assert.equal(results[0]!.losses.length, 13);
  assert.deepEqual(results[1], results[0]);
});

Deno.test("createTrainer() takes several steps in one program of XLA, with the same results", () => {
  const results = [{ together: 1 }, { together: 7, inProgram: 3, useXla: true }].map((options) => {
    using trainer = createTrainer(TINY, options);
    const take = (from: number, to: number) => {
      for (let step = from; step < to; step++) trainer.train(batches.batch(step).images, step);
    };
    take(0, 7); // two programs of three steps, and one step by itself
    take(7, 9); // fewer than a program takes
    const losses = trainer.losses();
    take(9, 13);
    return { losses: [...losses, ...trainer.losses()], snapshot: trainer.snapshot() };
  });
  const [alone, inProgram] = results as [typeof results[0], typeof results[0]];
  assert.equal(alone.losses.length, 13);
  for (const [i, losses] of alone.losses.entries()) {
    assert.deepEqual(Object.keys(inProgram.losses[i]!), Object.keys(losses));
    // XLA adds up in another order: 1e-5 of losses of some 20.
    assertClose(Object.values(inProgram.losses[i]!), Object.values(losses), 2e-4);
  }
  for (const [name, { values }] of Object.entries(alone.snapshot)) {
    assertClose(inProgram.snapshot[name]!.values, values, 1e-3);
  }
});

Deno.test("createTrainer() refuses a program of more steps than are uploaded, or of none", () => {
  for (const inProgram of [0, 1.5, 5]) {
    assert.throws(() => createTrainer(TINY, { together: 4, inProgram }), {
      name: "RangeError",
      message: `Cannot train: inProgram must be an integer from 1 to 4, got ${inProgram}`,
    });
  }
});

Deno.test("createTrainer() refuses to take more steps together than the log holds, or a part of one", () => {
  for (const together of [0, 2.5, 65]) {
    assert.throws(() => createTrainer(TINY, { together }), {
      name: "RangeError",
      message: `Cannot train: together must be an integer from 1 to 64, got ${together}`,
    });
  }
});

Deno.test("createTrainer() snapshots every variable with finite values", () => {
  using trainer = createTrainer(TINY);
  takeSteps(trainer, 0, 1);
  const snapshot = trainer.snapshot();
  for (const [name, { values }] of Object.entries(snapshot)) {
    assert.ok(values.length > 0 && values.every(Number.isFinite), name);
  }
  for (
    const prefix of ["encoder/", "decoder/", "pose/", "adam/model/first/", "adam/pose/second/"]
  ) {
    assert.ok(Object.keys(snapshot).some((name) => name.startsWith(prefix)), prefix);
  }
});

Deno.test("createTrainer() reconstructs with the present weights", () => {
  using trainer = createTrainer(TINY);
  const before = trainer.reconstruct(monitor.images);
  assert.deepEqual(trainer.reconstruct(monitor.images), before, "looking changes nothing");
  takeSteps(trainer, 0, 2);
  assert.notDeepEqual(trainer.reconstruct(monitor.images).rendering, before.rendering);
});

Deno.test("createTrainer() keeps no tensor, and as many after 200 steps as after 10", () => {
  assertTensorsKept(0, () => {
    using trainer = createTrainer(TINY);
    takeSteps(trainer, 0, 10);
    trainer.snapshot();
    const [tensors, resident] = [tf.memory().numTensors, Deno.memoryUsage().rss];
    takeSteps(trainer, 10, 200);
    assert.equal(tf.memory().numTensors, tensors);
    const grown = (Deno.memoryUsage().rss - resident) / 2 ** 20;
    assert.ok(grown < 30, `resident memory grew by ${grown.toFixed(1)} MiB`);
  });
});

Deno.test("createTrainer() keeps no tensor when it runs eagerly", () => {
  assertTensorsKept(0, () => {
    using trainer = createTrainer(TINY, { eager: true });
    takeSteps(trainer, 0, 2);
    const tensors = tf.memory().numTensors;
    takeSteps(trainer, 2, 4);
    trainer.reconstruct(monitor.images);
    trainer.snapshot();
    assert.equal(tf.memory().numTensors, tensors);
  });
});
