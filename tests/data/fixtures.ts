/** Small files and servers for the tests of the data sources. */
import JSZip from "jszip";
import { gzipSync } from "node:zlib";
import { createHash } from "node:crypto";
import { createCanvas } from "@napi-rs/canvas";
import type { LoadRequest } from "@/data/source.ts";

/** The default request to a source. */
export function requestOf(changes: Partial<LoadRequest> = {}): LoadRequest {
  const [dataDir, cacheDir] = ["data", "no such folder"];
  const rendered = { seed: 1, imageSize: 28, imagesPerObject: 1 };
  return { split: "train", classes: [], dataDir, cacheDir, ...rendered, ...changes };
}

/** Runs a test with its own folder, removed afterwards. */
export async function withFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Runs a test with a server on a free port, stopped afterwards. */
export async function withServer(
  answer: (request: Request) => Response | Promise<Response>,
  body: (address: string) => Promise<void>,
): Promise<void> {
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, answer);
  try {
    await body(`http://127.0.0.1:${server.addr.port}`);
  } finally {
    await server.shutdown();
  }
}

/** Makes an inflated idx file of bytes. */
export function idxFile(
  shape: readonly number[],
  values: ArrayLike<number>,
): Uint8Array<ArrayBuffer> {
  const header = new DataView(new ArrayBuffer(4 + 4 * shape.length));
  header.setUint32(0, 0x800 + shape.length);
  shape.forEach((length, axis) => header.setUint32(4 + 4 * axis, length));
  return joined(new Uint8Array(header.buffer), Uint8Array.from(values));
}

/** Makes a .npy file, version 1. */
export function npyFile(
  { type = "|u1", shape, isFortran = false, bytes }: {
    type?: string;
    shape: readonly number[];
    isFortran?: boolean;
    bytes: Uint8Array;
  },
): Uint8Array<ArrayBuffer> {
  const axes = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const order = isFortran ? "True" : "False";
  const header = `{'descr': '${type}', 'fortran_order': ${order}, 'shape': (${axes}), }`
    .padEnd(117) + "\n";
  const start = Uint8Array.of(0x93, ...new TextEncoder().encode("NUMPY"), 1, 0, header.length, 0);
  return joined(start, new TextEncoder().encode(header), bytes);
}

/** Makes a zip archive. */
export async function zipFile(files: Record<string, Uint8Array>): Promise<Uint8Array<ArrayBuffer>> {
  const zip = new JSZip();
  for (const [name, bytes] of Object.entries(files)) {
    // A fixed date: tests that change bytes of an archive need the same bytes at any time of day.
    zip.file(name, bytes, { createFolders: false, date: new Date(Date.UTC(2020, 0, 1)) });
  }
  const bytes = await zip.generateAsync({ type: "uint8array", compression: "DEFLATE" });
  return bytes as Uint8Array<ArrayBuffer>;
}

/** Makes an image of one colour, as PNG or JPEG. */
export async function image(
  { width, height, colour, type = "png" }: {
    width: number;
    height: number;
    colour: string;
    type?: "png" | "jpeg";
  },
): Promise<Uint8Array<ArrayBuffer>> {
  const canvas = createCanvas(width, height);
  const context = canvas.getContext("2d");
  context.fillStyle = colour;
  context.fillRect(0, 0, width, height);
  return new Uint8Array(type === "png" ? await canvas.encode("png") : await canvas.encode("jpeg"));
}

/** Compresses bytes with gzip. */
export function gzipped(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(gzipSync(bytes));
}

/** Computes the SHA-256 of bytes in hexadecimal. */
export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

/** Saves a safetensors file again, as its package for Python does: `__metadata__` first, or nowhere. */
export async function saveAgain(path: string, { hasMetadata = true } = {}): Promise<void> {
  const bytes = await Deno.readFile(path);
  const end = 8 + Number(new DataView(bytes.buffer).getBigUint64(0, true));
  const { __metadata__, ...entries } = JSON.parse(new TextDecoder().decode(bytes.subarray(8, end)));
  const header = JSON.stringify(hasMetadata ? { __metadata__, ...entries } : entries);
  const text = new TextEncoder().encode(header.padEnd(8 * Math.ceil(header.length / 8)));
  const length = new Uint8Array(BigUint64Array.of(BigInt(text.length)).buffer);
  await Deno.writeFile(path, Uint8Array.from([...length, ...text, ...bytes.subarray(end)]));
}
