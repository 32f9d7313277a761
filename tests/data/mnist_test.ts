import assert from "node:assert/strict";
import { join } from "node:path";
import { FASHION_MNIST, idxSource, MNIST } from "@/data/mnist.ts";
import { gzipped, idxFile, requestOf, sha256, withFolder, withServer } from "./fixtures.ts";

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

Deno.test("idxSource() refuses labels that do not match the images", async () => {
  const labels = gzipped(idxFile([2], [1, 0]));
  await withFiles({ images: gzipped(IMAGES), labels }, async (dataDir, path) => {
    await assert.rejects(tinySource().load(requestOf({ dataDir, imageSize: 5 }), ""), {
      name: "RangeError",
      message: `Cannot load tiny: "${path("labels")}" must have one label for each of the ` +
        `3 images in "${path("images")}", got 2; delete both to fetch them again`,
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
