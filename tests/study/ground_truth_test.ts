import assert from "node:assert/strict";
import { join } from "node:path";
import { loadGroundTruth, objectsOf, VIEW_COUNT, viewsAround } from "@/study/ground_truth.ts";
import { solidAt } from "@/study/score/alignment.ts";
import { viewAt } from "@/study/score/views_around.ts";
import { loadRunData } from "@/train/run_data.ts";
import { assertClose, assertTensorsKept } from "../assert.ts";
import { npyFile, withFolder } from "../data/fixtures.ts";
import { projectReference } from "../render/reference.ts";
import { boxWithPost, trueSolids } from "./score/solids.ts";
import { TINY, tinySet } from "../tiny.ts";
import { IMAGE_SIZE, knownObjects, setOf } from "./known.ts";

const { calibration: training, tests } = knownObjects();

Deno.test("objectsOf() takes evenly spaced images with their true shapes", () => {
  const set = setOf(training);
  assert.deepEqual(objectsOf(set).truth, training.truth);
  assertClose(objectsOf(set).images, training.images, 1 / 255);
  const [first, second] = [0, 3]; // of six
  const two = objectsOf(set, 2);
  assert.deepEqual(
    [...two.truth.azimuths],
    [first, second].map((item) => training.truth.azimuths[item]),
  );
  assert.deepEqual(solidAt(two.truth, 1), solidAt(training.truth, second));
});

Deno.test("objectsOf() takes each object in its first image, however many there are", () => {
  const set = setOf(training);
  const { truth, pixels, count, size } = set;
  // Three images of each: its own, and two of others that have other azimuths.
  const several = {
    ...set,
    count: 3 * count,
    pixels: Uint8Array.from({ length: 3 * pixels.length }, (_, i) => {
      const [image, pixel] = [Math.floor(i / size ** 2), i % size ** 2];
      return image % 3 === 0 ? pixels[image / 3 * size ** 2 + pixel]! : 7;
    }),
    truth: {
      ...truth,
      azimuths: Float32Array.from({ length: 3 * count }, (_, i) => truth.azimuths[i / 3] ?? 9),
      objects: Uint32Array.from({ length: 3 * count }, (_, i) => Math.floor(i / 3)),
    },
  };
  for (const most of [Infinity, 4, 2]) {
    assert.deepEqual(objectsOf(several, most), objectsOf(set, most));
  }
});

Deno.test("objectsOf() refuses images without true shapes", () => {
  assert.throws(() => objectsOf(tinySet("blobs")), {
    name: "RangeError",
    message: "Cannot score shapes of blobs: the set must have true shapes, got only images; " +
      "use modelnet40, meshes:PATH or voxels:PATH",
  });
});

Deno.test("viewsAround() renders from the own azimuth on, by the renderer's equation", () => {
  const size = 6;
  const solids = { ...trueSolids(2, size), opacity: 2 };
  const around = viewsAround(solids, size);
  assert.deepEqual([around.count, around.views], [2, VIEW_COUNT]);
  const item = 1;
  const expected = projectReference({
    shape: [VIEW_COUNT, size, size, size],
    density: Float32Array.from(
      { length: VIEW_COUNT * size ** 3 },
      (_, i) => solidAt(solids, item)[i % size ** 3]!,
    ),
    azimuth: Float32Array.from(
      { length: VIEW_COUNT },
      (_, view) => solids.azimuths[item]! + view * Math.PI / 12,
    ),
    tau: 2,
  });
  assertClose(around.values.subarray(VIEW_COUNT * size ** 2), expected, 1e-4);
});

Deno.test("viewsAround() gives images of any size, and keeps no tensors", () => {
  const solids = { ...tests.truth, opacity: 4 };
  assertTensorsKept(0, () => {
    const { values } = viewsAround(solids, 10);
    assert.equal(values.length, tests.truth.azimuths.length * VIEW_COUNT * 100);
    assert.ok(values.every((value) => value >= 0 && value <= 1));
  });
  const area = IMAGE_SIZE ** 2;
  const own = viewAt(viewsAround(solids, IMAGE_SIZE), 2, 0);
  assertClose(own, tests.images.subarray(2 * area, 3 * area), 1e-6);
});

/** Runs a test on the objects of a run whose boxes are in a file. */
async function withBoxes(data: (path: string) => string, body: typeof scoredBy): Promise<void> {
  await withFolder(async (folder) => {
    const [size, count] = [10, 7];
    const bytes = new Uint8Array(count * size ** 3);
    for (let i = 0; i < count; i++) bytes.set(boxWithPost(size, i), i * size ** 3);
    const path = join(folder, "boxes.npy");
    await Deno.writeFile(path, npyFile({ shape: [count, size, size, size], bytes }));
    await body({ ...TINY, data: data(path) });
  });
}

async function scoredBy(config: typeof TINY): Promise<void> {
  const run = { config, data: await loadRunData(config) };
  const known = await loadGroundTruth(run, {}, { calibrationCount: 3 });
  const counts = [known.training, known.calibration, known.tests]
    .map(({ truth }) => truth.azimuths.length);
  assert.deepEqual(counts, [7, 3, 7]);
  assert.deepEqual(known.tests.truth.azimuths, run.data.tests[0]!.set.truth!.azimuths);
  assert.deepEqual([known.testViews.count, known.testViews.views], [7, VIEW_COUNT]);
  assert.notDeepEqual(known.training.truth.azimuths, known.tests.truth.azimuths);
}

Deno.test("loadGroundTruth() gives the objects of the run's own seed", async () => {
  await withBoxes((path) => `voxels:${path}`, scoredBy);
});

Deno.test("loadGroundTruth() gives every training image, and one of each object otherwise", async () => {
  await withBoxes((path) => `voxels:${path}`, async (config) => {
    const load = async (imagesPerObject: number) => {
      const several = { ...config, imagesPerObject };
      const run = { config: several, data: await loadRunData(several) };
      return await loadGroundTruth(run, {}, { calibrationCount: 3 });
    };
    const [one, four] = [await load(1), await load(4)];
    assert.deepEqual([one.training.count, four.training.count], [7, 28]);
    assert.equal(four.training.truth.voxels.length, 7 * 10 ** 3, "shapes are not copied");
    assert.deepEqual(four.calibration, one.calibration);
    assert.deepEqual([four.tests, four.testViews], [one.tests, one.testViews]);
  });
});

Deno.test("loadGroundTruth() refuses mixtures", async () => {
  await withBoxes((path) => `voxels:${path}:1,voxels:${path}:1`, async (config) => {
    const run = { config, data: await loadRunData(config) };
    await assert.rejects(loadGroundTruth(run), {
      name: "RangeError",
      message: `Cannot score a run: data must be one set, got 2 in ${config.data}`,
    });
  });
});
