import assert from "node:assert/strict";
import fc from "fast-check";
import { imageErrors, shareBelow } from "@/infer/held_out.ts";

Deno.test("imageErrors() gives the mean square of each image, as by hand", () => {
  const images = Float32Array.of(0, 1, 0.5, 0.5, 1, 1, 1, 1);
  const rendering = Float32Array.of(0, 0.5, 0.5, 0, 1, 1, 1, 0);
  // (0 + 0.25 + 0 + 0.25) / 4 and (0 + 0 + 0 + 1) / 4
  assert.deepEqual(imageErrors(images, { rendering, azimuth: new Float32Array(2) }), [0.125, 0.25]);
});

Deno.test("shareBelow() counts smaller errors, and is no smaller for a larger error", () => {
  assert.equal(shareBelow(0.3, [0.1, 0.2, 0.3, 0.4]), 0.5);
  assert.equal(shareBelow(0, [0.1]), 0);
  assert.equal(shareBelow(1, [0.1]), 1);
  const errors = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1 });
  const error = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(fc.property(errors, error, error, (heldOut, a, b) => {
    const [small, large] = [Math.min(a, b), Math.max(a, b)];
    assert.ok(shareBelow(small, heldOut) <= shareBelow(large, heldOut));
  }));
});

Deno.test("shareBelow() refuses to compare with nothing", () => {
  assert.throws(() => shareBelow(0.1, []), {
    name: "RangeError",
    message: "Cannot compare an error: heldOut must not be empty",
  });
});
