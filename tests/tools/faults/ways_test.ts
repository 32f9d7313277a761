import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { gunzipSync, gzipSync } from "node:zlib";
import { PNG } from "pngjs";
import { checkPng } from "@/data/formats/png_check.ts";
import { decodeTensors, encodeTensors } from "@/data/formats/safetensors.ts";
import type { Damage } from "@/tools/faults/ways.ts";
import {
  asItIs,
  belowGzip,
  belowOwnSum,
  belowPngStream,
  belowPngSums,
} from "@/tools/faults/ways.ts";

/** Sets the byte at a place from the end to 7. */
const setByte = (fromEnd: number): Damage => (bytes) => ({
  bytes: Uint8Array.from(bytes).with(bytes.length - fromEnd, 7),
  how: "one byte",
});

const PIXELS = Uint8Array.from({ length: 24 }, (_, i) => i % 4 === 3 ? 255 : 10 * i);

/** A PNG of three by two colours. */
function image(): Uint8Array {
  const png = new PNG({ width: 3, height: 2 });
  png.data.set(PIXELS);
  return Uint8Array.from(PNG.sync.write(png, { filterType: 0 }));
}

const readPng = (bytes: Uint8Array) => PNG.sync.read(Buffer.from(bytes));

Deno.test("asItIs() damages the file itself", () => {
  assert.deepEqual(asItIs(Uint8Array.of(1, 2), setByte(1)).bytes, Uint8Array.of(1, 7));
});

Deno.test("belowGzip() damages the content of a sound gzip file", () => {
  const { bytes, how } = belowGzip(gzipSync(Uint8Array.of(1, 2, 3)), setByte(2));
  assert.deepEqual([...gunzipSync(bytes)], [1, 7, 3]);
  assert.equal(how, "one byte (inflated)");
});

Deno.test("belowPngStream() damages pixels of a sound PNG", () => {
  const { bytes, how } = belowPngStream(image(), setByte(1));
  assert.deepEqual([...readPng(bytes).data], [...PIXELS.with(23, 7)]);
  assert.equal(how, "one byte (rows of pixels) (checksums made right)");
});

Deno.test("belowPngSums() damages a PNG whose checksums stay right", async () => {
  const place = image().length - 12 - 4 - 1; // in the pixel stream: 12 bytes end the file
  const damage = setByte(image().length - place);
  const { bytes } = belowPngSums(image(), damage);
  assert.equal(bytes[place], 7);
  const fail = (found: string): never => {
    throw new SyntaxError(found);
  };
  await assert.rejects(checkPng(bytes, fail, () => {}), {
    message: "a damaged pixel stream (incorrect data check)", // behind the checksum of the chunk
  });
  await assert.rejects(checkPng(asItIs(image(), damage).bytes, fail, () => {}), {
    message: "a wrong checksum",
  });
});

Deno.test("belowPngSums() copes with what is no longer a PNG", () => {
  for (let length = 0; length < image().length; length++) {
    const cut: Damage = (bytes) => ({ bytes: bytes.slice(0, length), how: "cut" });
    assert.equal(belowPngSums(image(), cut).bytes.length, length);
  }
});

Deno.test("belowOwnSum() damages values of a checkpoint that is sound by its checksum", () => {
  const tensors = { a: { shape: [3], values: Uint8Array.of(1, 2, 3) } };
  const { bytes } = belowOwnSum(encodeTensors({ tensors, metadata: {} }), setByte(2));
  assert.deepEqual([...decodeTensors(bytes, "a").tensors.a!.values], [1, 7, 3]);
});
