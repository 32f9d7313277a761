import assert from "node:assert/strict";
import { join } from "node:path";
import { createCanvas } from "@napi-rs/canvas";
import { CELEBA } from "@/data/celeba.ts";
import type { LoadRequest } from "@/data/source.ts";
import { requestOf, withFolder, zipFile } from "./fixtures.ts";

/** Width and height of images, and their scale. */
type Size = readonly [width: number, height: number, scale: number];
const FULL: Size = [178, 218, 1];
const HALF: Size = [89, 109, 0.5];

/** A grey image whose crop has `level`, from 0 to 255, on its left half and white on its right. */
async function face(level: number, [width, height, scale] = FULL): Promise<Uint8Array> {
  const canvas = createCanvas(width, height);
  const context = canvas.getContext("2d");
  context.fillStyle = "white";
  context.fillRect(0, 0, width, height);
  context.fillStyle = `rgb(${level}, ${level}, ${level})`;
  context.fillRect(0, 0, 88 * scale, height);
  return new Uint8Array(await canvas.encode("jpeg", 100));
}

/** Packs images by number; the level is the number over ten thousand. */
async function archiveOf(numbers: readonly number[], size = FULL): Promise<Uint8Array> {
  const files: Record<string, Uint8Array> = { "list.txt": Uint8Array.of(1) };
  for (const number of numbers) {
    const name = `img_align_celeba/${String(number).padStart(6, "0")}.jpg`;
    files[name] = await face(Math.floor(number / 1e4) * 10, size);
  }
  return await zipFile(files);
}

/** Runs a test with an archive in place. */
async function withArchive(
  bytes: Uint8Array,
  body: (load: (changes?: Partial<LoadRequest>) => ReturnType<typeof CELEBA.load>) => Promise<void>,
) {
  await withFolder(async (dataDir) => {
    await Deno.mkdir(join(dataDir, "celeba"));
    await Deno.writeFile(join(dataDir, "celeba", "img_align_celeba.zip"), bytes);
    const cacheDir = join(dataDir, "cache");
    await body((changes) =>
      CELEBA.load(requestOf({ dataDir, cacheDir, imageSize: 2, ...changes }), "")
    );
  });
}

/** Asserts that each image has its number's level on the left and white on the right. */
function assertLevels(pixels: Uint8Array, levels: readonly number[]): void {
  assert.equal(pixels.length, 4 * levels.length);
  levels.forEach((level, i) => {
    for (const [at, expected] of [level, 255, level, 255].entries()) {
      const found = pixels[4 * i + at]!;
      assert.ok(Math.abs(found - expected) <= 3, `image ${i}, pixel ${at}: ${found}`); // JPEG
    }
  });
}

Deno.test("CELEBA splits as published and leaves out the validation images", async () => {
  const numbers = [202_599, 1, 162_770, 162_771, 182_637, 182_638];
  await withArchive(await archiveOf(numbers), async (load) => {
    const { pixels, ...train } = await load();
    assert.deepEqual(train, {
      name: "celeba",
      provenance: "6 of CelebA's 202599 faces",
      size: 2,
      count: 2,
    });
    assertLevels(pixels, [0, 160]);
    assertLevels((await load({ split: "test" })).pixels, [180, 200]);
  });
});

Deno.test("CELEBA tests on the last tenth of a partial archive, and says so", async () => {
  const numbers = Array.from({ length: 11 }, (_, i) => 10_000 * (11 - i)); // unsorted
  await withArchive(await archiveOf(numbers, HALF), async (load) => {
    const train = await load();
    assert.equal(
      train.provenance,
      "11 of CelebA's 202599 faces, the last tenth of them for testing",
    );
    assertLevels(train.pixels, [10, 20, 30, 40, 50, 60, 70, 80, 90]);
    assertLevels((await load({ split: "test" })).pixels, [100, 110]);
  });
});

Deno.test("CELEBA crops full-size and half-size images alike", async () => {
  for (const size of [FULL, HALF]) {
    await withArchive(await archiveOf([50_000, 60_000], size), async (load) => {
      // The edge between dark and white is in the middle of the crop.
      assertLevels((await load()).pixels, [50]);
      const columns = (await load({ imageSize: 28 })).pixels.subarray(0, 28);
      assert.ok(columns[13]! < 60 && columns[14]! > 245, `${columns}`);
    });
  }
});

Deno.test("CELEBA converts once, then reads the cache", async () => {
  await withArchive(await archiveOf([1, 2, 3]), async (load) => {
    const reports: string[] = [];
    const onProgress: LoadRequest["onProgress"] = ({ task, done, total }) =>
      reports.push(`${task} ${done}/${total}`);
    const first = await load({ onProgress });
    assert.deepEqual(reports, ["convert celeba 2/2"], "of three, one is for testing");
    assert.deepEqual(await load({ onProgress }), first);
    assert.equal(reports.length, 1);
    await load({ onProgress, imageSize: 1 });
    assert.equal(reports.length, 2, "another size");
  });
});

Deno.test("CELEBA says how to get the missing file", async () => {
  await withFolder(async (dataDir) => {
    await assert.rejects(CELEBA.load(requestOf({ dataDir }), ""), {
      name: "DownloadError",
      message: `Cannot load celeba: "${dataDir}/celeba/img_align_celeba.zip" must be a file, ` +
        "got no such file; its host serves only browsers: download img_align_celeba.zip from " +
        "https://mmlab.ie.cuhk.edu.hk/projects/CelebA.html and put it there",
    });
  });
});

Deno.test("CELEBA refuses other image sizes, and an archive without images", async () => {
  const refused = (found: string, sizes: string) => ({
    name: "RangeError",
    message: sizes + found,
  });
  await withArchive(await archiveOf([1, 2], [64, 64, 1]), async (load) => {
    await assert.rejects(
      load(),
      refused(
        "got 64 x 64; use img_align_celeba.zip, the aligned images",
        'Cannot read "img_align_celeba/000001.jpg": it must have 178 x 218 or 89 x 109 pixels, ',
      ),
    );
  });
  await withArchive(await archiveOf([1, 2], [400, 400, 1]), async (load) => {
    await assert.rejects(load(), /000001.jpg": it must have at most 38804 pixels, got 160000/);
  });
  await withArchive(await archiveOf([]), async (load) => {
    await assert.rejects(load(), /must hold train images like 000001.jpg, got none$/);
  });
});

Deno.test("CELEBA refuses an archive with a duplicate image number", async () => {
  const bytes = await face(0);
  const files = { "a/000007.jpg": bytes, "b/000007.jpg": bytes, "a/000000.jpg": bytes };
  await withArchive(await zipFile(files), async (load) => {
    await assert.rejects(load(), {
      name: "RangeError",
      message: /^Cannot load celeba: ".*" must hold each number once, got 7 twice$/,
    });
  });
});

Deno.test("CELEBA caches nothing if an image is damaged or loading is aborted", async () => {
  const whole = await face(50);
  const files = { "000001.jpg": whole, "000002.jpg": whole.subarray(0, whole.length / 2) };
  await withArchive(await zipFile({ ...files, "000003.jpg": whole }), async (load) => {
    await assert.rejects(load(), {
      name: "SyntaxError",
      message: /^Cannot read "000002.jpg": it must be a complete PNG or JPEG image, got \d+ bytes/,
    });
    const signal = AbortSignal.abort(new Error("enough"));
    await assert.rejects(load({ signal }), { message: "enough" });
  });
});
