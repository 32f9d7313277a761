import assert from "node:assert/strict";
import { join } from "node:path";
import { VOXELS } from "@/data/voxel_source.ts";
import { projectVoxels } from "@/render/project.ts";
import * as tf from "@/engine/tf.ts";
import { gzipped, npyFile, requestOf, withFolder, zipFile } from "./fixtures.ts";

/** Makes `count` full grids of a given size. */
function fullGrids(count: number, size = 4): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(count * size ** 3).fill(1);
  return npyFile({ shape: [count, size, size, size], bytes });
}

const TEXT = npyFile({ type: "<U1", shape: [1], bytes: Uint8Array.of(65, 0, 0, 0) });

async function withFile(
  name: string,
  bytes: Uint8Array,
  body: (path: string) => Promise<void>,
): Promise<void> {
  await withFolder(async (folder) => {
    await Deno.writeFile(join(folder, name), bytes);
    await body(join(folder, name));
  });
}

Deno.test("VOXELS reads .npy and .npy.gz alike", async () => {
  await withFile("solid.npy", fullGrids(3), async (plain) => {
    await withFile("solid.npy.gz", gzipped(fullGrids(3)), async (compressed) => {
      const a = await VOXELS.load(requestOf(), plain);
      const b = await VOXELS.load(requestOf(), compressed);
      assert.deepEqual(a.pixels, b.pixels);
      assert.deepEqual([a.count, a.size, a.truth!.size], [3, 28, 4]);
      assert.deepEqual([a.classNames, b.classNames], [["solid"], ["solid"]]);
    });
  });
});

Deno.test("VOXELS says that it dropped an axis of channels", async () => {
  const bytes = new Uint8Array(2 * 4 ** 3).fill(1);
  await withFile("a.npy", npyFile({ shape: [2, 4, 4, 4, 1], bytes }), async (path) => {
    const { count, provenance } = await VOXELS.load(requestOf(), path);
    assert.equal(count, 2);
    assert.equal(provenance, 'voxel grids in "a.npy" without axes of length 1, each rendered once');
  });
});

Deno.test("VOXELS keeps the truth and pose that render to the images", async () => {
  // An L without rotational symmetry: along x on the floor, and up at x = 0.
  const bytes = new Uint8Array(8 ** 3);
  for (let i = 0; i < 8; i++) bytes[(i * 8 + 4) * 8] = bytes[4 * 8 + i] = 1;
  await withFile("l.npy", npyFile({ shape: [8, 8, 8], bytes }), async (path) => {
    const { pixels, truth } = await VOXELS.load(requestOf({ imageSize: 8 }), path);
    const expected = tf.tidy(() => {
      const density = tf.tensor4d(Float32Array.from(truth!.voxels), [1, 8, 8, 8]);
      return projectVoxels(density, tf.tensor1d(truth!.azimuths), { tau: 4 }).dataSync();
    });
    assert.deepEqual([...pixels], [...expected].map((value) => Math.round(value * 255)));
    const foot = pixels.subarray(56).reduce((sum, value) => sum + value, 0);
    const top = pixels.subarray(0, 8).reduce((sum, value) => sum + value, 0);
    assert.ok(foot > top && top > 0, "z points up");
  });
});

Deno.test("VOXELS renders each split from different azimuths", async () => {
  await withFile("solid.npy", fullGrids(3), async (path) => {
    const train = await VOXELS.load(requestOf(), path);
    const test = await VOXELS.load(requestOf({ split: "test" }), path);
    assert.notDeepEqual(train.truth!.azimuths, test.truth!.azimuths);
    assert.deepEqual(train.truth!.voxels, test.truth!.voxels);
  });
});

Deno.test("VOXELS renders each grid several times, with labels and truth of every image", async () => {
  await withFile("a.npz", await zipFile(ARCHIVE), async (path) => {
    const set = await VOXELS.load(requestOf({ imagesPerObject: 2, imageSize: 4 }), path);
    assert.equal(set.provenance, 'voxel grids in "a.npz", each rendered 2 times');
    assert.deepEqual([set.count, set.pixels.length, set.truth!.azimuths.length], [10, 160, 10]);
    assert.deepEqual([...set.labels!], [0, 0, 0, 0, 1, 1, 1, 1, 1, 1]);
    assert.deepEqual([...set.truth!.objects], [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]);
    assert.equal(set.truth!.voxels.length, 5 * 4 ** 3);
  });
});

const ARCHIVE = {
  "chair_train.npy": fullGrids(2),
  "chair_test.npy": fullGrids(1),
  "sofa_train.npy": fullGrids(3),
  "sofa_test.npy": fullGrids(4),
  "sofa_train_names.npy": TEXT,
};

Deno.test("VOXELS picks the arrays of an archive by split and by name", async () => {
  await withFile("a.npz", await zipFile(ARCHIVE), async (path) => {
    const load = async (choice: string, split: "train" | "test") => {
      const classes = choice === "" ? [] : choice.split("+");
      const request = requestOf({ split, classes });
      const { count, classNames, labels } = await VOXELS.load(request, path);
      return { count, classNames, labels: [...labels!] };
    };
    const both = ["chair", "sofa"];
    assert.deepEqual(await load("", "train"), {
      count: 5,
      classNames: both,
      labels: [0, 0, 1, 1, 1],
    });
    assert.deepEqual(await load("", "test"), {
      count: 5,
      classNames: both,
      labels: [0, 1, 1, 1, 1],
    });
    assert.deepEqual(await load("chair", "test"), {
      count: 1,
      classNames: ["chair"],
      labels: [0],
    });
    assert.deepEqual(await load("chair_train", "test"), {
      count: 2,
      classNames: ["chair"],
      labels: [0, 0],
    });
    assert.deepEqual(await load("sofa+chair_test", "train"), {
      count: 4,
      classNames: ["sofa", "chair"],
      labels: [0, 0, 0, 1],
    });
  });
});

Deno.test("VOXELS takes all arrays of an archive without splits", async () => {
  await withFile(
    "a.npz",
    await zipFile({ "a.npy": fullGrids(1), "b.npy": fullGrids(2) }),
    async (path) => {
      assert.equal((await VOXELS.load(requestOf(), path)).count, 3);
    },
  );
});

Deno.test("VOXELS ignores what else was packed with the arrays", async () => {
  const files = {
    "README.txt": Uint8Array.of(1),
    "notes": Uint8Array.of(2),
    "__MACOSX/._a.npy": Uint8Array.of(3),
    ".npy": Uint8Array.of(4),
    "a.npy": fullGrids(2),
  };
  await withFile("a.npz", await zipFile(files), async (path) => {
    const { count, classNames } = await VOXELS.load(requestOf(), path);
    assert.deepEqual([count, classNames], [2, ["a"]]);
    await assert.rejects(VOXELS.load(requestOf({ classes: ["notes"] }), path), {
      name: "RangeError",
      message: `Cannot load voxels:${path}: the array must be one of a, got "notes"`,
    });
  });
});

Deno.test("VOXELS refuses an archive without arrays", async () => {
  const files = { "README.txt": Uint8Array.of(1), "a": fullGrids(1) };
  for (const [packed, found] of [[files, "README.txt, a"], [{}, "no file"]] as const) {
    await withFile("a.npz", await zipFile(packed), async (path) => {
      await assert.rejects(VOXELS.load(requestOf(), path), {
        name: "RangeError",
        message: `Cannot load voxels:${path}: the archive must hold at least one .npy file, ` +
          `got ${found}; save it with numpy.savez`,
      });
    });
  }
});

Deno.test("VOXELS refuses an unknown array and lists the known ones", async () => {
  await withFile("a.npz", await zipFile(ARCHIVE), async (path) => {
    for (const choice of ["table", "chair+table"]) {
      const request = requestOf({ classes: choice.split("+") });
      await assert.rejects(VOXELS.load(request, path), {
        name: "RangeError",
        message: `Cannot load voxels:${path}: the array must be one of chair_train, chair_test, ` +
          'sofa_train, sofa_test, got "table"',
      });
    }
  });
});

Deno.test("VOXELS refuses an archive without arrays for the split", async () => {
  await withFile("a.npz", await zipFile({ "a_train.npy": fullGrids(1) }), async (path) => {
    await assert.rejects(VOXELS.load(requestOf({ split: "test" }), path), {
      name: "RangeError",
      message: `Cannot load voxels:${path}: the array must be one of a_train, got "*_test"`,
    });
  });
});

Deno.test("VOXELS refuses grids of different sizes", async () => {
  const files = { "a.npy": fullGrids(1, 4), "b.npy": fullGrids(1, 5) };
  await withFile("a.npz", await zipFile(files), async (path) => {
    await assert.rejects(VOXELS.load(requestOf(), path), {
      name: "RangeError",
      message: `Cannot load voxels:${path}: all grids must have 4 cells a side like a, ` +
        "got 5 in b; choose arrays with #NAME",
    });
  });
});

Deno.test("VOXELS names an array without grids, and the arrays to choose from", async () => {
  const labels = npyFile({ shape: [1], bytes: Uint8Array.of(1) });
  const message = (path: string, cure: string) =>
    `Cannot read voxels "${path}#labels": the shape must be [N, X, Y, Z], [X, Y, Z], ` +
    `or [N, bytes] of bit-packed uint8, got [1]${cure}`;
  await withFile("a.npz", await zipFile({ "labels.npy": labels }), async (path) => {
    await assert.rejects(VOXELS.load(requestOf(), path), {
      name: "TypeError",
      message: message(path, ""),
    });
  });
  const both = await zipFile({ "chair.npy": fullGrids(2), "labels.npy": labels });
  await withFile("a.npz", both, async (path) => {
    await assert.rejects(VOXELS.load(requestOf(), path), {
      name: "TypeError",
      message: message(path, "; or choose the arrays of grids with #NAME, of chair, labels"),
    });
    assert.equal((await VOXELS.load(requestOf({ classes: ["chair"] }), path)).count, 2);
  });
  const text = await zipFile({ "chair.npy": fullGrids(2), "words.npy": TEXT });
  await withFile("a.npz", text, async (path) => {
    await assert.rejects(VOXELS.load(requestOf(), path), {
      name: "TypeError",
      message: /got type <U1; .*; or choose the arrays of grids with #NAME, of chair, words$/,
    });
  });
});

Deno.test("VOXELS refuses a missing path", async () => {
  for (const path of ["/nowhere/a.npy", "/nowhere/a.npz"]) {
    await assert.rejects(VOXELS.load(requestOf(), path), {
      name: "RangeError",
      message: `Cannot load voxels:${path}: the path must be a .npy, .npy.gz, .npz or .zip file, ` +
        "got no such file",
    });
  }
});

Deno.test("VOXELS refuses other extensions, and # on a single array", async () => {
  for (const [path, ...classes] of [["a.mat"], ["a.npy", "chair"]] as const) {
    await assert.rejects(VOXELS.load(requestOf({ classes }), path), {
      name: "RangeError",
      message: "Cannot load voxels: the path must end in .npy, .npy.gz, .npz, .zip, .npz#NAME or " +
        `.zip#NAME, got "${[path, ...classes].join("#")}"`,
    });
  }
});

Deno.test("VOXELS refuses a truncated file", async () => {
  await withFile("a.npy.gz", gzipped(fullGrids(1)).subarray(0, 30), async (path) => {
    await assert.rejects(VOXELS.load(requestOf(), path), {
      name: "SyntaxError",
      message: `Cannot inflate "${path}": it must be a complete gzip file, got 30 bytes with ` +
        "unexpected end of file; delete it and fetch or copy it again",
    });
  });
});
