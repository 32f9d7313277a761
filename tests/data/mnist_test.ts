import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { FASHION_MNIST, idxSource, MNIST } from "@/data/mnist.ts";
import {
  gzipped,
  idxFile,
  npyFile,
  requestOf,
  sha256,
  withFolder,
  withServer,
  zipFile,
} from "./fixtures.ts";

const PIXELS = Uint8Array.from({ length: 3 * 5 * 5 }, (_, i) => i);
const IMAGES = idxFile([3, 5, 5], PIXELS);
const LABELS = idxFile([3], [2, 0, 1]);
const CURE = "delete it to fetch it again";

/** A set of three 5x5 images whose test split has the same content. */
function tinySource(images = IMAGES, labels = LABELS, mirrors: string[] = []) {
  const sums = { images: sha256(images), labels: sha256(labels) };
  const sha256s = { train: sums, test: sums };
  const classNames = ["a", "b", "c"];
  return idxSource({
    name: "tiny",
    provenance: "the tests",
    summary: "",
    classNames,
    mirrors,
    sha256: sha256s,
  });
}

/** Makes a data folder with the training files of `tiny`. */
async function withFiles(
  files: { images: Uint8Array; labels: Uint8Array },
  body: (dataDir: string, path: (kind: "images" | "labels") => string) => Promise<void>,
) {
  await withFolder(async (dataDir) => {
    const path = (kind: "images" | "labels") =>
      join(dataDir, "tiny", `train-${kind}-idx${kind === "images" ? 3 : 1}-ubyte.gz`);
    await Deno.mkdir(join(dataDir, "tiny"));
    await Deno.writeFile(path("images"), files.images);
    await Deno.writeFile(path("labels"), files.labels);
    await body(dataDir, path);
  });
}

Deno.test("idxSource() reads the files of a data folder", async () => {
  await withFiles({ images: gzipped(IMAGES), labels: gzipped(LABELS) }, async (dataDir) => {
    const set = await tinySource().load(requestOf({ dataDir, imageSize: 5 }), "");
    assert.deepEqual([...set.pixels], [...PIXELS]);
    assert.deepEqual([...set.labels!], [2, 0, 1]);
    assert.deepEqual([set.name, set.size, set.count], ["tiny", 5, 3]);
    assert.deepEqual(set.classNames, ["a", "b", "c"]);
  });
});

Deno.test("idxSource() downloads both files of the requested split, once", async () => {
  await withFolder(async (dataDir) => {
    const asked: string[] = [];
    const answer = (request: Request) => {
      const { pathname } = new URL(request.url);
      asked.push(pathname);
      return new Response(gzipped(pathname.includes("images") ? IMAGES : LABELS));
    };
    await withServer(answer, async (address) => {
      const request = requestOf({ dataDir, imageSize: 5, split: "test" });
      const source = tinySource(IMAGES, LABELS, [`${address}/set/`]);
      assert.equal((await source.load(request, "")).count, 3);
      assert.equal((await source.load(request, "")).count, 3);
    });
    const expected = ["/set/t10k-images-idx3-ubyte.gz", "/set/t10k-labels-idx1-ubyte.gz"];
    assert.deepEqual(asked, expected);
  });
});

Deno.test("idxSource() uses the mirrors of the request instead of its own", async () => {
  await withFolder(async (dataDir) => {
    const answer = (request: Request) =>
      new Response(gzipped(request.url.includes("images") ? IMAGES : LABELS));
    await withServer(answer, async (address) => {
      const mirrors = { tiny: [address] };
      const source = tinySource(IMAGES, LABELS, ["http://127.0.0.1:1"]);
      const set = await source.load(requestOf({ dataDir, imageSize: 5, mirrors }), "");
      assert.equal(set.count, 3);
    });
  });
});

/** Ways in which the web hands the files out: where the data folder has what. */
const WRAPPINGS: Record<string, () => Promise<Record<string, Uint8Array>>> = {
  "unpacked": plain((kind, rank) => `tiny/train-${kind}-idx${rank}-ubyte`),
  "with a dot before idx": plain((kind, rank) => `tiny/train-${kind}.idx${rank}-ubyte`),
  "not packed though named .gz": plain((kind, rank) => `tiny/train-${kind}-idx${rank}-ubyte.gz`),
  "in torchvision's folders": plain((kind, rank) => `Tiny/raw/train-${kind}-idx${rank}-ubyte`),
  "in its folders below ours": plain((kind, rank) =>
    `tiny/TINY/raw/train-${kind}-idx${rank}-ubyte`
  ),
  "in folders called as the files": plain((kind, rank) => {
    const name = `train-${kind}-idx${rank}-ubyte`;
    return `tiny/${name}/${name}`;
  }),
  "in the data folder itself": plain((kind, rank) => `train-${kind}-idx${rank}-ubyte`),
  "in capital letters": plain((kind, rank) => `TINY/TRAIN-${kind.toUpperCase()}.IDX${rank}-UBYTE`),
  "packed though not named .gz": packed((kind, rank) => `tiny/train-${kind}-idx${rank}-ubyte`, 1),
  "packed twice": packed((kind, rank) => `tiny/train-${kind}-idx${rank}-ubyte.gz`, 2),
  "downloaded twice by a browser": packed(
    (kind, rank) => `tiny/train-${kind}-idx${rank}-ubyte (1).gz`,
    1,
  ),
  "in a zip": async () => ({
    "tiny/archive.zip": await zipFile({
      "t/train-images.idx3-ubyte": IMAGES,
      "t/train-labels-idx1-ubyte.gz": gzipped(LABELS),
      "t10k-images.idx3-ubyte": idxFile([1], [1]),
    }),
  }),
  "as arrays of Keras": async () => ({
    "tiny/tiny.npz": await zipFile({
      "x_train.npy": npyFile({ shape: [3, 5, 5], bytes: PIXELS }),
      "y_train.npy": npyFile({ shape: [3], bytes: Uint8Array.of(2, 0, 1) }),
      "x_test.npy": npyFile({ shape: [1, 5, 5], bytes: PIXELS.subarray(0, 25) }),
    }),
  }),
  "beside wrong ones": async () => ({
    ...await plain((kind, rank) => `tiny/train-${kind}-idx${rank}-ubyte`)(),
    "tiny/train-images-idx3-ubyte.gz": gzipped(IMAGES).subarray(0, 40),
    "tiny/train-labels-idx1-ubyte.gz": gzipped(idxFile([3], [0, 0, 0])),
    "tiny/broken.zip": Uint8Array.of(1, 2, 3),
  }),
};

type Naming = (kind: string, rank: number) => string;

function plain(name: Naming) {
  return () => Promise.resolve({ [name("images", 3)]: IMAGES, [name("labels", 1)]: LABELS });
}

function packed(name: Naming, times: number) {
  const pack = (bytes: Uint8Array) => Array(times).fill(gzipped).reduce((all, f) => f(all), bytes);
  return () =>
    Promise.resolve({ [name("images", 3)]: pack(IMAGES), [name("labels", 1)]: pack(LABELS) });
}

async function writeFiles(folder: string, files: Record<string, Uint8Array>) {
  for (const [name, bytes] of Object.entries(files)) {
    await Deno.mkdir(dirname(join(folder, name)), { recursive: true });
    await Deno.writeFile(join(folder, name), bytes);
  }
}

for (const [wrapping, filesOf] of Object.entries(WRAPPINGS)) {
  Deno.test(`idxSource() finds files ${wrapping}, and downloads nothing`, async () => {
    await withFolder(async (dataDir) => {
      await writeFiles(dataDir, await filesOf());
      const set = await tinySource().load(requestOf({ dataDir, imageSize: 5 }), "");
      assert.deepEqual([...set.pixels], [...PIXELS]);
      assert.deepEqual([...set.labels!], [2, 0, 1]);
    });
  });
}

Deno.test("idxSource() never takes a similar file with another sum", async () => {
  const other = idxFile([3, 5, 5], PIXELS.with(0, 9));
  await withFolder(async (dataDir) => {
    await writeFiles(dataDir, {
      "Tiny/raw/train-images-idx3-ubyte": other,
      "Tiny/raw/train-labels-idx1-ubyte": LABELS,
      "train-images-idx3-ubyte": other, // of another set, for all we know
      "tiny/train-images-idx3-ubyte.gz.part": gzipped(IMAGES).subarray(0, 40), // under way
    });
    const file = join(dataDir, "Tiny/raw/train-images-idx3-ubyte");
    await assert.rejects(tinySource().load(requestOf({ dataDir, imageSize: 5 }), ""), {
      name: "SyntaxError",
      message: `Cannot read "${file}": the SHA-256 of its inflated bytes must be ` +
        `${sha256(IMAGES)}, got ${sha256(other)}; ${CURE}`,
    });
  });
});

Deno.test("idxSource() downloads what only files of other sets resemble", async () => {
  await withFolder(async (dataDir) => {
    await writeFiles(dataDir, {
      "train-images-idx3-ubyte": idxFile([3, 5, 5], PIXELS.with(0, 9)),
      "kmnist/train-labels-idx1-ubyte": idxFile([3], [0, 0, 0]),
    });
    const answer = (request: Request) =>
      new Response(gzipped(request.url.includes("images") ? IMAGES : LABELS));
    await withServer(answer, async (address) => {
      const source = tinySource(IMAGES, LABELS, [address]);
      const set = await source.load(requestOf({ dataDir, imageSize: 5 }), "");
      assert.deepEqual([...set.pixels], [...PIXELS]);
    });
  });
});

Deno.test("idxSource() refuses other labels, by their checksum", async () => {
  const labels = idxFile([2], [1, 0]);
  const files = { images: gzipped(IMAGES), labels: gzipped(labels) };
  await withFiles(files, async (dataDir, path) => {
    await assert.rejects(tinySource().load(requestOf({ dataDir, imageSize: 5 }), ""), {
      name: "SyntaxError",
      message: `Cannot read "${path("labels")}": the SHA-256 of its inflated bytes must be ` +
        `${sha256(LABELS)}, got ${sha256(labels)}; ${CURE}`,
    });
  });
});

Deno.test("idxSource() refuses other data, by its checksum", async () => {
  const other = idxFile([3, 5, 5], PIXELS.with(0, 9));
  await withFiles({ images: gzipped(other), labels: gzipped(LABELS) }, async (dataDir, path) => {
    await assert.rejects(tinySource().load(requestOf({ dataDir, imageSize: 5 }), ""), {
      name: "SyntaxError",
      message: `Cannot read "${path("images")}": the SHA-256 of its inflated bytes must be ` +
        `${sha256(IMAGES)}, got ${sha256(other)}; ${CURE}`,
    });
  });
});

Deno.test("idxSource() refuses a truncated file and leaves it in place", async () => {
  const images = gzipped(IMAGES).subarray(0, 40);
  await withFiles({ images, labels: gzipped(LABELS) }, async (dataDir, path) => {
    await assert.rejects(tinySource().load(requestOf({ dataDir, imageSize: 5 }), ""), {
      name: "SyntaxError",
      message: `Cannot inflate "${path("images")}": it must be a complete gzip file, ` +
        `got 40 bytes with unexpected end of file; delete it and fetch or copy it again`,
    });
    assert.equal((await Deno.stat(path("images"))).size, 40);
  });
});

Deno.test("idxSource() refuses labels in the place of images", async () => {
  await withFiles({ images: gzipped(LABELS), labels: gzipped(LABELS) }, async (dataDir, path) => {
    await assert.rejects(tinySource().load(requestOf({ dataDir, imageSize: 5 }), ""), {
      name: "SyntaxError",
      message: `Cannot read "${path("images")}": its magic number must be 0x00000803, ` +
        `got 0x00000801; ${CURE}`,
    });
  });
});

Deno.test("idxSource() refuses a size other than the images'", async () => {
  await withFiles({ images: gzipped(IMAGES), labels: gzipped(LABELS) }, async (dataDir) => {
    await assert.rejects(tinySource().load(requestOf({ dataDir, imageSize: 28 }), ""), {
      name: "RangeError",
      message: "Cannot load tiny: imageSize must be the 5 of its images, got 28",
    });
  });
});

Deno.test("idxSource() stops at the signal", async () => {
  await withFiles({ images: gzipped(IMAGES), labels: gzipped(LABELS) }, async (dataDir) => {
    const signal = AbortSignal.abort(new Error("enough"));
    await assert.rejects(tinySource().load(requestOf({ dataDir, signal }), ""), {
      message: "enough",
    });
  });
});

Deno.test("MNIST and FASHION_MNIST have separate folders", () => {
  assert.deepEqual([MNIST.name, FASHION_MNIST.name], ["mnist", "fashion-mnist"]);
});
