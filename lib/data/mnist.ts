/**
 * MNIST and Fashion-MNIST: four idx files each, in the same layout.
 *
 * @module
 */
import { join } from "node:path";
import { onlyClasses } from "./combine.ts";
import { download } from "./download.ts";
import { type IdxArray, readIdx } from "@/data/formats/idx.ts";
import type { ImageSet } from "./image_set.ts";
import { findIdxFiles, type IdxCandidate, officialName } from "./mnist_files.ts";
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

/**
 * Makes a source from a set in MNIST's layout: `<dataDir>/<name>/train-images-idx3-ubyte.gz` and
 * its three companions, or the same content under any name that `findIdxFiles` knows. Missing files
 * are downloaded, existing ones are not fetched again. Either way the content is checked, so no
 * result rests on other data unnoticed.
 *
 * The source throws a SyntaxError if there are only damaged or other files, a RangeError for images
 * of another size than requested, and a DownloadError if no mirror serves a missing file.
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
  const images = await readPart(description, request, "images");
  const labels = await readPart(description, request, "labels");
  const [count, size, width] = images.shape as [number, number, number];
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
    pixels: images.values,
    labels: labels.values,
    classNames,
  };
}

/** Reads images or labels from the first file with the right content, after downloading it if none is there. */
async function readPart(
  { name, mirrors, sha256 }: IdxSetDescription,
  request: LoadRequest,
  kind: "images" | "labels",
): Promise<IdxArray> {
  const { split, dataDir, onProgress, signal } = request;
  const part = { split, kind };
  const sum = sha256[split][kind];
  const find = () => findIdxFiles(dataDir, name, part);
  const kept = await firstSound(find(), kind, sum, signal);
  if (kept) return kept;
  const fileName = officialName(part);
  await download({
    file: join(dataDir, name, fileName),
    urls: (request.mirrors?.[name] ?? mirrors)
      .map((base) => `${base.replace(/\/$/, "")}/${fileName}`),
    sha256: sum,
    onProgress,
    signal,
  });
  return (await firstSound(find(), kind, sum, signal))!;
}

/** Returns the first array with the right sum; throws what is wrong with the first file if none has it. */
async function firstSound(
  candidates: AsyncIterable<IdxCandidate>,
  kind: "images" | "labels",
  sum: string,
  signal?: AbortSignal,
): Promise<IdxArray | undefined> {
  const failures: unknown[] = [];
  for await (const { file, isOwn, read } of candidates) {
    signal?.throwIfAborted();
    try {
      const bytes = await read();
      const array = readIdx(bytes, file, kind === "images" ? 3 : 1);
      await checkSum(file, bytes, sum);
      return array;
    } catch (error) {
      if (isOwn) failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
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
