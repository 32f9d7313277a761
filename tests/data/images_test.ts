import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { IMAGES } from "@/data/images.ts";
import { image, requestOf, withFolder, zipFile } from "./fixtures.ts";

const grey = (level: number, type: "png" | "jpeg" = "png") =>
  image({ width: 40, height: 30, colour: `rgb(${level}, ${level}, ${level})`, type });

/** Reads the first pixel of each image. */
function firstPixels(pixels: Uint8Array, size: number): number[] {
  return [...pixels].filter((_, i) => i % size ** 2 === 0);
}

Deno.test("IMAGES reads a folder and its subfolders, sorted by name", async () => {
  await withFolder(async (folder) => {
    await Deno.mkdir(join(folder, "more"));
    await Deno.writeFile(join(folder, "z.png"), await grey(10));
    await Deno.writeFile(join(folder, "B.JPEG"), await grey(20, "jpeg"));
    await Deno.writeFile(join(folder, "more", "a.jpg"), await grey(30, "jpeg"));
    await Deno.writeTextFile(join(folder, "notes.txt"), "no image");
    await Deno.writeTextFile(join(folder, "._z.png"), "what macOS leaves behind");
    const set = await IMAGES.load(requestOf(), folder);
    assert.deepEqual([set.count, set.size, set.name], [3, 28, `images:${folder}`]);
    assert.deepEqual(firstPixels(set.pixels, 28), [20, 30, 10]);
  });
});

Deno.test("IMAGES reads JPEGs under each of their suffixes, in any case", async () => {
  const names = ["a.jpg", "b.JPG", "c.jpeg", "d.Jpe", "e.jfif", "f.JFIF"];
  const files: Record<string, Uint8Array> = { "g.jif": Uint8Array.of(1), ".jpg": Uint8Array.of(1) };
  for (const [i, name] of names.entries()) files[name] = await grey(10 * i, "jpeg");
  await withFolder(async (folder) => {
    const inside = join(folder, "images");
    await Deno.mkdir(inside);
    for (const [name, bytes] of Object.entries(files)) {
      await Deno.writeFile(join(inside, name), bytes);
    }
    const zip = join(folder, "images.zip");
    await Deno.writeFile(zip, await zipFile(files));
    for (const path of [inside, zip]) {
      const set = await IMAGES.load(requestOf(), path);
      assert.deepEqual(firstPixels(set.pixels, 28), [0, 10, 20, 30, 40, 50]);
    }
  });
});

Deno.test("IMAGES reads a zip file to the same images as its folder", async () => {
  await withFolder(async (folder) => {
    const files = {
      "in/b.png": await grey(50),
      "a.png": await grey(60),
      "c.txt": Uint8Array.of(1),
    };
    const inside = join(folder, "images");
    await Deno.mkdir(join(inside, "in"), { recursive: true });
    for (const [name, bytes] of Object.entries(files)) {
      await Deno.writeFile(join(inside, name), bytes);
    }
    const path = join(folder, "images.zip");
    await Deno.writeFile(path, await zipFile({ ...files, "__MACOSX/a.png": Uint8Array.of(1) }));
    const zipped = await IMAGES.load(requestOf({ imageSize: 4 }), path);
    const plain = await IMAGES.load(requestOf({ imageSize: 4 }), inside);
    assert.deepEqual(zipped.pixels, plain.pixels);
    assert.deepEqual(firstPixels(zipped.pixels, 4), [60, 50]);
  });
});

Deno.test("IMAGES leaves out what programs keep in hidden and system folders", async () => {
  await withFolder(async (root) => {
    const folder = join(root, ".mine"); // what the user chose may itself be hidden
    const files = {
      "a.png": await grey(60),
      "in/b.png": await grey(50),
      ".ipynb_checkpoints/a-checkpoint.png": await grey(1),
      "in/.thumbnails/normal/0123.png": await grey(2),
      "in/@eaDir/b.png/SYNOPHOTO_THUMB_M.jpg": await grey(3, "jpeg"),
      "in/__MACOSX/b.png": await grey(4),
      "$RECYCLE.BIN/c.png": await grey(5),
      ".d.png": await grey(6),
    };
    for (const [name, bytes] of Object.entries(files)) {
      await Deno.mkdir(dirname(join(folder, name)), { recursive: true });
      await Deno.writeFile(join(folder, name), bytes);
    }
    const zip = join(root, ".mine.zip");
    await Deno.writeFile(zip, await zipFile(files));
    for (const path of [folder, zip]) {
      const { count, pixels } = await IMAGES.load(requestOf({ imageSize: 4 }), path);
      assert.equal(count, 2, path);
      assert.deepEqual(firstPixels(pixels, 4), [60, 50]);
    }
  });
});

Deno.test("IMAGES reports progress and stops at the signal", async () => {
  await withFolder(async (folder) => {
    for (const name of ["a", "b", "c"]) {
      await Deno.writeFile(join(folder, `${name}.png`), await grey(1));
    }
    const stop = new AbortController();
    const done: number[] = [];
    const onProgress = (report: { done: number }) => {
      done.push(report.done);
      if (report.done === 2) stop.abort(new Error("enough"));
    };
    const request = requestOf({ onProgress, signal: stop.signal });
    await assert.rejects(IMAGES.load(request, folder), { message: "enough" });
    assert.deepEqual(done, [1, 2]);
  });
});

Deno.test("IMAGES refuses a folder and an archive without images", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "a.zip");
    await Deno.writeFile(
      path,
      await zipFile({ "notes.txt": Uint8Array.of(1), ".a.png": await grey(1) }),
    );
    for (const empty of [folder, path]) {
      await assert.rejects(IMAGES.load(requestOf(), empty), {
        name: "RangeError",
        message: `Cannot load images:${empty}: it must hold at least one file that is not hidden ` +
          "and ends in .png, .jpg, .jpeg, .jpe, .jfif, got none",
      });
    }
  });
});

Deno.test("IMAGES refuses a missing path", async () => {
  await assert.rejects(IMAGES.load(requestOf(), "/nowhere"), {
    name: "RangeError",
    message:
      "Cannot load images:/nowhere: the path must be a folder or a zip file, got no such path",
  });
});

Deno.test("IMAGES names a file whose pixels end early", async () => {
  await withFolder(async (folder) => {
    const whole = await grey(1, "jpeg");
    const file = join(folder, "half.jpg");
    await Deno.writeFile(file, whole.subarray(0, -2));
    await assert.rejects(IMAGES.load(requestOf(), folder), {
      name: "SyntaxError",
      message: `Cannot read "${file}": it must be a complete PNG or JPEG image, got ` +
        `${whole.length - 2} bytes with its end missing; remove or replace it`,
    });
  });
});

Deno.test("IMAGES names a file that is not an image", async () => {
  await withFolder(async (folder) => {
    await Deno.writeFile(join(folder, "a.png"), await grey(1));
    const file = join(folder, "b.png");
    await Deno.writeTextFile(file, "not an image");
    await assert.rejects(IMAGES.load(requestOf(), folder), {
      name: "SyntaxError",
      message:
        `Cannot read "${file}": it must be a complete PNG or JPEG image, got 12 bytes with ` +
        "neither a PNG nor a JPEG signature; remove or replace it",
    });
  });
});

Deno.test("IMAGES refuses a single image file", async () => {
  await withFolder(async (folder) => {
    const file = join(folder, "a.png");
    await Deno.writeFile(file, await grey(1));
    await assert.rejects(IMAGES.load(requestOf(), file), {
      name: "SyntaxError",
      message: new RegExp(`^Cannot read "${file}": it must be a complete zip file, got `),
    });
  });
});
