/**
 * MNIST and Fashion-MNIST: four gzipped idx files each, in the same layout.
 *
 * @module
 */
import { join } from "node:path";
import { onlyClasses } from "./combine.ts";
import { download } from "./download.ts";
import { gunzip } from "@/data/formats/gzip.ts";
import { type IdxArray, readIdx } from "@/data/formats/idx.ts";
import type { ImageSet } from "./image_set.ts";
import type { ImageSource, LoadRequest, Split } from "./source.ts";

/** SHA-256 of one split's *inflated* images and labels. */
export interface SplitSums {
  /** Of the images. */
  readonly images: string;
  /** Of the labels. */
  readonly labels: string;
}

/** How to find and check a set in MNIST's layout. */
export interface IdxSetDescription {
  /** Also its folder below `dataDir`. */
  readonly name: string;
  /** Its name in captions. */
  readonly provenance: string;
  /** One line for `--help`. */
  readonly summary: string;
  /** Class names by label. */
  readonly classNames: readonly string[];
  /** Base URLs of the official files, best first. */
  readonly mirrors: readonly string[];
  /** Checksums of the files' content. */
  readonly sha256: Readonly<Record<Split, SplitSums>>;
}

/** MNIST's class names. */
export const MNIST_CLASSES = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"] as const;

/** Fashion-MNIST's class names. */
export const FASHION_MNIST_CLASSES = [
  "T-shirt",
  "Trouser",
  "Pullover",
  "Dress",
  "Coat",
  "Sandal",
  "Shirt",
  "Sneaker",
  "Bag",
  "Ankle boot",
] as const;

/** Limit on a file's inflated size; the largest official one has 47 MB. */
const MAX_BYTES = 2 ** 28;

/** Official file name prefixes. */
const FILE_PREFIX = { train: "train", test: "t10k" } as const;

/**
 * Makes a source from a set in MNIST's layout: `<dataDir>/<name>/train-images-idx3-ubyte.gz` and
 * its three companions. Missing files are downloaded, existing ones are not fetched again. Either
 * way the content is checked, so no result rests on other data unnoticed.
 *
 * The source throws a SyntaxError for a damaged file, a RangeError for images that do not match the
 * labels or the requested size, and a DownloadError if no mirror serves a missing file.
 */
export function idxSource(description: IdxSetDescription): ImageSource {
  return {
    name: description.name,
    summary: description.summary,
    takesPath: false,
    hasClasses: true,
    usesSeed: false,
    hasTruth: false,
    load: async (request) => onlyClasses(await loadIdxSet(description, request), request.classes),
  };
}

async function loadIdxSet(description: IdxSetDescription, request: LoadRequest): Promise<ImageSet> {
  const { name, provenance, classNames } = description;
  const sums = description.sha256[request.split];
  const images = await readFile("images", 3);
  const labels = await readFile("labels", 1);
  const [count, size, width] = images.array.shape as [number, number, number];
  if (labels.array.shape[0] !== count) {
    throw new RangeError(
      `Cannot load ${name}: "${labels.file}" must have one label for each of the ` +
        `${count} images in "${images.file}", got ${labels.array.shape[0]}; ` +
        `delete both to fetch them again`,
    );
  }
  await checkSum(images.file, images.bytes, sums.images);
  await checkSum(labels.file, labels.bytes, sums.labels);
  if (size !== request.imageSize || width !== size) {
    throw new RangeError(
      `Cannot load ${name}: imageSize must be the ${size} of its images, ` +
        `got ${request.imageSize}`,
    );
  }
  return {
    name,
    provenance,
    size,
    count,
    pixels: images.array.values,
    labels: labels.array.values,
    classNames,
  };

  async function readFile(
    kind: "images" | "labels",
    rank: number,
  ): Promise<{ file: string; bytes: Uint8Array<ArrayBuffer>; array: IdxArray }> {
    const file = await findFile(description, request, kind, rank);
    const bytes = await gunzip(await Deno.readFile(file, request), file, MAX_BYTES);
    return { file, bytes, array: readIdx(bytes, file, rank) };
  }
}

/** Returns a file's path, after downloading it if missing. */
async function findFile(
  description: IdxSetDescription,
  request: LoadRequest,
  kind: "images" | "labels",
  rank: number,
): Promise<string> {
  const { name } = description;
  const fileName = `${FILE_PREFIX[request.split]}-${kind}-idx${rank}-ubyte.gz`;
  const file = join(request.dataDir, name, fileName);
  const mirrors = request.mirrors?.[name] ?? description.mirrors;
  await download({
    file,
    urls: mirrors.map((base) => `${base.replace(/\/$/, "")}/${fileName}`),
    sha256: description.sha256[request.split][kind],
    onProgress: request.onProgress,
    signal: request.signal,
  });
  return file;
}

async function checkSum(file: string, bytes: Uint8Array<ArrayBuffer>, expected: string) {
  const found = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
  if (found === expected) return;
  throw new SyntaxError(
    `Cannot read "${file}": the SHA-256 of its inflated bytes must be ${expected}, got ${found}; ` +
      `delete it to fetch it again`,
  );
}

/** Handwritten digits. */
export const MNIST: ImageSource = idxSource({
  name: "mnist",
  provenance: "MNIST",
  summary: "70,000 handwritten digits, downloaded on first use (12 MB)",
  classNames: MNIST_CLASSES,
  mirrors: [
    "https://ossci-datasets.s3.amazonaws.com/mnist",
    "https://storage.googleapis.com/cvdf-datasets/mnist",
  ],
  sha256: {
    train: {
      images: "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
      labels: "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    },
    test: {
      images: "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
      labels: "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    },
  },
});

/** Photographs of clothing. */
export const FASHION_MNIST: ImageSource = idxSource({
  name: "fashion-mnist",
  provenance: "Fashion-MNIST",
  summary: "70,000 clothes, shoes and bags, downloaded on first use (31 MB)",
  classNames: FASHION_MNIST_CLASSES,
  mirrors: [
    "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com",
    "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion",
  ],
  sha256: {
    train: {
      images: "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
      labels: "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
    },
    test: {
      images: "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
      labels: "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
    },
  },
});
