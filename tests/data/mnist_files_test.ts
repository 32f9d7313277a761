import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { findIdxFiles, officialName } from "@/data/mnist_files.ts";
import { gzipped, idxFile, npyFile, withFolder, zipFile } from "./fixtures.ts";

const PART = { split: "test", kind: "images" } as const;
const BYTES = idxFile([2, 1, 3], [1, 2, 3, 4, 5, 6]);

Deno.test("officialName() names the files as mirrors do", () => {
  assert.equal(officialName(PART), "t10k-images-idx3-ubyte.gz");
  assert.equal(officialName({ split: "train", kind: "labels" }), "train-labels-idx1-ubyte.gz");
});

Deno.test("findIdxFiles() proposes the official file first, and files of other sets last", async () => {
  await withFolder(async (dataDir) => {
    const files = {
      "mnist/t10k-images-idx3-ubyte.gz": gzipped(BYTES),
      "MNIST/raw/t10k-images-idx3-ubyte": BYTES,
      "mnist/test_images.idx3-ubyte": BYTES,
      "mnist/all.zip": await zipFile({ "x/t10k-images.idx3-ubyte": BYTES, "x/a.txt": BYTES }),
      "mnist/mnist.npz": await zipFile({
        "x_test.npy": npyFile({ shape: [2, 1, 3], bytes: BYTES.subarray(16) }),
      }),
      "t10k-images.idx3-ubyte": BYTES,
      // Not proposed: other parts, another set, a download under way, what a program left
      "mnist/t10k-labels-idx1-ubyte": BYTES,
      "mnist/train-images-idx3-ubyte": BYTES,
      "fashion-mnist/t10k-images-idx3-ubyte": BYTES,
      "mnist/t10k-images-idx3-ubyte.gz.part": BYTES,
      "mnist/._t10k-images-idx3-ubyte": BYTES,
      "mnist/emnist-t10k-images-idx3-ubyte": BYTES,
    };
    for (const [name, bytes] of Object.entries(files)) {
      await Deno.mkdir(dirname(join(dataDir, name)), { recursive: true });
      await Deno.writeFile(join(dataDir, name), bytes);
    }
    const found = await Array.fromAsync(findIdxFiles(dataDir, "mnist", PART));
    assert.deepEqual(found.map(({ file, isOwn }) => [file.slice(dataDir.length + 1), isOwn]), [
      ["mnist/t10k-images-idx3-ubyte.gz", true],
      ["MNIST/raw/t10k-images-idx3-ubyte", true],
      ["mnist/all.zip/x/t10k-images.idx3-ubyte", true],
      ["mnist/mnist.npz/x_test.npy", true],
      ["mnist/test_images.idx3-ubyte", true],
      ["t10k-images.idx3-ubyte", false],
    ]);
    for (const { file, read } of found) assert.deepEqual([...await read()], [...BYTES], file);
  });
});

Deno.test("findIdxFiles() proposes nothing where there is no data folder", async () => {
  assert.deepEqual(await Array.fromAsync(findIdxFiles("/nowhere", "mnist", PART)), []);
});
