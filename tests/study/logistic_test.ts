import assert from "node:assert/strict";
import { fitLogistic, predictLogistic } from "@/study/logistic.ts";
import { createRandom } from "@/engine/random.ts";
import { assertClose, assertTensorsKept } from "../assert.ts";

/** Three clouds of points in the plane, around the corners of a triangle. */
function clouds(seed: number, spread = 0.3) {
  const random = createRandom(seed);
  const labels = Uint8Array.from({ length: 60 }, (_, i) => i % 3);
  const values = Float32Array.from({ length: 120 }, (_, i) => {
    const angle = 2 * Math.PI * labels[i >> 1]! / 3;
    return (i % 2 ? Math.sin(angle) : Math.cos(angle)) + random.normal(0, spread);
  });
  return { values, labels, length: 2 };
}

/** The loss of a fitted model's weights and bias on standardised rows, in plain numbers. */
function lossOf(
  rows: ReturnType<typeof clouds>,
  penalty: number,
  centre: Float32Array,
  scale: number,
) {
  return (parameters: Float64Array) => {
    const [weights, bias] = [parameters.subarray(0, 6), parameters.subarray(6)];
    const losses = [...rows.labels].map((label, row) => {
      const x = [0, 1].map((k) => (rows.values[2 * row + k]! - centre[k]!) / scale);
      const logits = [0, 1, 2].map((c) => x[0]! * weights[c]! + x[1]! * weights[3 + c]! + bias[c]!);
      const total = logits.reduce((sum, logit) => sum + Math.exp(logit), 0);
      return Math.log(total) - logits[label]!;
    });
    const squares = weights.reduce((sum, weight) => sum + weight ** 2, 0);
    return (losses.reduce((a, b) => a + b, 0) + penalty * squares / 2) / rows.labels.length;
  };
}

Deno.test("fitLogistic() separates two points half way between them", () => {
  const points = { values: Float32Array.of(1, 3), labels: Uint8Array.of(0, 1), length: 1 };
  const model = fitLogistic(points, { classCount: 2 });
  assertClose(model.centre, [2], 1e-6);
  assertClose([model.scale], [1], 1e-6);
  const asked = { values: Float32Array.of(-5, 1.9, 2.1, 9), length: 1 };
  assert.deepEqual([...predictLogistic(model, asked)], [0, 0, 1, 1]);
});

Deno.test("fitLogistic() ends where the slope of its loss is zero", () => {
  const [rows, penalty] = [clouds(1), 3];
  const model = fitLogistic(rows, { classCount: 3, penalty, steps: 600 });
  const loss = lossOf(rows, penalty, model.centre, model.scale);
  const found = Float64Array.from([...model.weights, ...model.bias]);
  // A thousandth of the slope at the start is left.
  const start = new Float64Array(9);
  start[0] = 1e-3;
  const steepest = Math.abs(loss(start) - loss(new Float64Array(9))) / 1e-3;
  const slope = found.map((_, i) => {
    const moved = (by: number) => loss(found.map((value, k) => k === i ? value + by : value));
    return (moved(1e-4) - moved(-1e-4)) / 2e-4;
  });
  assert.ok(slope.every((value) => Math.abs(value) < 1e-3 * steepest), slope.join());
});

Deno.test("fitLogistic() classifies unseen rows", () => {
  const model = fitLogistic(clouds(1), { classCount: 3 });
  const unseen = clouds(2, 0.15); // within the thirds of the plane
  assert.deepEqual(predictLogistic(model, unseen), unseen.labels);
});

Deno.test("fitLogistic() is invariant to the offset and scale of its features", () => {
  const rows = clouds(1);
  const moved = { ...rows, values: rows.values.map((value) => 100 * value + 40) };
  const [here, there] = [rows, moved].map((each) => fitLogistic(each, { classCount: 3 }));
  assertClose(there!.weights, here!.weights, 1e-3);
  assertClose(there!.bias, here!.bias, 1e-3);
});

Deno.test("fitLogistic() gives the same model each time, and smaller weights with more penalty", () => {
  const rows = clouds(1);
  const fit = (penalty: number) => fitLogistic(rows, { classCount: 3, penalty });
  assert.deepEqual(fit(1), fit(1));
  const size = (penalty: number) => Math.hypot(...fit(penalty).weights);
  assert.ok(size(10) < size(1) && size(1) < size(0));
});

Deno.test("fitLogistic() and predictLogistic() keep no tensor", () => {
  assertTensorsKept(0, () => {
    const rows = clouds(1);
    predictLogistic(fitLogistic(rows, { classCount: 3, steps: 3 }), rows);
  });
});

Deno.test("fitLogistic() refuses labels out of range and rows that are all equal", () => {
  assert.throws(() => fitLogistic(clouds(1), { classCount: 2 }), {
    name: "RangeError",
    message: "Cannot fit a classifier: labels must be from 0 to 1, got 2",
  });
  const equal = { values: new Float32Array(4).fill(3), labels: Uint8Array.of(0, 1), length: 2 };
  assert.throws(() => fitLogistic(equal, { classCount: 2 }), {
    name: "RangeError",
    message: "Cannot fit a classifier: rows must differ, got 2 equal ones",
  });
});

Deno.test("predictLogistic() refuses rows of another length", () => {
  const model = fitLogistic(clouds(1), { classCount: 3, steps: 1 });
  assert.throws(() => predictLogistic(model, { values: new Float32Array(3), length: 3 }), {
    name: "TypeError",
    message: "Cannot classify: rows must have rows of 2 values, got 3 values in rows of 3",
  });
});
