import assert from "node:assert/strict";
import { firstOfEach, imagesAt, type ImageSet } from "@/data/image_set.ts";

/** Image n is filled with the byte 51 n. */
const SET: ImageSet = {
  name: "greys",
  provenance: "the tests",
  size: 2,
  count: 4,
  pixels: Uint8Array.from({ length: 16 }, (_, i) => 51 * Math.floor(i / 4)),
  labels: Uint8Array.of(1, 0, 1, 0),
  classNames: ["dark", "light", "none"],
};

Deno.test("imagesAt() scales the chosen images to [0, 1], in the given order", () => {
  const expected = [3, 3, 3, 3, 1, 1, 1, 1].map((n) => Math.fround(n / 5));
  assert.deepEqual([...imagesAt(SET, [3, 1])], expected);
});

Deno.test("imagesAt() fills the given target", () => {
  const target = new Float32Array(6).fill(9);
  assert.equal(imagesAt(SET, [0], target), target);
  assert.deepEqual([...target], [0, 0, 0, 0, 9, 9]);
});

Deno.test("imagesAt() refuses an index out of range", () => {
  for (const index of [-1, 4, 0.5]) {
    assert.throws(() => imagesAt(SET, [index]), {
      name: "RangeError",
      message: `Cannot take images of greys: an index must be from 0 to 3, got ${index}`,
    });
  }
});

Deno.test("firstOfEach() finds the first image of each class, in the given order", () => {
  assert.deepEqual(firstOfEach(SET, ["light", "dark"]), [0, 1]);
});

Deno.test("firstOfEach() refuses a class that the set lacks or has no image of", () => {
  for (const className of ["blue", "none"]) {
    assert.throws(() => firstOfEach(SET, [className]), {
      name: "RangeError",
      message:
        `Cannot find a class in greys: class must be one of dark, light, none, got ${className}`,
    });
  }
});

Deno.test("firstOfEach() refuses a set without labels", () => {
  const { labels: _, ...unlabelled } = SET;
  assert.throws(() => firstOfEach(unlabelled, ["dark"]), {
    name: "TypeError",
    message: "Cannot find classes in greys: it must have labels, got none",
  });
});
