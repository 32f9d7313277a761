import assert from "node:assert/strict";
import { createBatches } from "@/data/batches.ts";
import type { ImageSet } from "@/data/image_set.ts";
import { loadImageSet } from "@/data/sources.ts";
import { createTruthReader, truthShape } from "@/data/truth.ts";
import { SOLID_OPACITY } from "@/data/render_grids.ts";
import * as tf from "@/engine/tf.ts";
import { projectVoxels } from "@/render/project.ts";
import { assertClose } from "../assert.ts";
import { tinySet } from "../tiny.ts";

/** Two objects of 2x2x2 cells, in one and two images of 2x2 pixels. */
function pair(size: number): ImageSet {
  return {
    name: "pair",
    provenance: "the tests",
    size,
    count: 3,
    pixels: new Uint8Array(3 * size ** 2),
    truth: {
      size: 2,
      voxels: Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 1, 0, 1, 1, 0, 0, 0, 0, 0),
      azimuths: Float32Array.of(1, 2, 3),
      objects: Uint32Array.of(1, 0, 1),
    },
  };
}

Deno.test("truthShape() gives an azimuth and a grid of the images' side for each image", () => {
  const config = { batchSize: 3, imageSize: 8 };
  assert.deepEqual(truthShape("azimuth", config), [3]);
  assert.deepEqual(truthShape("occupancy", config), [3, 8, 8, 8]);
});

Deno.test("createTruthReader() fills in rows from a slot on, each image's object and azimuth", () => {
  const read = createTruthReader(pair(2), ["azimuth", "occupancy"]);
  const [azimuth, occupancy] = [new Float32Array(4), new Float32Array(4 * 8)];
  read([2, 1], 1, { azimuth, occupancy });
  assert.deepEqual([...azimuth], [0, 3, 2, 0]);
  assert.deepEqual([...occupancy], [
    ...[0, 0, 0, 0, 0, 0, 0, 0],
    ...[0, 1, 1, 0, 0, 0, 0, 0],
    ...[1, 0, 0, 0, 0, 0, 0, 1],
    ...[0, 0, 0, 0, 0, 0, 0, 0],
  ]);
  const alone = new Float32Array(1);
  createTruthReader(pair(2), ["azimuth"])([0], 0, { azimuth: alone });
  assert.deepEqual([...alone], [1]);
});

Deno.test("createTruthReader() resizes shapes to the images' frame", () => {
  const occupancy = new Float32Array(4 ** 3);
  createTruthReader(pair(4), ["occupancy"])([1], 0, { occupancy });
  // Corners stay, the middle mixes; both filled cells have the same distance from it.
  assertClose([occupancy[0]!, occupancy[63]!, occupancy[3]!, occupancy[60]!], [1, 1, 0, 0], 0);
  assertClose(
    [occupancy[21]!, occupancy[42]!],
    [0.75 ** 3 + 0.25 ** 3, 0.75 ** 3 + 0.25 ** 3],
    0.002,
  );
});

Deno.test("createTruthReader() refuses a set that knows only its images, unless nothing is told", () => {
  createTruthReader(tinySet("blobs"), [])([0], 0, {});
  assert.throws(() => createTruthReader(tinySet("blobs"), ["azimuth", "occupancy"]), {
    name: "RangeError",
    message:
      "Cannot tell azimuth and occupancy of blobs: the set must have true shapes, got only " +
      "images; use modelnet40, meshes:PATH or voxels:PATH, or --supervision none",
  });
});

Deno.test("createBatches() tells of every image what it was rendered from", async () => {
  const set = await loadImageSet("embedded-solids", "test", { imageSize: 16 });
  const other = await loadImageSet("embedded-bowls", "test", { imageSize: 16, seed: 3 });
  const [batchSize, imageSize] = [6, 16];
  const options = { sets: [{ set, ratio: 2 }, { set: other, ratio: 1 }], batchSize, seed: 1 };
  const batches = createBatches({ ...options, supervision: ["azimuth", "occupancy"] });
  const plain = createBatches(options);
  for (const step of [0, 7]) {
    const { truth, ...batch } = batches.batch(step);
    assert.deepEqual(
      batch,
      plain.batch(step),
      "images are the same, and none is told of otherwise",
    );
    const { azimuth, occupancy } = truth!;
    assert.equal(azimuth![5], other.truth!.azimuths[batch.indices[5]!]);
    // The grid of a solid, seen from its azimuth, is its image.
    const seen = tf.tidy(() => {
      const density = tf.tensor4d(occupancy!, [batchSize, imageSize, imageSize, imageSize]);
      return projectVoxels(density, tf.tensor1d(azimuth!), { tau: SOLID_OPACITY }).dataSync();
    });
    const solids = 4 * imageSize ** 2;
    assertClose(seen.subarray(0, solids), batch.images.subarray(0, solids), 0.5 / 255 + 1e-5);
  }
});
