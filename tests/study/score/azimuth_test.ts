import assert from "node:assert/strict";
import fc from "fast-check";
import {
  alignAzimuths,
  azimuthError,
  azimuthErrors,
  circularDistance,
  guessedAzimuthErrors,
} from "@/study/score/azimuth.ts";
import { assertClose } from "../../assert.ts";

const rad = (degrees: number) => degrees * Math.PI / 180;
const AROUND = Float64Array.from({ length: 360 }, (_, degree) => rad(degree));

Deno.test("circularDistance() takes the shorter way round", () => {
  const distance = (a: number, b: number) => circularDistance(rad(a), rad(b)) / rad(1);
  assertClose(
    [distance(10, 350), distance(350, 10), distance(0, 180), distance(725, 5), distance(-170, 170)],
    [20, 20, 180, 0, 20],
    1e-9,
  );
});

Deno.test("azimuthError() does not distinguish theta from pi - theta", () => {
  const error = (a: number, b: number) => azimuthError(rad(a), rad(b)) / rad(1);
  assertClose(
    [error(30, 150), error(210, 330), error(20, 30), error(170, 30), error(0, 90), error(90, 270)],
    [0, 0, 10, 20, 90, 180],
    1e-9,
  );
});

Deno.test("azimuthErrors() gives mean, median, and the share up to 30 degrees", () => {
  const { mean, median, shareWithin30 } = azimuthErrors([0, 30, 60, 86].map(rad), [0, 0, 0, 0]);
  assertClose([mean, median, shareWithin30], [rad(44), rad(45), 0.5], 1e-9);
});

Deno.test("alignAzimuths() finds an offset, also in a mirrored frame", () => {
  const truth = [10, 100, 200, 290, 350].map(rad);
  const offset = alignAzimuths(truth.map((azimuth) => azimuth - rad(77)), truth);
  assertClose([offset], [rad(77)], 1e-9);
  const mirrored = truth.map((azimuth) => rad(40) - azimuth);
  const errors = azimuthErrors(
    mirrored.map((azimuth) => azimuth + alignAzimuths(mirrored, truth)),
    truth,
  );
  assertClose([errors.mean, errors.shareWithin30], [0, 1], 1e-9);
});

Deno.test("alignAzimuths() finds the best offset for any azimuths", () => {
  const degrees = fc.array(fc.tuple(fc.nat(359), fc.nat(359)), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(degrees, fc.nat(359), (pairs, other) => {
      const own = pairs.map(([a]) => rad(a));
      const truth = pairs.map(([, b]) => rad(b));
      const meanAt = (offset: number) =>
        azimuthErrors(own.map((azimuth) => azimuth + offset), truth).mean;
      assert.ok(meanAt(alignAzimuths(own, truth)) <= meanAt(rad(other)) + 1e-9);
    }),
    { seed: 1, numRuns: 30 },
  );
});

Deno.test("one constant azimuth is 45 degrees off at best, a guess 60", () => {
  const constant = new Float64Array(360);
  const offset = alignAzimuths(constant, AROUND);
  const best = azimuthErrors(constant.map(() => offset), AROUND);
  assertClose([best.mean / rad(1), best.shareWithin30], [45, 1 / 3], 0.01);
  const guess = guessedAzimuthErrors(AROUND);
  // Folded, azimuths are uniform on 180 degrees: |a - b| is 180 / 3, and <= 30 with 1 - (5 / 6)^2.
  assertClose([guess.mean / rad(1), guess.shareWithin30], [60, 11 / 36], 0.01);
  // Of the errors of one guess, the median lies between 45 (at 0) and 90 (at 90 degrees).
  assert.ok(guess.median > rad(45) && guess.median < rad(90), `${guess.median}`);
});

Deno.test("azimuthErrors() refuses empty lists and different lengths", () => {
  const message = (predicted: number, truth: number) => ({
    name: "RangeError",
    message:
      `Cannot compare azimuths: predicted and truth must have the same length, at least 1, ` +
      `got ${predicted} and ${truth}`,
  });
  assert.throws(() => azimuthErrors([], []), message(0, 0));
  assert.throws(() => azimuthErrors([1], [1, 2]), message(1, 2));
  assert.throws(() => alignAzimuths([], []), message(0, 0));
  assert.throws(() => guessedAzimuthErrors([]), message(0, 0));
});
