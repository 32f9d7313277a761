import assert from "node:assert/strict";
import { BOWLS, DIGITS, EMBEDDED, FACES, GARMENTS, SOLIDS } from "@/data/synthetic/embedded.ts";
import { FASHION_MNIST_CLASSES, MNIST_CLASSES } from "@/data/mnist.ts";
import { requestOf } from "../fixtures.ts";

const TEST = requestOf({ split: "test" });

Deno.test("DIGITS and GARMENTS match the format of the sets they stand in for", async () => {
  for (
    const [source, classes] of [
      [DIGITS, MNIST_CLASSES],
      [GARMENTS, FASHION_MNIST_CLASSES],
    ] as const
  ) {
    const set = await source.load(TEST, "");
    assert.match(set.provenance, /drawn by this project's own code$/);
    assert.deepEqual([set.name, set.size, set.count], [source.name, 28, 1000]);
    assert.equal(set.pixels.length, 1000 * 28 * 28);
    assert.deepEqual(set.classNames, classes);
    assert.deepEqual([...set.labels!.subarray(0, 12)], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]);
    assert.equal(set.truth, undefined);
  }
});

Deno.test("SOLIDS keep the truth and the pose of each image", async () => {
  const set = await SOLIDS.load(TEST, "");
  assert.deepEqual([set.size, set.count, set.truth!.size], [28, 600, 28]);
  assert.equal(set.truth!.voxels.length, 600 * 28 ** 3);
  assert.equal(set.truth!.azimuths.length, 600);
  assert.deepEqual(set.classNames, ["chair", "car", "cup", "bowl", "person", "airplane"]);
});

Deno.test("EMBEDDED concatenates the parts, with their classes", async () => {
  const set = await EMBEDDED.load(TEST, "");
  assert.deepEqual([set.name, set.count, set.classNames!.length], ["embedded", 3700, 27]);
  assert.equal(
    set.provenance,
    "digits drawn by this project's own code; clothes, shoes and bags drawn by this project's own " +
      "code; faces drawn by this project's own code; solids built by this project's own code, each " +
      "rendered once; bowls built by this project's own code, each rendered once",
  );
  const garments = await GARMENTS.load(TEST, "");
  const area = 28 * 28;
  assert.deepEqual(set.pixels.subarray(1000 * area, 2000 * area), garments.pixels);
  assert.deepEqual(set.labels!.subarray(1000, 1005), Uint8Array.of(10, 11, 12, 13, 14));
  const faces = await FACES.load(TEST, "");
  assert.deepEqual(set.pixels.subarray(2000 * area, 3000 * area), faces.pixels);
  assert.deepEqual(set.labels!.subarray(2999, 3003), Uint8Array.of(20, 21, 22, 23));
  const bowls = await BOWLS.load(TEST, "");
  assert.deepEqual(set.pixels.subarray(3600 * area), bowls.pixels);
  assert.equal(set.labels![3600], set.classNames!.indexOf("bowl"), "with the solid ones");
});

Deno.test("SOLIDS#bowl selects only the bowls, with their truth", async () => {
  const bowls = await SOLIDS.load({ ...TEST, classes: ["bowl"] }, "");
  assert.deepEqual([bowls.name, bowls.count], ["embedded-solids#bowl", 100]);
  assert.deepEqual([bowls.classNames, bowls.truth!.azimuths.length], [["bowl"], 100]);
  assert.match(bowls.provenance, /built by this project's own code.* \(only bowl\)$/);
});
