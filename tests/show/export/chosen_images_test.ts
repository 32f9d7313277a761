import assert from "node:assert/strict";
import { join } from "node:path";
import { imagesIn, imagesOfClasses, imagesWithNames, joined } from "@/show/export/chosen_images.ts";
import { image, withFolder } from "../../data/fixtures.ts";

/** Images of one pixel, the second of a class darker than the first. */
const IMAGES = {
  images: Float32Array.of(0.1, 0.2, 0.05, 0.4),
  names: ["digits 1", "digits 2", "digits 1", "letters 2"],
};

Deno.test("imagesOfClasses() picks the first image of each class, all by default", () => {
  assert.deepEqual(imagesOfClasses(IMAGES), {
    images: Float32Array.of(0.1, 0.2, 0.4),
    names: ["digits 1", "digits 2", "letters 2"],
  });
  assert.deepEqual(imagesOfClasses(IMAGES, ["2", "digits 1"]), {
    images: Float32Array.of(0.2, 0.4, 0.1),
    names: ["digits 2", "letters 2", "digits 1"],
  });
  assert.deepEqual(imagesOfClasses(IMAGES, []), { images: new Float32Array(0), names: [] });
});

Deno.test("imagesOfClasses() lists the known classes when it refuses one", () => {
  assert.throws(() => imagesOfClasses(IMAGES, ["3"]), {
    name: "RangeError",
    message: "Cannot pick images: class must be one of digits 1, digits 2, letters 2, got 3",
  });
});

Deno.test("imagesWithNames() picks the given indices of every set, and no others", () => {
  const set = (name: string, pixels: number[]) => ({
    name,
    provenance: "the tests",
    size: 1,
    count: pixels.length,
    pixels: Uint8Array.from(pixels),
  });
  const sets = [set("a", [0, 51, 255]), set("b", [255, 51])];
  assert.deepEqual(imagesWithNames(sets, [1, 0]), {
    images: Float32Array.of(0.2, 0, 0.2, 1),
    names: ["a at 1", "a at 0", "b at 1", "b at 0"],
  });
  assert.throws(() => imagesWithNames(sets, [2]), {
    message: "Cannot take images of b: an index must be from 0 to 1, got 2",
  });
  assert.throws(() => imagesWithNames(sets, [NaN]), /must be from 0 to 2, got NaN$/);
});

Deno.test("imagesIn() reads files as images of the model's size, named after the files", () =>
  withFolder(async (folder) => {
    const path = join(folder, "my chair.png");
    await Deno.writeFile(path, await image({ width: 30, height: 20, colour: "white" }));
    const { images, names, notices } = await imagesIn([path], 4);
    assert.deepEqual([images.length, names], [16, ["my chair"]]);
    assert.deepEqual(notices, [
      '"my chair.png" is taken as its centre square: nothing stands out from its background; ' +
      "photograph it against another colour",
    ]);
    assert.ok(images.every((value) => value > 0.99));
    await assert.rejects(imagesIn([join(folder, "none.png")], 4), Deno.errors.NotFound);
  }));

Deno.test("joined() keeps images in order", () => {
  const one = { images: Float32Array.of(1), names: ["one"] };
  const none = { images: new Float32Array(0), names: [] };
  assert.deepEqual(joined([one, none, { images: Float32Array.of(2), names: ["two"] }]), {
    images: Float32Array.of(1, 2),
    names: ["one", "two"],
  });
  assert.deepEqual(joined([]), none);
});
