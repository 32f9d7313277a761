import assert from "node:assert/strict";
import { join } from "node:path";
import type { Reconstruction } from "@/infer/inference.ts";
import { decodeTensors, encodeTensors } from "@/data/formats/safetensors.ts";
import { createFrame, createMonitor, type Frame, loadFrames, saveFrame } from "@/train/monitor.ts";
import { withFolder } from "../data/fixtures.ts";
import { TINY, tinySet } from "../tiny.ts";

const AREA = TINY.imageSize ** 2;
const CELLS = TINY.imageSize ** 3;

Deno.test("createMonitor() takes each set's classes in turn, from their second images on", () => {
  const sets = [{ set: tinySet("a"), ratio: 1 }, { set: tinySet("b"), ratio: 1 }];
  const { names, images, tracked } = createMonitor(sets, [3, 2]);
  assert.deepEqual(names, ["a round", "a square", "a round", "b round", "b square"]);
  assert.equal(images.length, 5 * AREA);
  assert.deepEqual(tracked, [0, 1, 3, 4], "one of every class");
  const expected = [2, 3, 4].map((index) =>
    tinySet("a").pixels.slice(index * AREA, (index + 1) * AREA)
  );
  for (const [slot, image] of expected.entries()) {
    const shown = images.subarray(slot * AREA, (slot + 1) * AREA);
    assert.deepEqual([...shown], [...image].map((byte) => Math.fround(byte / 255)));
  }
});

Deno.test("createMonitor() repeats a set that has too few images", () => {
  const { names } = createMonitor([{ set: tinySet("a", 3), ratio: 1 }], [5]);
  assert.deepEqual(names, ["a round", "a round", "a square", "a round", "a round"]);
});

Deno.test("createMonitor() names images without classes by number and tracks up to eight", () => {
  const { labels: _labels, classNames: _names, ...set } = tinySet("own", 10);
  const { names, tracked } = createMonitor([{ set, ratio: 1 }], [3]);
  assert.deepEqual(names, ["own 0", "own 1", "own 2"]);
  assert.deepEqual(tracked, [0, 1, 2]);
  const classes = { set: tinySet("a"), ratio: 1 };
  const mixed = createMonitor([classes, { set, ratio: 1 }], [2, 10]);
  assert.deepEqual(mixed.tracked, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], "two classes, then eight");
});

Deno.test("createMonitor() tracks the classes that there is room for", () => {
  assert.deepEqual(createMonitor([{ set: tinySet("a"), ratio: 1 }], [1]).tracked, [0]);
});

/** What a model might make of five images. */
function reconstruction(): Reconstruction {
  const ramp = (count: number, top: number) =>
    Float32Array.from({ length: count }, (_, i) => top * i / (count - 1));
  return {
    latent: new Float32Array(15),
    azimuth: Float32Array.of(0, 1, 2, 3, 6),
    elevation: new Float32Array(5),
    occupancy: ramp(5 * CELLS, 1),
    projection: ramp(5 * AREA, 0.5),
    rendering: ramp(5 * AREA, 1),
  };
}

const monitor = createMonitor([
  { set: tinySet("a"), ratio: 1 },
  { set: tinySet("b"), ratio: 1 },
], [3, 2]);

Deno.test("createFrame() keeps all renderings and the tracked voxels as bytes, and azimuths", () => {
  const made = reconstruction();
  const { step, renderings, occupancies, azimuths } = createFrame(7, monitor, made);
  assert.equal(step, 7);
  assert.deepEqual([...renderings], [...made.rendering].map((value) => Math.round(255 * value)));
  assert.deepEqual([renderings[0], renderings.at(-1)], [0, 255]);
  assert.deepEqual([...azimuths], [0, 1, 3, 6]);
  assert.equal(occupancies.length, 4 * CELLS);
  const slot3 = made.occupancy.subarray(3 * CELLS, 4 * CELLS); // the third that is tracked
  assert.deepEqual(
    [...occupancies.subarray(2 * CELLS, 3 * CELLS)],
    [...slot3].map((value) => Math.round(255 * value)),
  );
});

Deno.test("loadFrames() gives back what saveFrame() wrote, in order", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "frames");
    const frames: Frame[] = [0, 50, 1_000_000].map((step) =>
      createFrame(step, monitor, reconstruction())
    );
    for (const frame of frames.toReversed()) await saveFrame(path, frame, 5);
    await Deno.writeTextFile(join(path, "notes.txt"), "not a frame");
    assert.deepEqual(await loadFrames(path), frames);
  });
});

Deno.test("saveFrame() writes every array with its shape", async () => {
  await withFolder(async (folder) => {
    await saveFrame(folder, createFrame(3, monitor, reconstruction()), 5);
    const bytes = await Deno.readFile(join(folder, "step-000003.safetensors"));
    const { tensors } = decodeTensors(bytes, "a frame");
    const side = TINY.imageSize;
    assert.deepEqual(tensors.renderings!.shape, [5, side, side]);
    assert.deepEqual(tensors.occupancies!.shape, [4, side, side, side]);
    assert.deepEqual(tensors.azimuths!.shape, [4]);
  });
});

Deno.test("loadFrames() reads frames of before azimuths were in radians", async () => {
  await withFolder(async (folder) => {
    const { step, azimuths: _, ...frame } = createFrame(3, monitor, reconstruction());
    const flat = Object.fromEntries(
      Object.entries({ ...frame, poses: Float32Array.of(-1, -0.5, 0, 1) })
        .map(([name, values]) => [name, { shape: [values.length], values }]),
    );
    const bytes = encodeTensors({ tensors: flat, metadata: { step: String(step) } });
    await Deno.writeFile(join(folder, "step-000003.safetensors"), bytes);
    const [loaded] = await loadFrames(folder);
    const expected = Float32Array.of(0, Math.PI / 2, Math.PI, 2 * Math.PI);
    assert.deepEqual(loaded, { step, ...frame, azimuths: expected });
  });
});

Deno.test("loadFrames() refuses a damaged frame, by name", async () => {
  await withFolder(async (folder) => {
    await saveFrame(folder, createFrame(3, monitor, reconstruction()), 5);
    const path = join(folder, "step-000003.safetensors");
    const bytes = await Deno.readFile(path);
    bytes[bytes.length - 9]! ^= 4;
    await Deno.writeFile(path, bytes);
    await assert.rejects(loadFrames(folder), {
      name: "SyntaxError",
      message: `Cannot read "${path}": a safetensors file must hold the bytes it was written ` +
        "with, got others (the file is damaged)",
    });
  });
});
