/** Steps of several replicas, by hand and for every method. */
import assert from "node:assert/strict";
import type { Config } from "@/config.ts";
import { ffiSessions } from "@/engine/graph/ffi_session.ts";
import * as tf from "@/engine/tf.ts";
import { configWith, createLearner } from "@/method/registry.ts";
import type { VaeConfig } from "@/method/vae.ts";
import { initialValues } from "@/model/parameters.ts";
import { lossAndGradients } from "@/train/loss_gradients.ts";
import { devices } from "@/train/place/devices.ts";
import type { Place } from "@/train/place/place.ts";
import { wholeSteps } from "@/train/place/whole_steps.ts";
import { takePhases } from "@/train/step.ts";
import { createTrainer, type Trainer, trainStep } from "@/train/trainer.ts";
import { assertClose, assertTensorsKept } from "../assert.ts";
import { adamTwin, twinMoments } from "../engine/adam_twin.ts";
import { TINY, tinyData } from "../tiny.ts";

const R = 2;
const { batchSize, imageSize, seed } = TINY;
/** The batches of one replica: replicas take them in turn. */
const { batches: single } = tinyData();

/** A step of two replicas by hand: two separate passes, their means, and the moves in float64. */
function createTwin(config: VaeConfig) {
  const { parameters, moves } = createLearner(config);
  const valuesOf = (names: readonly string[]) =>
    Object.fromEntries(
      Object.entries(initialValues(parameters, seed)).filter(([name]) => names.includes(name))
        .map(([name, { values }]) => [name, Float64Array.from(values)]),
    );
  const names = Object.keys(parameters);
  const shared = valuesOf(names.filter((name) => !parameters[name]!.isLocal));
  const local = [0, 1].map(() => valuesOf(names.filter((name) => parameters[name]!.isLocal)));
  const tensorsOf = (values: Record<string, Float64Array>) =>
    Object.fromEntries(
      Object.entries(values).map(([name, numbers]) => [
        name,
        tf.tensor(Float32Array.from(numbers), [...parameters[name]!.shape]),
      ]),
    );
  const means = (each: readonly ArrayLike<number>[]) =>
    Float64Array.from(each[0]!, (_, i) => (each[0]![i]! + each[1]![i]!) / R);
  const players = moves.map((move) => {
    const { clipNorm, learningRate } = move as { clipNorm: number; learningRate: number };
    const moments = [0, 1].map(() =>
      new Map(move.parameters.map((name) => [
        name,
        twinMoments(initialValues(parameters, seed)[name]!.values.length),
      ]))
    );
    return (step: number) => {
      const results = local.map((own, index) =>
        lossAndGradients(move, {
          values: { ...tensorsOf(shared), ...tensorsOf(own) },
          images: tf.tensor4d(single.batch(R * step + index).images, [
            batchSize,
            imageSize,
            imageSize,
            1,
          ]),
          seed: tf.tensor1d([seed, step], "int32"),
          step: tf.scalar(step),
          replica: { index, of: R },
        })
      );
      for (const name of move.parameters) {
        const gradients = results.map(({ gradients }) => gradients[name]!.dataSync());
        const options = { learningRate, clipNorm };
        if (!parameters[name]!.isLocal) {
          adamTwin(shared[name]!, moments[0]!.get(name)!, means(gradients), step, options);
          continue;
        }
        for (const [i, gradient] of gradients.entries()) {
          adamTwin(local[i]![name]!, moments[i]!.get(name)!, gradient, step, options);
        }
      }
      return results;
    };
  });
  const take = (step: number) =>
    tf.tidy(() => {
      const results = players.map((play) => play(step));
      const last = results.at(-1)!;
      for (const name of Object.keys(last[0]!.statistics)) {
        shared[name] = means(last.map(({ statistics }) => statistics[name]!.dataSync()));
      }
      const losses = Object.assign(
        {},
        ...results.map((each) =>
          Object.fromEntries(
            Object.keys({ loss: 0, ...each[0]!.terms }).map((term) => [
              term,
              means(each.map(({ loss, terms }) => ({ ...terms, loss })[term]!.dataSync()))[0],
            ]),
          )
        ),
      );
      return losses as Record<string, number>;
    });
  return { shared, local, take };
}

const GAMES: Record<string, VaeConfig> = {
  "free poses": { ...TINY, replicas: R, clipNorm: 0.1 },
  "an opponent": { ...TINY, replicas: R, objective: "adversarial", pose: "encoder" },
  "both": { ...TINY, replicas: R, objective: "adversarial" },
};

for (const [what, config] of Object.entries(GAMES)) {
  Deno.test(`two replicas take a step as two separate passes and their means, with ${what}`, () => {
    using trainer = createTrainer(config, { eager: true });
    const { batches } = tinyData(config);
    const twin = createTwin(config);
    for (let step = 0; step < 2; step++) {
      const losses = trainStep(trainer, batches.batch(step).images, step);
      const expected = twin.take(step);
      assert.deepEqual(Object.keys(losses).sort(), Object.keys(expected).sort());
      for (const [name, value] of Object.entries(expected)) {
        assertClose([losses[name]!], [value], 1e-4);
      }
    }
    const snapshot = trainer.snapshot();
    const [first, second] = twin.local;
    const all = {
      ...twin.shared,
      ...first,
      ...Object.fromEntries(
        Object.entries(second!).map(([name, values]) => [`replicas/1/${name}`, values]),
      ),
    };
    for (const [name, values] of Object.entries(all)) {
      // Adam moves by the sign of a slope: where that is rounding noise, two float32 programs differ.
      const wrong = [...snapshot[name]!.values]
        .filter((value, i) => Math.abs(value - values[i]!) > 1e-5);
      assert.ok(wrong.length <= 0.01 * values.length, `${name}: ${wrong.length}`);
    }
  });
}

const SEARCHED = {
  method: "searched",
  ...{ filters: 32, batchSize: 4, imageSize: 16, steps: 40, latentSize: 3, replicas: R },
};
const searched = (changes: object) => configWith("quick", { ...SEARCHED, ...changes });
const vae = (changes: Partial<VaeConfig>): Config => ({ ...TINY, replicas: R, ...changes });

/** Every objective, every pose and every option of each method. */
const METHODS: Record<string, Config> = {
  "mu-vae, free": vae({}),
  "elbo, free, elevation": vae({ objective: "elbo", elevation: true }),
  "beta-vae, constant, texture": vae({ objective: "beta-vae", pose: "constant", texture: true }),
  "mmd, encoder": vae({ objective: "mmd", pose: "encoder" }),
  "adversarial, free, elevation, texture": vae({
    objective: "adversarial",
    ...{ elevation: true, texture: true },
  }),
  "mu-vae, bfloat16": vae({ precision: "bfloat16" }),
  "searched": searched({}),
  "searched, asymmetric, elevation": searched({ asymmetric: true, elevation: true }),
  "searched, texture": searched({ texture: true }),
  "searched, told poses": searched({ supervision: "pose" }),
  "searched, told shapes": searched({ supervision: "shape" }),
};

/** What told methods are told of a step: numbers that differ from image to image. */
function truthOf({ batchSize, imageSize }: Config) {
  const count = R * batchSize;
  return {
    azimuth: Float32Array.from({ length: count }, (_, i) => i / 5),
    occupancy: Float32Array.from({ length: count * imageSize ** 3 }, (_, i) => (i % 7) / 6),
  };
}

for (const [name, config] of Object.entries(METHODS)) {
  Deno.test(`two devices have the losses of two replicas on one, and equal variables: ${name}`, () => {
    const { batches } = tinyData(config);
    const truth = truthOf(config);
    const take = (trainer: Trainer, step: number) =>
      trainStep(trainer, batches.batch(step).images, step, truth);
    using emulated = createTrainer(config);
    using two = createTrainer(config, { place: devices(R, 2, "CPU") });
    const steps = config.method === "vae" ? 30 : 4;
    for (let step = 0; step < steps; step++) {
      const [expected, losses] = [take(emulated, step), take(two, step)];
      assert.deepEqual(Object.keys(losses), Object.keys(expected));
      for (const [term, value] of Object.entries(expected)) {
        const tolerance = 1e-5 * Math.max(1, Math.abs(expected.loss!));
        assert.ok(Math.abs(losses[term]! - value) <= tolerance, `${term} at ${step}: ${value}`);
      }
    }
    const snapshot = two.snapshot(); // throws if shared variables differ between devices
    assert.deepEqual(Object.keys(snapshot).sort(), Object.keys(emulated.snapshot()).sort());
    using resumed = createTrainer(config, { snapshot });
    assert.deepEqual(take(resumed, steps), take(two, steps), "resumed on one device");
  });
}

Deno.test("four replicas are the same four on one device, on two and on four", () => {
  const config = vae({ replicas: 4 });
  const { batches } = tinyData(config);
  const [one, two, four] = [1, 2, 4].map((count) => {
    const place = count === 1 ? {} : { place: devices(4, count, "CPU") };
    using trainer = createTrainer(config, place);
    return [0, 1, 2].map((step) => trainStep(trainer, batches.batch(step).images, step).loss!);
  });
  assertClose(two!, one!, 1e-4);
  assertClose(four!, one!, 1e-4);
});

Deno.test("replicas whose images and poses are alike do not draw alike", () => {
  const config = vae({});
  using trainer = createTrainer(config);
  const images = single.batch(0).images;
  trainStep(trainer, Float32Array.of(...images, ...images), 0);
  const snapshot = trainer.snapshot();
  assert.notDeepEqual(snapshot["replicas/1/pose/mean"], snapshot["pose/mean"]);
});

Deno.test("createTrainer() refuses a place for other replicas, and one that cannot be eager", () => {
  assert.throws(() => createTrainer(vae({}), { place: devices(4, 2, "CPU") }), {
    name: "RangeError",
    message: "Cannot train: the place must be one for 2 replicas, got one for 4; make it for the " +
      "config's",
  });
  assert.throws(() => createTrainer(vae({}), { place: devices(2, 2, "CPU"), eager: true }), {
    name: "RangeError",
    message:
      "Cannot run eagerly: all replicas must be on one device, got several; compile, or use one",
  });
});

/** Two devices that do not add up, so that their copies of the variables drift apart. */
function apart(useXla: boolean): Place {
  return {
    ...devices(R, 2, "CPU"),
    jit: { useXla, openSession: ffiSessions({ cpuDevices: 2 }) },
    placeStep: (works, inProgram) =>
      wholeSteps((seed) => {
        for (const { worker, phases, begin, end } of works) {
          worker.on(() => {
            const given = begin(seed);
            end(given, takePhases(phases, given));
          });
        }
      }, inProgram),
  };
}

Deno.test("snapshot() refuses copies of the variables that differ; XLA compiles a step for each", () => {
  const config = vae({});
  const { batches } = tinyData(config);
  const losses = [false, true].map((useXla) => {
    using trainer = createTrainer(config, { place: apart(useXla) });
    const { loss } = trainStep(trainer, batches.batch(0).images, 0);
    assert.throws(() => trainer.snapshot(), {
      name: "Error",
      message:
        /^Cannot save: the variables must be equal on all devices, got sums of \[.*\] and \[.*\]; resume /,
    });
    return loss!;
  });
  assertClose([losses[1]!], [losses[0]!], 1e-4);
});

Deno.test("createTrainer() keeps no tensor with replicas on several devices", () => {
  const config = vae({ objective: "adversarial" });
  const { batches } = tinyData(config);
  assertTensorsKept(0, () => {
    using trainer = createTrainer(config, { place: devices(2, 2, "CPU") });
    trainStep(trainer, batches.batch(0).images, 0);
    const tensors = tf.memory().numTensors;
    trainStep(trainer, batches.batch(1).images, 1);
    trainer.reconstruct(single.batch(0).images);
    trainer.snapshot();
    assert.equal(tf.memory().numTensors, tensors);
  });
});
