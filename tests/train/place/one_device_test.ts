import assert from "node:assert/strict";
import * as tf from "@/engine/tf.ts";
import { oneDevice } from "@/train/place/one_device.ts";
import type { Work } from "@/train/place/place.ts";
import type { Given, Sums } from "@/train/step.ts";
import { jit } from "@/engine/graph/jit.ts";
import { assertTensorsKept } from "../../assert.ts";

Deno.test("oneDevice() has all replicas, and one worker", () => {
  const place = oneDevice(3);
  const all = { of: 3, first: 0, count: 3 };
  assert.deepEqual([place.replicas, place.workers.map(({ replicas }) => replicas)], [all, [all]]);
  assert.equal(place.workers[0]!.on(() => 5), 5);
  const variables = { a: { shape: [1], values: Float32Array.of(1) } };
  assert.equal(place.gather(variables), variables);
});

Deno.test("oneDevice() takes the phases in order, each with what those before gave, then ends", () => {
  const place = oneDevice(1);
  const seen: number[] = [];
  const given = { step: {} } as unknown as Given;
  const phase = (number: number) => ({
    lengths: [1],
    run(from: Given, received: readonly Sums[]) {
      assert.equal(from, given);
      seen.push(received.length);
      return [tf.tensor1d([number])];
    },
  });
  const work: Work = {
    worker: place.workers[0]!,
    begin: () => given,
    phases: [phase(10), phase(20)],
    end(from, received) {
      assert.equal(from, given);
      seen.push(...received.map(([sum]) => sum!.dataSync()[0]!));
    },
  };
  const placed = place.placeStep([work], 1);
  using program = jit(placed.functions, { eager: true });
  assertTensorsKept(0, () => placed.take(program, [[1, 0]]));
  assert.deepEqual(seen, [0, 1, 10, 20]);
});
