import assert from "node:assert/strict";
import * as fc from "fast-check";
import { BatchesAhead, createBatches } from "@/data/batches.ts";
import type { ImageSet } from "@/data/image_set.ts";

/** A set whose image n is filled with the byte n. */
function counting(count: number, name = "counting", size = 2): ImageSet {
  const pixels = Uint8Array.from(
    { length: count * size ** 2 },
    (_, i) => Math.floor(i / size ** 2),
  );
  return { name, provenance: "the tests", size, count, pixels };
}

Deno.test("createBatches() splits a batch by ratio, set by set", () => {
  const sets = [{ set: counting(9), ratio: 1 }, { set: counting(99), ratio: 3 }];
  const batches = createBatches({ sets, batchSize: 8, seed: 1 });
  assert.deepEqual([batches.shares, batches.imageSize], [[2, 6], 2]);
  const { images, indices } = batches.batch(0);
  assert.equal(images.length, 8 * 2 * 2);
  const expected = [...indices].flatMap((index) => new Array(4).fill(Math.fround(index / 255)));
  assert.deepEqual([...images], expected);
  assert.ok(indices.subarray(0, 2).every((index) => index < 9));
});

Deno.test("createBatches() shows every image once in each epoch, in a fresh order", () => {
  const batches = createBatches({ sets: [{ set: counting(10), ratio: 1 }], batchSize: 4, seed: 3 });
  const seen = Array.from({ length: 10 }, (_, step) => [...batches.batch(step).indices]).flat();
  const epochs = [0, 1, 2, 3].map((epoch) => seen.slice(epoch * 10, (epoch + 1) * 10));
  for (const epoch of epochs) {
    assert.deepEqual(epoch.toSorted((a, b) => a - b), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  }
  assert.equal(new Set(epochs.map(String)).size, 4);
});

Deno.test("createBatches() gives a step the same batch in any order of calls", () => {
  const make = () =>
    createBatches({
      sets: [{ set: counting(7), ratio: 1 }, { set: counting(50), ratio: 2 }],
      batchSize: 9,
      seed: 5,
    });
  const inOrder = make();
  const expected = Array.from({ length: 30 }, (_, step) => inOrder.batch(step));
  const jumping = make();
  fc.assert(fc.property(fc.integer({ min: 0, max: 29 }), (step) => {
    assert.deepEqual(jumping.batch(step), expected[step]);
  }));
});

Deno.test("createBatches() gives replicas the next batches in turn, one after the other", () => {
  const options = {
    sets: [{ set: counting(7), ratio: 1 }, { set: counting(50), ratio: 2 }],
    batchSize: 9,
    seed: 5,
  };
  const one = createBatches(options);
  const three = createBatches({ ...options, replicas: { of: 3, first: 0, count: 3 } });
  const last = createBatches({ ...options, replicas: { of: 3, first: 1, count: 2 } });
  assert.deepEqual(three.shares, one.shares);
  for (const step of [0, 1, 8]) {
    const each = [0, 1, 2].map((replica) => one.batch(3 * step + replica));
    for (const field of ["images", "indices"] as const) {
      assert.deepEqual([...three.batch(step)[field]], each.flatMap((batch) => [...batch[field]]));
      assert.deepEqual(
        [...last.batch(step)[field]],
        each.slice(1).flatMap((batch) => [...batch[field]]),
      );
    }
  }
});

Deno.test("BatchesAhead gives the same batches, and makes each once", () => {
  const batches = createBatches({ sets: [{ set: counting(9), ratio: 1 }], batchSize: 4, seed: 2 });
  const made: number[] = [];
  const ahead = new BatchesAhead({
    ...batches,
    batch(step) {
      made.push(step);
      return batches.batch(step);
    },
  });
  const take = (from: number, to: number) => {
    for (let step = from; step < to; step++) {
      assert.deepEqual(ahead.batch(step), batches.batch(step));
    }
  };
  take(0, 2);
  ahead.make(2, 5);
  assert.deepEqual(made, [0, 1, 2, 3, 4]);
  take(2, 6);
  assert.deepEqual(made, [0, 1, 2, 3, 4, 5]);
  ahead.make(4, 7);
  ahead.make(6, 8);
  ahead.make(9, 9);
  take(6, 7);
  assert.deepEqual(made, [0, 1, 2, 3, 4, 5, 5, 6, 7, 6]);
});

Deno.test("createBatches() shuffles by the seed, and two copies of a set differently", () => {
  const sets = [{ set: counting(100), ratio: 1 }, { set: counting(100), ratio: 1 }];
  const first = createBatches({ sets, batchSize: 20, seed: 1 }).batch(0).indices;
  const second = createBatches({ sets, batchSize: 20, seed: 2 }).batch(0).indices;
  assert.notDeepEqual(first, second);
  assert.notDeepEqual(first.subarray(0, 10), first.subarray(10));
});

Deno.test("createBatches() rounds to shares that sum to the batch and are off by less than 1", () => {
  const ratios = fc.array(fc.double({ min: 0.5, max: 4, noNaN: true }), {
    minLength: 1,
    maxLength: 6,
  });
  fc.assert(fc.property(ratios, fc.integer({ min: 60, max: 99 }), (values, batchSize) => {
    const sets = values.map((ratio) => ({ set: counting(3), ratio }));
    const { shares } = createBatches({ sets, batchSize, seed: 1 });
    const total = values.reduce((sum, value) => sum + value, 0);
    assert.equal(shares.reduce((sum, share) => sum + share, 0), batchSize);
    shares.forEach((share, i) => assert.ok(Math.abs(share - batchSize * values[i]! / total) < 1));
  }));
});

Deno.test("createBatches() gives spare slots to the largest remainders, then to the first sets", () => {
  const sets = [1, 1, 1].map((ratio) => ({ set: counting(3), ratio }));
  assert.deepEqual(createBatches({ sets, batchSize: 64, seed: 1 }).shares, [22, 21, 21]);
});

/** Invalid mixtures and their error messages. */
const REFUSED = [
  { sets: [], message: "sets must not be empty, got none" },
  { sets: [{ set: counting(0), ratio: 1 }], message: "counting must hold images, got none" },
  {
    sets: [{ set: counting(1), ratio: 1 }, { set: counting(1, "large", 3), ratio: 1 }],
    message: "images of large must have size 2 like those of counting, got 3",
  },
  ...[0, -1, NaN, Infinity].map((ratio) => ({
    sets: [{ set: counting(1), ratio }],
    message: `the ratio of counting must be a number above 0, got ${ratio}`,
  })),
  {
    sets: new Array(5).fill({ set: counting(1), ratio: 1 }),
    message: "batchSize must be an integer >= 5, the number of sets, got 4",
  },
  {
    sets: [{ set: counting(1), ratio: 1 }, { set: counting(1, "rare"), ratio: 0.01 }],
    message: "every set must fill a slot in a batch, got 0 of 4 for rare; " +
      "raise its ratio or batchSize",
  },
];

for (const { sets, message } of REFUSED) {
  Deno.test(`createBatches() refuses because ${message}`, () => {
    assert.throws(() => createBatches({ sets, batchSize: 4, seed: 1 }), {
      name: "RangeError",
      message: `Cannot make batches: ${message}`,
    });
  });
}

Deno.test("batch() refuses an invalid step", () => {
  const batches = createBatches({ sets: [{ set: counting(1), ratio: 1 }], batchSize: 1, seed: 1 });
  for (const step of [-1, 0.5, NaN]) {
    assert.throws(() => batches.batch(step), {
      name: "RangeError",
      message: `Cannot make a batch: step must be an integer >= 0, got ${step}`,
    });
  }
});
