import assert from "node:assert/strict";
import fc from "fast-check";
import { wilsonInterval } from "@/study/score/interval.ts";
import { assertClose } from "../../assert.ts";

Deno.test("wilsonInterval() agrees with the formula worked by hand", () => {
  // p = 1 / 2, n = 4: the centre stays, the half-width is z sqrt(1/16 + z^2/64) / (1 + z^2/4).
  const z = 1.959964;
  const reach = z * Math.sqrt(1 / 16 + z ** 2 / 64) / (1 + z ** 2 / 4);
  const { low, high } = wilsonInterval(2, 4);
  assertClose([low, high], [0.5 - reach, 0.5 + reach], 1e-6);
});

Deno.test("wilsonInterval() of no success, or only successes, ends where z^2 says", () => {
  const squared = 1.959964 ** 2;
  const none = wilsonInterval(0, 10);
  const all = wilsonInterval(10, 10);
  assertClose([none.low, none.high], [0, squared / (10 + squared)], 1e-6);
  assertClose([all.low, all.high], [10 / (10 + squared), 1], 1e-6);
});

Deno.test("wilsonInterval() contains the share, stays in [0, 1] and narrows with more trials", () => {
  const counts = fc.integer({ min: 1, max: 10_000 })
    .chain((trials) => fc.tuple(fc.integer({ min: 0, max: trials }), fc.constant(trials)));
  fc.assert(
    fc.property(counts, ([successes, trials]) => {
      const { low, high } = wilsonInterval(successes, trials);
      const share = successes / trials;
      assert.ok(0 <= low && low <= share + 1e-12 && share - 1e-12 <= high && high <= 1);
      const more = wilsonInterval(4 * successes, 4 * trials);
      assert.ok(more.high - more.low < high - low);
      const mirrored = wilsonInterval(trials - successes, trials);
      assertClose([mirrored.low, mirrored.high], [1 - high, 1 - low], 1e-12);
    }),
    { seed: 1 },
  );
});

Deno.test("wilsonInterval() refuses impossible counts", () => {
  assert.throws(() => wilsonInterval(0, 0), {
    name: "RangeError",
    message: "Cannot give an interval: trials must be an integer >= 1, got 0",
  });
  assert.throws(() => wilsonInterval(5, 4), {
    name: "RangeError",
    message: "Cannot give an interval: successes must be from 0 to 4, got 5",
  });
});
