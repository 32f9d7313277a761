import assert from "node:assert/strict";
import * as fc from "fast-check";
import * as tf from "@/engine/tf.ts";
import { orderedSums, Pack, scatteredSums } from "@/train/pack.ts";
import { assertClose, assertTensorsKept } from "../assert.ts";

/** One shorter than a row, one of exactly a row, one longer, one of a single number. */
const SHAPES = { small: [2, 3], row: [4, 256], long: [3, 5, 100], one: [] };

const counts = Object.entries(SHAPES).map(([name, shape]) =>
  [name, shape.reduce((count, size) => count * size, 1)] as const
);

/** Numbers that tell where they belong. */
const VALUES = Object.fromEntries(
  counts.map(([name, count], i) => [
    name,
    Float32Array.from({ length: count }, (_, k) => 10_000 * i + k),
  ]),
);

function tensorsOf(values: Readonly<Record<string, Float32Array>>): Record<string, tf.Tensor> {
  return Object.fromEntries(
    Object.entries(SHAPES).map(([name, shape]) => [name, tf.tensor(values[name]!, shape)]),
  );
}

Deno.test("Pack gives back what it was made with, in the same shapes, and zeros without values", () => {
  tf.tidy(() => {
    using pack = new Pack("pack", SHAPES, VALUES);
    using empty = new Pack("empty", SHAPES);
    assert.deepEqual(pack.names, Object.keys(SHAPES));
    for (const [name, tensor] of Object.entries(pack.read())) {
      assert.deepEqual(tensor.shape, SHAPES[name as keyof typeof SHAPES], name);
      assert.deepEqual(tensor.dataSync(), VALUES[name], name);
    }
    for (const tensor of Object.values(empty.read())) {
      assert.ok([...tensor.dataSync()].every((value) => value === 0));
    }
  });
});

Deno.test("Pack.assign() replaces all tensors", () => {
  tf.tidy(() => {
    using pack = new Pack("pack", SHAPES);
    pack.assign(tensorsOf(VALUES));
    for (const [name, tensor] of Object.entries(pack.read())) {
      assert.deepEqual(tensor.dataSync(), VALUES[name], name);
    }
  });
});

Deno.test("Pack.join() starts every tensor in a row of its own and fills rows up with zeros", () => {
  tf.tidy(() => {
    using pack = new Pack("pack", { a: [2], b: [1025], c: [1] });
    const ones = { a: tf.ones([2]), b: tf.ones([1025]), c: tf.ones([1]) };
    const sums = pack.join(ones).reshape([-1, 1024]).sum(1).dataSync();
    assertClose(sums, [2, 1024, 1, 1], 0);
  });
});

Deno.test("Pack.split() takes apart what Pack.join() joined", () => {
  tf.tidy(() => {
    using pack = new Pack("pack", SHAPES);
    const joined = pack.join(tensorsOf(VALUES));
    assert.deepEqual(joined.shape, [pack.length]);
    for (const [name, tensor] of Object.entries(pack.split(joined))) {
      assert.deepEqual(tensor.shape, SHAPES[name as keyof typeof SHAPES], name);
      assert.deepEqual(tensor.dataSync(), VALUES[name], name);
    }
  });
});

Deno.test("orderedSums() adds up what scatteredSums() adds up", () => {
  tf.tidy(() => {
    const [values, owners] = [tf.tensor1d([1, 2, 4, 8, 16]), tf.tensor1d([0, 0, 2, 2, 2], "int32")];
    for (const sums of [orderedSums, scatteredSums]) {
      assert.deepEqual([...sums(values, owners, 4).dataSync()], [3, 0, 28, 0], sums.name);
    }
  });
});

Deno.test("Pack.clip() clips the same with either kind of sums, and keeps no other tensor", () => {
  tf.tidy(() => {
    using pack = new Pack("pack", SHAPES, VALUES);
    const joined = pack.join(tensorsOf(VALUES));
    let clipped: tf.Tensor1D[] = [];
    assertTensorsKept(2, () => {
      clipped = [scatteredSums, orderedSums].map((sums) => pack.clip(joined, 3, sums));
    });
    assertClose(clipped[1]!.dataSync(), clipped[0]!.dataSync(), 1e-6);
  });
});

Deno.test("Pack.clip() scales long tensors to the limit and leaves short ones", () => {
  tf.tidy(() => {
    using pack = new Pack("pack", { long: [2, 2], short: [2], none: [3] });
    const tensors = {
      long: tf.tensor2d([[3, 0], [0, 4]]),
      short: tf.tensor1d([0.3, 0.4]),
      none: tf.zeros([3]),
    };
    pack.variable.assign(pack.clip(pack.join(tensors), 1));
    const { long, short, none } = pack.read();
    assertClose(long!.dataSync(), [0.6, 0, 0, 0.8], 1e-6);
    assertClose(short!.dataSync(), [0.3, 0.4], 1e-6);
    assertClose(none!.dataSync(), [0, 0, 0], 0);
  });
});

Deno.test("Pack.clip() never exceeds the limit, never turns a tensor, and sees each by itself", () => {
  const number = fc.double({ min: -1e4, max: 1e4, noNaN: true });
  const length = fc.integer({ min: 1, max: 2500 });
  fc.assert(
    fc.property(
      fc.array(fc.tuple(length, number, number), { minLength: 1, maxLength: 4 }),
      (parts) => {
        const rows = parts.map(([count, first, last]) => {
          const values = new Float32Array(count);
          [values[0], values[count - 1]] = [first, last];
          return values;
        });
        const clipped = tf.tidy(() => {
          using pack = new Pack(
            "pack",
            Object.fromEntries(rows.map((row, i) => [i, [row.length]])),
          );
          const tensors = Object.fromEntries(rows.map((row, i) => [i, tf.tensor1d(row)]));
          pack.variable.assign(pack.clip(pack.join(tensors), 2));
          return Object.values(pack.read()).map((tensor) => tensor.dataSync());
        });
        for (const [i, row] of rows.entries()) {
          const scale = 2 / Math.max(2, Math.hypot(...row));
          assertClose(clipped[i]!, row.map((value) => value * scale), 1e-5);
        }
      },
    ),
    { numRuns: 25 },
  );
});

Deno.test("Pack keeps the tensors that it gives, and no others", () => {
  using pack = new Pack("pack", SHAPES, VALUES);
  const tensors = tensorsOf(VALUES);
  const given: tf.Tensor[] = [];
  const joined = pack.join(tensors);
  assertTensorsKept(4, () => given.push(...Object.values(pack.read())));
  assertTensorsKept(1, () => given.push(pack.join(tensors)));
  assertTensorsKept(1, () => given.push(pack.clip(joined, 1)));
  assertTensorsKept(0, () => pack.assign(tensors));
  tf.dispose([tensors, joined, given]);
});
