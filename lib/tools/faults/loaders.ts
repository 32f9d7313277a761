/**
 * This project's loaders of files, each beside what an independent reader makes of the same bytes.
 *
 * @module
 */
import { bytesOf } from "@/engine/bytes.ts";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { gunzip } from "@/data/formats/gzip.ts";
import { readIdx } from "@/data/formats/idx.ts";
import { greyCrop } from "@/data/formats/image_file.ts";
import { readNpy } from "@/data/formats/npy.ts";
import { requireNpzStart } from "@/data/formats/npz.ts";
import { readOff } from "@/data/formats/off.ts";
import { decodeTensors, encodeTensors, type TensorFile } from "@/data/formats/safetensors.ts";
import { listZip, readZip } from "@/data/formats/zip.ts";
import { asItIs, belowGzip, belowOwnSum, belowPngStream, belowPngSums, type Way } from "./ways.ts";
import type { NamedFile, Reading } from "./readers.ts";

/** A kind of file that other readers may refuse or read otherwise, and why ours is right. */
export interface Tolerated {
  /** Part of the reason with which the independent reader refuses it. */
  readonly refusal: RegExp;
  /** Why the file may be read. */
  readonly because: string;
}

/** A loader under test. */
export interface Loader {
  /** Its format in the table, and for the independent readers. */
  readonly format: string;
  /** Sound files; by default the independent readers write them. */
  readonly make?: () => NamedFile[];
  /** How files are damaged: as they are, or below a layer whose checksum would give it away. */
  readonly ways: readonly Way[];
  /** Reads a file as this project does. */
  read(file: NamedFile, folder: string): Promise<Reading> | Reading;
  /** Largest mean difference of values from those of the independent reader. */
  readonly tolerance?: number;
  /** What the independent reader refuses and ours may read. */
  readonly tolerated: readonly Tolerated[];
}

/** Limit on what a file may inflate to, in bytes. */
const MAX_BYTES = 2 ** 24;

/** Rows and columns of a larger image are sampled, as in `independent_readers.py`. */
const MOST_SAMPLES = 256;

/** All loaders. */
export const LOADERS: readonly Loader[] = [
  {
    format: "NumPy",
    ways: [asItIs],
    read: readArrays,
    tolerated: [
      {
        refusal: /Cannot parse header: "\{[^}]*\} *\\n *\\?n?"/,
        because: "blanks in the padding may also stand behind its line end",
      },
    ],
  },
  {
    format: "PNG",
    ways: [asItIs, belowPngSums, belowPngStream],
    read: readPicture,
    // A decoder rounds opacity times colour to a byte, and back.
    tolerance: 2 / 255,
    tolerated: [],
  },
  {
    format: "JPEG",
    ways: [asItIs],
    read: readPicture,
    // Decoders may round the transform and the colours in their own way.
    tolerance: 0.5 / 255,
    tolerated: [
      {
        refusal: /cannot identify image file/,
        because:
          "Pillow looks for segments itself, and does not pass over stray bytes as libjpeg does",
      },
    ],
  },
  {
    format: "OFF",
    ways: [asItIs],
    read: readMesh,
    tolerance: 1e-6, // rounding of float32
    tolerated: [
      {
        refusal: /expected 3, got 1/,
        because: "trimesh needs the word OFF, which is optional in the format's definition",
      },
      {
        refusal: /invalid literal for int/,
        because: "the definition does not ask for lines, and 3.0 is the number 3",
      },
    ],
  },
  {
    format: "idx",
    ways: [asItIs, belowGzip],
    read: readBytes,
    tolerated: [
      {
        refusal: /^BadGzipFile: Not a gzipped file/,
        because: "what follows the last member is ignored, as gzip does; each has a checksum",
      },
    ],
  },
  {
    format: "zip",
    ways: [asItIs],
    read: readMembers,
    tolerated: [
      {
        refusal:
          /directory 'na(ï|├»)ve\/(ü|├╝)\.txt' and header b'na\\xc3\\xafve\/\\xc3\\xbc\.txt' differ/,
        because: "the bytes are the same; only one of the two says that they are UTF-8",
      },
      {
        refusal: /^NotImplementedError: zip file version/,
        because: "the version of a folder does not matter; that of a file ours refuses too",
      },
    ],
  },
  {
    format: "safetensors",
    make: makeCheckpoints,
    ways: [asItIs, belowOwnSum],
    read: readCheckpoint,
    tolerated: [],
  },
];

async function readArrays({ name, bytes }: NamedFile, folder: string): Promise<Reading> {
  const facts: Record<string, string> = {};
  if (name.endsWith(".npy")) return { facts: { array: arrayFact(bytes, name) } };
  const path = await written({ name, bytes }, folder);
  await requireNpzStart(path);
  const wanted = (member: string) => member.endsWith(".npy");
  for await (const member of readZip(path, { wanted, maxBytes: MAX_BYTES })) {
    facts[member.name] = arrayFact(member.bytes, member.name);
  }
  return { facts };
}

function arrayFact(bytes: Uint8Array, name: string): string {
  const { shape, values } = readNpy(bytes, name);
  // One kind of NaN: a file may hold others.
  const numbers = Float64Array.from(values, (value) => Number.isNaN(value) ? NaN : value);
  return shapeFact(shape, bytesOf(numbers));
}

async function readPicture({ name, bytes }: NamedFile): Promise<Reading> {
  let size = "";
  const { crop, values } = await greyCrop(bytes, name, ({ width, height }) => {
    size = `${width}x${height}`;
    const side = Math.min(width, height);
    const [left, top] = [Math.floor((width - side) / 2), Math.floor((height - side) / 2)];
    return { left, top, side };
  });
  const step = Math.ceil(crop.side / MOST_SAMPLES);
  const count = Math.ceil(crop.side / step);
  const at = (i: number) => step * (Math.floor(i / count) * crop.side + i % count);
  return {
    facts: { size },
    values: Float32Array.from({ length: count * count }, (_, i) => values[at(i)]!),
  };
}

function readMesh({ name, bytes }: NamedFile): Reading {
  const { positions, triangles } = readOff(bytes, name);
  // Each triangle turned so that it comes first, and in order: libraries cut polygons in their own.
  const turned = Array.from({ length: triangles.length / 3 }, (_, i) => {
    const [a, b, c] = triangles.subarray(3 * i) as unknown as Triangle;
    return ([[a, b, c], [b, c, a], [c, a, b]] as Triangle[]).toSorted(byCorners)[0]!;
  }).toSorted(byCorners);
  return {
    facts: {
      corners: String(positions.length / 3),
      triangles: shapeFact([turned.length, 3], bytesOf(Uint32Array.from(turned.flat()))),
    },
    values: positions,
  };
}

type Triangle = readonly [number, number, number];

function byCorners(a: Triangle, b: Triangle): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
}

async function readBytes({ name, bytes }: NamedFile): Promise<Reading> {
  const rank = name.startsWith("labels") ? 1 : 3;
  const { shape, values } = readIdx(await gunzip(bytes, name, MAX_BYTES), name, rank);
  return { facts: { array: shapeFact(shape, values) } };
}

async function readMembers(file: NamedFile, folder: string): Promise<Reading> {
  const path = await written(file, folder);
  const facts: Record<string, string> = {};
  await listZip(path);
  for await (const { name, bytes } of readZip(path, { wanted: () => true, maxBytes: MAX_BYTES })) {
    facts[name] = digest(bytes);
  }
  return { facts };
}

function readCheckpoint({ name, bytes }: NamedFile): Reading {
  const { tensors } = decodeTensors(bytes, name);
  const facts = Object.entries(tensors).map(([tensor, { shape, values }]) =>
    [tensor, shapeFact(shape, bytesOf(values))] as const
  );
  return { facts: Object.fromEntries(facts) };
}

function makeCheckpoints(): NamedFile[] {
  const ramp = (length: number) => Float32Array.from({ length }, (_, i) => i / 7 - 1);
  const file: TensorFile = {
    tensors: {
      "encoder/conv1": { shape: [2, 3, 4], values: ramp(24) },
      "encoder/bias": { shape: [4], values: ramp(4) },
      "image": { shape: [3, 3], values: Uint8Array.from({ length: 9 }, (_, i) => 20 * i) },
    },
    metadata: { step: "12", config: '{"size":28}' },
  };
  return [{ name: "checkpoint.safetensors", bytes: encodeTensors(file) }];
}

async function written({ name, bytes }: NamedFile, folder: string): Promise<string> {
  const path = join(folder, name);
  await Deno.writeFile(path, bytes);
  return path;
}

function shapeFact(shape: readonly number[], values: Uint8Array): string {
  return `[${shape.join(",")}] ${digest(values)}`;
}

function digest(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
