/**
 * `celeba`: the aligned faces of CelebA.
 *
 * @module
 */
import { join } from "node:path";
import { conversionFile, readConversion, writeConversion } from "./conversions.ts";
import { DownloadError } from "./download.ts";
import type { ImageSet } from "./image_set.ts";
import { type Crop, greyCrop } from "@/data/formats/image_file.ts";
import { insteadOfFile } from "@/data/formats/path.ts";
import { averageSquare, toBytes } from "./resize.ts";
import type { ImageSource, LoadRequest, Split } from "./source.ts";
import { isSystemFile } from "@/data/formats/system_files.ts";
import { listZip, readZip, type ZipEntry } from "@/data/formats/zip.ts";

const FILE = "img_align_celeba.zip";

/** Images in the official archive. */
const IMAGE_COUNT = 202_599;

/**
 * First and last image number of each split. Source: CelebA's `list_eval_partition.txt`; the
 * numbers between them are for validation and in neither split.
 */
const OFFICIAL_SPLITS: Readonly<Record<Split, readonly [number, number]>> = {
  train: [1, 162_770],
  test: [182_638, IMAGE_COUNT],
};

/**
 * The crop for each image size.
 *
 * Choice: 112 of 178 x 218 pixels, from hairline to chin and from ear to ear, which puts the eyes,
 * aligned in all images, two fifths from the top. At 28 pixels the usual centre crops of 140 or 178
 * give the face half the image and the rest to background; a centred crop of 112 cuts off the chin.
 * And 112 is 4 x 28, so each new pixel is the mean of 4 x 4 old ones, or of 2 x 2 in half-size
 * copies, which therefore give the same image.
 */
const CROPS: Readonly<Record<string, Crop>> = {
  "178 x 218": { left: 32, top: 64, side: 112 },
  "89 x 109": { left: 16, top: 32, side: 56 },
};

/** Limits for one image: its pixels and its file's bytes. */
const [MAX_PIXELS, MAX_BYTES] = [178 * 218, 2 ** 20];

/** Raise it when the conversion changes, to invalidate the cache. */
const VERSION = 2;

/** Images decoded concurrently. */
const IMAGES_AT_ONCE = 16;

/**
 * Faces from `<dataDir>/celeba/img_align_celeba.zip`, as published: images of 178 x 218 pixels with
 * six-digit names, anywhere in the archive. Each is cropped to the face, turned grey, and averaged
 * down to the requested size. They are converted once and cached.
 *
 * The splits are the official ones. Choice: a partial archive with no image of the official test
 * split uses its last tenth for testing; the provenance says so, because the same person may then
 * be in both.
 *
 * The source throws a DownloadError if the archive is missing, since its host serves only browsers,
 * a SyntaxError if the archive or an image is damaged, and a RangeError for other image sizes.
 * Choice: a damaged image is an error, not skipped, because the archive is one published file; with
 * a damaged image it is a different one.
 */
export const CELEBA: ImageSource = {
  name: "celeba",
  takesPath: false,
  hasClasses: false,
  usesSeed: false,
  hasTruth: false,
  summary: "202,599 faces, from a file that you fetch with a browser (see data/README.md)",
  load: loadCelebA,
};

async function loadCelebA(request: LoadRequest): Promise<ImageSet> {
  const { imageSize: size, split, dataDir, cacheDir } = request;
  const file = join(dataDir, "celeba", FILE);
  const found = await insteadOfFile(file);
  if (found !== undefined) {
    throw new DownloadError(
      `Cannot load celeba: "${file}" must be a file, got ${found}; its host serves only browsers: ` +
        `download ${FILE} from https://mmlab.ie.cuhk.edu.hk/projects/CelebA.html and put it there`,
    );
  }
  const cacheFile = await conversionFile(cacheDir, {
    name: `celeba-${split}`,
    archive: file,
    options: { VERSION, split, size },
  });
  const kept = await readConversion(cacheFile);
  const { tensors, metadata } = kept ?? await convert(file, request);
  if (!kept) await writeConversion(cacheFile, { tensors, metadata });
  const pixels = tensors.pixels!.values as Uint8Array;
  const provenance = metadata.provenance!;
  return { name: "celeba", provenance, size, count: pixels.length / size ** 2, pixels };
}

/** The images of a split and their provenance. */
interface Choice {
  readonly count: number;
  /** Index in the set by image number; -1 if not in the set. */
  readonly places: Int32Array;
  readonly provenance: string;
}

/** Parses an image's number, from 1; undefined for other files. */
function numberOf(entry: string): number | undefined {
  const digits = /(?:^|\/)(\d{6})\.jpg$/.exec(entry)?.[1];
  const isImage = digits !== undefined && !isSystemFile(entry);
  return (isImage && Number(digits)) || undefined;
}

async function choose(file: string, split: Split): Promise<Choice> {
  const numbers = Uint32Array.from((await listZip(file)).flatMap((entry) => numberOf(entry) ?? []))
    .sort();
  const twice = numbers.find((number, i) => number === numbers[i + 1]);
  if (twice !== undefined) {
    throw new RangeError(
      `Cannot load celeba: "${file}" must hold each number once, got ${twice} twice`,
    );
  }
  const within = ([first, last]: readonly [number, number]) =>
    numbers.filter((number) => number >= first && number <= last);
  const hasTests = within(OFFICIAL_SPLITS.test).length > 0;
  const firstTest = Math.floor(numbers.length * 0.9);
  const chosen = hasTests
    ? within(OFFICIAL_SPLITS[split])
    : split === "train"
    ? numbers.subarray(0, firstTest)
    : numbers.subarray(firstTest);
  if (chosen.length === 0) {
    throw new RangeError(
      `Cannot load celeba: "${file}" must hold ${split} images like 000001.jpg, got none`,
    );
  }
  const places = new Int32Array(1e6).fill(-1);
  chosen.forEach((number, place) => places[number] = place);
  const part = numbers.length === IMAGE_COUNT
    ? "CelebA"
    : `${numbers.length} of CelebA's ${IMAGE_COUNT} faces`;
  const provenance = hasTests ? part : `${part}, the last tenth of them for testing`;
  return { count: chosen.length, places, provenance };
}

async function convert(
  file: string,
  { split, imageSize: size, onProgress, signal }: LoadRequest,
) {
  const { count, places, provenance } = await choose(file, split);
  const pixels = new Uint8Array(count * size ** 2);
  const placeOf = (entry: string) => places[numberOf(entry) ?? 0]!; // no image has number 0
  let done = 0;
  let waiting: ZipEntry[] = [];
  const convertWaiting = async () => {
    signal?.throwIfAborted();
    await Promise.all(waiting.map(async ({ name, bytes }) => {
      const start = placeOf(name) * size ** 2;
      toBytes(await face(bytes, name, size), pixels.subarray(start, start + size ** 2));
    }));
    done += waiting.length;
    waiting = [];
    onProgress?.({ task: "convert celeba", done, total: count, unit: "images" });
  };
  const selection = { wanted: (entry: string) => placeOf(entry) >= 0, maxBytes: MAX_BYTES };
  for await (const entry of readZip(file, selection)) {
    if (waiting.push(entry) === IMAGES_AT_ONCE) await convertWaiting();
  }
  await convertWaiting();
  return {
    tensors: { pixels: { shape: [count, size, size], values: pixels } },
    metadata: { provenance },
  };
}

async function face(bytes: Uint8Array, entry: string, size: number): Promise<Float32Array> {
  const { crop, values } = await greyCrop(bytes, entry, ({ width, height }) => {
    const known = CROPS[`${width} x ${height}`];
    if (known) return known;
    throw new RangeError(
      `Cannot read "${entry}": it must have ${Object.keys(CROPS).join(" or ")} pixels, ` +
        `got ${width} x ${height}; use ${FILE}, the aligned images`,
    );
  }, MAX_PIXELS);
  return averageSquare(values, crop.side, size);
}
