/** What one process does by itself; `rank_training_test.ts` trains in several. */
import assert from "node:assert/strict";
import type { Mpi } from "@/engine/mpi.ts";
import type { NamedArrays } from "@/engine/shapes.ts";
import * as tf from "@/engine/tf.ts";
import { inRanks } from "@/train/place/ranks.ts";
import { createTrainer, trainStep } from "@/train/trainer.ts";
import { createBatches } from "@/data/batches.ts";
import { assertClose, assertTensorsKept } from "../../assert.ts";
import { TINY, tinySets } from "../../tiny.ts";

/** One process of several, whose peers give what they are told to. */
function processOf(rank: number, size: number, peers: Partial<Mpi> = {}): Mpi {
  return {
    ...{ rank, size, version: "none" },
    sum() {},
    share: (_, bytes) => bytes,
    wait() {},
    finish() {},
    abort: () => assert.fail("aborted"),
    ...peers,
  };
}

const CONFIG = { ...TINY, replicas: 2 };
const { batchSize, seed } = CONFIG;
const replicas = { of: 2, first: 0, count: 2 };
const batches = createBatches({ sets: tinySets(), batchSize, seed, replicas });

for (const eager of [false, true]) {
  Deno.test(`inRanks() of one process takes the steps of one device, ${eager ? "eagerly" : "traced"}`, () => {
    using alone = createTrainer(CONFIG, { eager });
    using phased = createTrainer(CONFIG, { eager, place: inRanks(processOf(0, 1), 2) });
    for (let step = 0; step < 5; step++) {
      const { images } = batches.batch(step);
      const [expected, got] = [alone, phased].map((trainer) => trainStep(trainer, images, step));
      assert.deepEqual(Object.keys(got!), Object.keys(expected!));
      assertClose(Object.values(got!), Object.values(expected!), 1e-4); // of some 10
    }
    assert.deepEqual(Object.keys(phased.snapshot()).sort(), Object.keys(alone.snapshot()).sort());
    assertTensorsKept(0, () => trainStep(phased, batches.batch(5).images, 5));
  });
}

Deno.test("inRanks() divides the sum of all processes by the number of replicas", () => {
  const twice = (values: Float32Array) => values.forEach((value, i) => values[i] = 2 * value);
  const half = createBatches({
    ...{ sets: tinySets(), batchSize, seed },
    replicas: { of: 2, first: 0, count: 1 },
  });
  // The other process gives what this one gives, so the means are this one's.
  using place = createTrainer(CONFIG, { place: inRanks(processOf(0, 2, { sum: twice }), 2) });
  const sums: number[] = [];
  const same = inRanks(processOf(0, 2, { sum: (values) => void sums.push(values.length) }), 2);
  using halved = createTrainer(CONFIG, { place: same });
  const { images } = half.batch(0);
  const [all, one] = [place, halved].map((trainer) => trainStep(trainer, images, 0));
  for (const [name, value] of Object.entries(all!)) assertClose([one![name]!], [value / 2], 1e-5);
  assert.equal(sums.length, 1); // free poses are moved in the phase that they share
});

for (const [who, isAsked, inSum] of [["this one", true, 0], ["another", false, 1]] as const) {
  Deno.test(`inRanks() stops after the step in which ${who} is asked to`, () => {
    const asked = new AbortController();
    const votes: number[] = [];
    const place = inRanks(
      processOf(0, 1, {
        sum(values) {
          votes.push(values.at(-1)!);
          values[values.length - 1]! += votes.length > 1 ? inSum : 0;
        },
      }),
      2,
      asked.signal,
    );
    using trainer = createTrainer(CONFIG, { place });
    trainStep(trainer, batches.batch(0).images, 0);
    assert.equal(place.stop.aborted, false);
    if (isAsked) asked.abort();
    trainStep(trainer, batches.batch(1).images, 1);
    assert.equal(place.stop.aborted, true);
    assert.deepEqual(votes, [0, isAsked ? 1 : 0]);
  });
}

const array = (...values: number[]) => ({
  shape: [values.length],
  values: Float32Array.from(values),
});

/** What the second process gives when variables are gathered. */
function givenBySecond(variables: NamedArrays): Uint8Array {
  let given = new Uint8Array();
  const share: Mpi["share"] = (_, bytes) => given = bytes as Uint8Array<ArrayBuffer>;
  inRanks(processOf(1, 2, { share }), 2).gather(variables);
  return given;
}

Deno.test("inRanks() gathers local variables of other processes to the bit, also -0", () => {
  const bytes = givenBySecond({ kernel: array(1, 2), "replicas/1/pose": array(-0, 3) });
  const place = inRanks(processOf(0, 2, { share: () => bytes }), 2);
  assert.deepEqual(place.gather({ kernel: array(1, 2), pose: array(5, 6) }), {
    kernel: array(1, 2),
    pose: array(5, 6),
    "replicas/1/pose": array(-0, 3),
  });
});

Deno.test("inRanks() refuses shared variables that differ in their last bit", () => {
  const bytes = givenBySecond({ kernel: array(1, 2) });
  const place = inRanks(processOf(0, 2, { share: () => bytes }), 2);
  assert.throws(() => place.gather({ kernel: array(1, 2 + 2 ** -22) }), {
    name: "Error",
    message:
      "Cannot train on: shared variables must be equal in all processes, got others on rank 1 " +
      "than on rank 0; start all ranks with the same checkout and config on machines of the same kind",
  });
  assert.equal(tf.memory().numTensors, 0);
});
