import assert from "node:assert/strict";
import { join } from "node:path";
import { joined, picturesAt, picturesIn, picturesOfClasses } from "@/show/export/chosen_images.ts";
import { picture, withFolder } from "../../data/fixtures.ts";

/** Pictures of one pixel, the second of a class darker than the first. */
const PICTURES = {
  images: Float32Array.of(0.1, 0.2, 0.05, 0.4),
  names: ["digits 1", "digits 2", "digits 1", "letters 2"],
};

Deno.test("picturesOfClasses() picks the first picture of each class, all by default", () => {
  assert.deepEqual(picturesOfClasses(PICTURES), {
    images: Float32Array.of(0.1, 0.2, 0.4),
    names: ["digits 1", "digits 2", "letters 2"],
  });
  assert.deepEqual(picturesOfClasses(PICTURES, ["2", "digits 1"]), {
    images: Float32Array.of(0.2, 0.4, 0.1),
    names: ["digits 2", "letters 2", "digits 1"],
  });
  assert.deepEqual(picturesOfClasses(PICTURES, []), { images: new Float32Array(0), names: [] });
});

Deno.test("picturesOfClasses() lists the classes that there are", () => {
  assert.throws(() => picturesOfClasses(PICTURES, ["3"]), {
    name: "RangeError",
    message: "Cannot pick pictures: class must be one of digits 1, digits 2, letters 2, got 3",
  });
});

Deno.test("picturesAt() picks places of every set, and no others", () => {
  const set = (name: string, pixels: number[]) => ({
    name,
    provenance: "the tests",
    size: 1,
    count: pixels.length,
    pixels: Uint8Array.from(pixels),
  });
  const sets = [set("a", [0, 51, 255]), set("b", [255, 51])];
  assert.deepEqual(picturesAt(sets, [1, 0]), {
    images: Float32Array.of(0.2, 0, 0.2, 1),
    names: ["a at 1", "a at 0", "b at 1", "b at 0"],
  });
  assert.throws(() => picturesAt(sets, [2]), {
    message: "Cannot take pictures of b: an index must be from 0 to 1, got 2",
  });
  assert.throws(() => picturesAt(sets, [NaN]), /must be from 0 to 2, got NaN$/);
});

Deno.test("picturesIn() reads files as pictures of the model's size, named after them", () =>
  withFolder(async (folder) => {
    const path = join(folder, "my chair.png");
    await Deno.writeFile(path, await picture({ width: 30, height: 20, colour: "white" }));
    const { images, names } = await picturesIn([path], 4);
    assert.deepEqual([images.length, names], [16, ["my chair"]]);
    assert.ok(images.every((value) => value > 0.99));
    await assert.rejects(picturesIn([join(folder, "none.png")], 4), Deno.errors.NotFound);
  }));

Deno.test("joined() puts pictures in order", () => {
  const one = { images: Float32Array.of(1), names: ["one"] };
  const none = { images: new Float32Array(0), names: [] };
  assert.deepEqual(joined([one, none, { images: Float32Array.of(2), names: ["two"] }]), {
    images: Float32Array.of(1, 2),
    names: ["one", "two"],
  });
  assert.deepEqual(joined([]), none);
});
