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
      name: "RangeError",
      message:
        `Cannot load images:${file}: the path must be a folder or a zip file, got an image; ` +
        "give its folder",
    });
  });
});

Deno.test("IMAGES leaves out images that cannot be read, and says which and why", async () => {
  await withFolder(async (folder) => {
    await Deno.writeFile(join(folder, "a.png"), await grey(60));
    await Deno.symlink(join(folder, "a.png"), join(folder, "b.png"));
    await Deno.symlink(join(folder, "nowhere"), join(folder, "c.png"));
    await Deno.symlink("/proc/self/mem", join(folder, "d.png")); // reading it fails on any machine
    await Deno.symlink("/dev/zero", join(folder, "e.png")); // reading it never ends
    await Deno.mkdir(join(folder, "f"));
    await Deno.symlink("..", join(folder, "f", "up"));
    await Deno.symlink("nowhere", join(folder, "f", "notes.txt")); // no image: no matter
    const set = await IMAGES.load(requestOf({ imageSize: 4 }), folder);
    assert.deepEqual(firstPixels(set.pixels, 4), [60, 60]);
    assert.deepEqual(set.leftOut, [
      '"c.png": its link must lead to a file, got one that leads nowhere; ' +
      "fetch or mount what it stands for, or remove it",
      '"d.png": its disk must answer, got a failure of the device; ' +
      "check the disk and its connection",
      '"e.png": it must be a file, got a pipe or a device; remove it',
      '"f/up": it must be a file or a folder, got a link to a folder; name that instead',
    ]);
  });
});

/** Copies a file to a name that is not UTF-8, which Deno cannot write. */
async function copyToLatin1(from: string, folder: string): Promise<void> {
  const script = 'cp "$1" "$2/$(printf "caf\\351.png")"; mkdir "$2/$(printf "\\351t\\351")"';
  await new Deno.Command("sh", { args: ["-c", script, "sh", from, folder] }).output();
}

Deno.test("IMAGES leaves out names that are not UTF-8, of files and of folders", async () => {
  await withFolder(async (folder) => {
    await Deno.writeFile(join(folder, "caf\u00e9.png"), await grey(60));
    await copyToLatin1(join(folder, "caf\u00e9.png"), folder);
    const set = await IMAGES.load(requestOf({ imageSize: 4 }), folder);
    assert.deepEqual(firstPixels(set.pixels, 4), [60]);
    const reason = "its name must be in UTF-8, got another encoding; rename it";
    assert.deepEqual(set.leftOut, [`"caf\ufffd.png": ${reason}`, `"\ufffdt\ufffd": ${reason}`]);
  });
});

Deno.test("IMAGES refuses a folder of which no image can be read", async () => {
  await withFolder(async (folder) => {
    for (const name of ["a.png", "b.png"]) await Deno.symlink("nowhere", join(folder, name));
    await assert.rejects(IMAGES.load(requestOf(), folder), {
      name: "RangeError",
      message: new RegExp(
        `^Cannot load images:${folder}: it must hold at least one file .*, got 2 that cannot be ` +
          'read: ".\\.png": its link must lead to a file, got one that leads nowhere; ',
      ),
    });
  });
});

Deno.test("IMAGES says in words why the path itself cannot be read", async () => {
  const path = `/tmp/${"a".repeat(300)}`;
  await assert.rejects(IMAGES.load(requestOf(), path), {
    name: "RangeError",
    message: `Cannot load images:${path}: its name must be as short as the disk wants, ` +
      "got a longer one; choose another",
  });
});
