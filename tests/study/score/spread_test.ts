import assert from "node:assert/strict";
import fc from "fast-check";
import {
  circularDeviation,
  differenceOf,
  formatNumber,
  formatSpread,
  medianOf,
  spreadOf,
} from "@/study/score/spread.ts";
import { assertClose } from "../../assert.ts";

Deno.test("spreadOf() gives mean and sample standard deviation", () => {
  assert.deepEqual(spreadOf([1, 3]), { mean: 2, deviation: Math.SQRT2 });
  assert.deepEqual(spreadOf([2, 4, 9]), { mean: 5, deviation: Math.sqrt(13) });
});

Deno.test("spreadOf() has no deviation for one value", () => {
  assert.deepEqual(spreadOf([7]), { mean: 7, deviation: NaN });
});

Deno.test("spreadOf() moves and scales with its values", () => {
  const numbers = fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 2 });
  fc.assert(
    fc.property(numbers, (values) => {
      const { mean, deviation } = spreadOf(values);
      const moved = spreadOf(values.map((value) => 5 - 2 * value));
      assertClose([moved.mean, moved.deviation], [5 - 2 * mean, 2 * deviation], 1e-8);
    }),
    { seed: 1 },
  );
});

Deno.test("spreadOf() refuses an empty list", () => {
  assert.throws(() => spreadOf([]), {
    name: "RangeError",
    message: "Cannot average: values must not be empty",
  });
});

Deno.test("medianOf() gives the middle value, or the mean of the middle two", () => {
  assert.deepEqual([medianOf([3]), medianOf([9, 2, 4]), medianOf([10, 2, 4, 3])], [3, 4, 3.5]);
  const numbers = fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 1 });
  fc.assert(
    fc.property(numbers, (values) => {
      const given = values.slice();
      const median = medianOf(values);
      assert.deepEqual(values, given, "the values stay in their order");
      const half = values.length / 2;
      assert.ok(values.filter((value) => value < median).length <= half);
      assert.ok(values.filter((value) => value > median).length <= half);
    }),
    { seed: 1 },
  );
});

Deno.test("medianOf() refuses an empty list", () => {
  assert.throws(() => medianOf([]), {
    name: "RangeError",
    message: "Cannot take the median: values must not be empty",
  });
});

Deno.test("formatNumber() drops the zero before the point, but never the only digit", () => {
  assert.deepEqual(
    [0.00934, 12.34, 0.5, 0, -0.14, -3.25, -0.001].map((value) => formatNumber(value, 2)),
    [".01", "12.34", ".50", ".00", "−.14", "−3.25", ".00"],
  );
  assert.deepEqual([0.4, 1234.5].map((value) => formatNumber(value, 0)), ["0", "1235"]);
});

Deno.test("formatSpread() writes mean ± deviation, or the mean of a single seed", () => {
  const values = [0.0094, 0.0095, 0.0089, 0.0089, 0.0096]; // from notebook 03's table
  assert.equal(formatSpread(spreadOf(values), 4), ".0093 ± .0003");
  assert.equal(formatSpread(spreadOf([0.0094]), 4), ".0094");
  assert.equal(formatSpread({ mean: 12.62, deviation: 1.08 }, 1), "12.6 ± 1.1");
});

Deno.test("differenceOf() compares a difference with the seed spread", () => {
  const compare = (a: number, b: number) =>
    differenceOf({ mean: a, deviation: 3 }, { mean: b, deviation: 4 });
  assert.deepEqual(compare(10, 4), { difference: 6, seedSpread: 5, isWithinSpread: false });
  assert.deepEqual(compare(4, 9), { difference: -5, seedSpread: 5, isWithinSpread: true });
});

Deno.test("differenceOf() is never within the spread of single seeds", () => {
  const { difference, seedSpread, isWithinSpread } = differenceOf(
    { mean: 3, deviation: NaN },
    { mean: 1, deviation: 1 },
  );
  assert.deepEqual([difference, seedSpread, isWithinSpread], [2, NaN, false]);
});

Deno.test("circularDeviation() is 0 for one azimuth, also across the seam", () => {
  assertClose([circularDeviation([1, 1, 1])], [0], 1e-7);
  assertClose([circularDeviation([Math.PI, -Math.PI, 3 * Math.PI])], [0], 1e-7);
});

Deno.test("circularDeviation() of two azimuths a quarter turn apart follows from R = cos(pi / 4)", () => {
  const expected = Math.sqrt(Math.LN2); // -2 log(1 / sqrt 2)
  assertClose([circularDeviation([0, Math.PI / 2])], [expected], 1e-12);
});

Deno.test("circularDeviation() is near the ordinary one for close angles, and invariant to turns", () => {
  const angles = fc.array(fc.double({ min: -0.05, max: 0.05, noNaN: true }), { minLength: 2 });
  fc.assert(
    fc.property(angles, fc.double({ min: -10, max: 10, noNaN: true }), (near, turn) => {
      const deviation = circularDeviation(near.map((angle) => angle + turn));
      const { mean } = spreadOf(near);
      const squares = near.reduce((sum, angle) => sum + (angle - mean) ** 2, 0);
      assertClose([deviation], [Math.sqrt(squares / near.length)], 1e-4);
    }),
    { seed: 1 },
  );
});

Deno.test("circularDeviation() is large for azimuths all around, and refuses an empty list", () => {
  const around = Array.from({ length: 360 }, (_, i) => 2 * Math.PI * i / 360);
  assert.ok(circularDeviation(around) > 2);
  assert.throws(() => circularDeviation([]), {
    name: "RangeError",
    message: "Cannot average: angles must not be empty",
  });
});
