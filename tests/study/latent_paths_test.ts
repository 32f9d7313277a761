import assert from "node:assert/strict";
import fc from "fast-check";
import {
  distanceFromBlend,
  drawLatents,
  interpolate,
  standardGaussian,
  walkUnit,
} from "@/study/latent_paths.ts";
import { aggregateOf } from "@/study/latents.ts";
import { assertClose } from "../assert.ts";

const latents = fc.array(fc.float({ min: -5, max: 5, noNaN: true }), {
  minLength: 3,
  maxLength: 3,
});

Deno.test("interpolate() goes from one latent to the other in even steps", () => {
  assertClose(interpolate([0, 4], [1, 0], 5), [0, 4, 0.25, 3, 0.5, 2, 0.75, 1, 1, 0], 1e-6);
});

Deno.test("interpolate() is the same backwards, and exact at both ends", () => {
  fc.assert(
    fc.property(latents, latents, (from, to) => {
      const path = interpolate(from, to, 4);
      assert.deepEqual([...path.subarray(0, 3)], [...Float32Array.from(from)].map((z) => z + 0));
      assertClose(path.subarray(9), to, 0);
      const back = [3, 2, 1, 0].flatMap((i) => [...path.subarray(3 * i, 3 * i + 3)]);
      assertClose(interpolate(to, from, 4), back, 1e-5);
    }),
    { seed: 1 },
  );
});

Deno.test("walkUnit() moves one unit and leaves the others", () => {
  assertClose(walkUnit([5, 6, 7], 1, [-2, 0, 0.5]), [5, 4, 7, 5, 6, 7, 5, 6.5, 7], 1e-6);
});

Deno.test("distanceFromBlend() is 0 for a blend and 1 / 4 for either end in the middle", () => {
  const path = (middle: number[]) => Float32Array.from([1, 0, ...middle, 0, 1]);
  assert.equal(distanceFromBlend(path([0.5, 0.5]), 3), 0);
  assert.equal(distanceFromBlend(path([1, 0]), 3), 0.25);
  assert.equal(distanceFromBlend(path([0, 0]), 3), 0.25, "something else");
  assert.equal(distanceFromBlend(new Float32Array(6).fill(0.5), 3), 0, "all are equal");
});

Deno.test("standardGaussian() is N(0, I)", () => {
  const { mean, covariance } = standardGaussian(2);
  assert.deepEqual([[...mean], [...covariance]], [[0, 0], [1, 0, 0, 1]]);
});

Deno.test("drawLatents() has the given moments", () => {
  const gaussian = {
    mean: Float64Array.of(1, -2, 0),
    covariance: Float64Array.of(4, 1.2, 0, 1.2, 1, -0.3, 0, -0.3, 0.5),
  };
  const values = drawLatents(gaussian, 20_000, 1);
  const logVariances = new Float32Array(values.length).fill(-Infinity);
  const { mean, covariance } = aggregateOf([{ values, logVariances, length: 3 }]);
  assertClose(mean, gaussian.mean, 0.045); // three standard errors of the widest unit
  assertClose(covariance, gaussian.covariance, 0.12);
});

Deno.test("drawLatents() draws the same noise for one seed, whatever the distribution", () => {
  const [standard, wide] = [standardGaussian(2), standardGaussian(2)];
  wide.covariance.set([9, 0, 0, 9]);
  wide.mean.set([1, 1]);
  const draws = drawLatents(standard, 5, 3);
  assertClose(drawLatents(wide, 5, 3), draws.map((eps) => 1 + 3 * eps), 1e-5);
  assert.notDeepEqual(drawLatents(standard, 5, 4), draws);
});

Deno.test("paths refuse invalid arguments", () => {
  assert.throws(() => interpolate([1], [1, 2], 3), {
    name: "TypeError",
    message: "Cannot interpolate: latents must have the same length, got 1 and 2",
  });
  assert.throws(() => interpolate([1], [2], 1), {
    name: "RangeError",
    message: "Cannot interpolate: count must be an integer >= 2, got 1",
  });
  assert.throws(() => distanceFromBlend(new Float32Array(8), 4), {
    name: "RangeError",
    message: "Cannot compare with a blend: count must be odd, got 4",
  });
  assert.throws(() => walkUnit([1, 2], 2, [0]), {
    name: "RangeError",
    message: "Cannot walk a unit: unit must be an integer from 0 to 1, got 2",
  });
  const flat = { mean: new Float64Array(2), covariance: Float64Array.of(1, 1, 1, 1) };
  assert.throws(() => drawLatents(flat, 1, 1), {
    name: "RangeError",
    message: "Cannot draw latents: covariance must be positive definite, got 0 at unit 1",
  });
});
