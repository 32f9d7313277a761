import assert from "node:assert/strict";
import { createCanvas } from "@napi-rs/canvas";
import { checkJpeg } from "@/data/formats/jpeg_check.ts";
import type { Fail } from "@/data/formats/png_check.ts";
import { greySquare } from "@/data/formats/image_file.ts";
import { image } from "../fixtures.ts";

const fail: Fail = (found) => {
  throw new SyntaxError(found);
};
const check = (bytes: Uint8Array) => checkJpeg(bytes, fail, () => {});

/** A progressive image of 16 x 16 grey pixels, from Pillow. */
const PROGRESSIVE = Uint8Array.fromBase64(
  "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABsSFBcUERsXFhceHBsgKEIrKCUlKFE6PTBCYFVlZF9VXVtqeJmBanGQc1td" +
    "hbWGkJ6jq62rZ4C8ybqmx5moq6T/wgALCAAQABABAREA/8QAFQABAQAAAAAAAAAAAAAAAAAABAX/2gAIAQEAAAABLTnu" +
    "/8QAFhABAQEAAAAAAAAAAAAAAAAAAgAB/9oACAEBAAEFAhCR2Sy//8QAFxABAQEBAAAAAAAAAAAAAAAAAQAhEP/aAAgB" +
    "AQAGPwLmDYl//8QAGRAAAwADAAAAAAAAAAAAAAAAAAERIVFh/9oACAEBAAE/IcLwwvB+VTSHZVNM/9oACAEBAAAAEM//" +
    "xAAbEAACAgMBAAAAAAAAAAAAAAAAARExQZGhgf/aAAgBAQABPxBdPoun0yaUSOzJtRC79P/Z",
);

Deno.test("checkJpeg() refuses a progressive image without its last scans, wherever it ends", async () => {
  check(PROGRESSIVE);
  await greySquare(PROGRESSIVE, "a.jpg", 4);
  for (let length = 3; length < PROGRESSIVE.length; length++) {
    const cut = PROGRESSIVE.subarray(0, length);
    assert.throws(() => check(cut), { name: "SyntaxError", message: "its end missing" });
  }
  const cut = PROGRESSIVE.subarray(0, 300); // in the sixth scan
  await assert.rejects(greySquare(cut, "cut.jpg", 4), {
    name: "SyntaxError",
    message: 'Cannot read "cut.jpg": it must be a complete PNG or JPEG image, ' +
      "got 300 bytes with its end missing; remove or replace it",
  });
});

/** Where the scans of an image begin. */
function scansOf(bytes: Uint8Array): number[] {
  return [...bytes.keys()].filter((at) => bytes[at] === 0xff && bytes[at + 1] === 0xda);
}

Deno.test("checkJpeg() refuses a progressive image of which scans are missing in front of its end", () => {
  const scans = scansOf(PROGRESSIVE);
  // libjpeg's script for grey: the mean but for 1 bit, the others but for 2, in two bands; their second
  // bit; the mean's last bit; the others' last bit.
  const brought = [0, 0, 0, 0, 0, 1]; // coefficients that are whole before each scan
  assert.equal(scans.length, brought.length);
  for (const [i, at] of scans.entries()) {
    if (i === 0) continue;
    const cut = Uint8Array.of(...PROGRESSIVE.subarray(0, at), 0xff, 0xd9);
    assert.throws(() => check(cut), {
      message: `scans that bring ${brought[i]} of 64 coefficients to the last bit`,
    });
  }
});

Deno.test("checkJpeg() refuses a baseline image without its last byte", async () => {
  const whole = await image({ width: 20, height: 30, colour: "white", type: "jpeg" });
  check(whole);
  assert.throws(() => check(whole.subarray(0, -1)), { message: "its end missing" });
});

Deno.test("checkJpeg() refuses a sequential image whose pixels end before its end", async () => {
  for (const [width, height, blocks] of [[20, 30, 4], [64, 40, 12], [9, 9, 1]] as const) {
    const whole = await noise(width, height);
    check(whole);
    const scan = whole.findIndex((byte, at) => byte === 0xff && whole[at + 1] === 0xda);
    for (let length = whole.length - 6; length > scan + 14; length -= 97) { // 14 bytes of header
      const cut = Uint8Array.of(...whole.subarray(0, length), 0xff, 0xd9);
      assert.throws(() => check(cut), (error: Error) => {
        const [, found, wanted] = /^(\d+) of (\d+) blocks of pixels$/.exec(error.message) ?? [];
        return Number(found) < blocks && Number(wanted) === blocks;
      }, `${width} x ${height}, ${length} bytes`);
    }
  }
  const whole = await noise(64, 64);
  const noScan = whole.findIndex((byte, at) => byte === 0xff && whole[at + 1] === 0xda);
  assert.throws(() => check(Uint8Array.of(...whole.subarray(0, noScan), 0xff, 0xd9)), {
    message: "no picture before its end",
  });
  const half = Uint8Array.of(...whole.subarray(0, whole.length / 2), 0xff, 0xd9);
  await assert.rejects(greySquare(half, "half.jpg", 4), {
    name: "SyntaxError",
    message: /^Cannot read "half.jpg": .* with \d of 16 blocks of pixels; remove or replace it$/,
  });
});

Deno.test("checkJpeg() refuses any cut image in our words, and reads no byte outside", async () => {
  const whole = await noise(20, 30);
  for (let at = 2; at < whole.length; at += 7) {
    for (const byte of [0, 0xd9, 0xff]) {
      try {
        check(whole.with(at, byte));
      } catch (error) {
        assert.equal((error as Error).name, "SyntaxError", `${at}: ${error}`);
      }
    }
  }
});

Deno.test("checkJpeg() passes over stray bytes between segments, and fill bytes", async () => {
  const second = 4 + new DataView(PROGRESSIVE.buffer).getUint16(4); // behind the first segment
  for (const stray of [[0], [1, 2, 3], [0xff, 0xff], [0xff, 0], [7, 0xff]]) {
    const bytes = Uint8Array.of(
      ...PROGRESSIVE.subarray(0, second),
      ...stray,
      ...PROGRESSIVE.subarray(second),
    );
    check(bytes);
    assert.deepEqual(
      await greySquare(bytes, "a.jpg", 4),
      await greySquare(PROGRESSIVE, "a.jpg", 4),
      `${stray}`,
    );
  }
});

Deno.test("checkJpeg() refuses a second frame, and a second scan of the same pixels", async () => {
  const whole = await noise(20, 30);
  const frame = whole.findIndex((byte, at) => byte === 0xff && whole[at + 1] === 0xc0);
  const scan = whole.findIndex((byte, at) => byte === 0xff && whole[at + 1] === 0xda);
  const twice = (start: number) =>
    Uint8Array.of(...whole.subarray(0, -2), ...whole.subarray(start));
  assert.throws(() => check(twice(frame)), { message: "a second frame" });
  assert.throws(() => check(twice(scan)), { message: "a second scan of the same pixels" });
});

Deno.test("checkJpeg() refuses a damaged Exif header, which says which side is up", async () => {
  const whole = await noise(20, 30);
  const withExif = (words: string) => {
    const content = new TextEncoder().encode(words);
    return Uint8Array.of(
      ...[0xff, 0xd8, 0xff, 0xe1, 0, 2 + content.length],
      ...content,
      ...whole.subarray(2),
    );
  };
  for (
    const words of ["Exif\0\0II*\0", "Exif\0\0MM\0*", "Exif\0\x01MM\0*", "http://ns.adobe.com/"]
  ) {
    check(withExif(words));
  }
  for (const words of ["Exif\0\0II+\0", "Exif\0\0MM*\0", "Exif\0\0IM\0*", "Exif\0"]) {
    assert.throws(() => check(withExif(words)), { message: "a damaged Exif header" });
  }
});

Deno.test("checkJpeg() does not take the end of a thumbnail for the image's", () => {
  const thumbnail = [0xff, 0xe1, 0, 2 + PROGRESSIVE.length % 256 + 256, ...PROGRESSIVE];
  thumbnail.splice(2, 2, (2 + PROGRESSIVE.length) >> 8, (2 + PROGRESSIVE.length) & 255);
  const cut = Uint8Array.of(0xff, 0xd8, ...thumbnail, ...PROGRESSIVE.subarray(2, -2));
  assert.throws(() => check(cut), { message: "its end missing" });
  check(Uint8Array.of(...cut, 0xff, 0xd9));
});

Deno.test("checkJpeg() gives the size, and refuses an end without a frame", () => {
  const sizes: unknown[] = [];
  checkJpeg(PROGRESSIVE, fail, (size) => sizes.push(size));
  assert.deepEqual(sizes, [{ width: 16, height: 16 }]);
  assert.throws(() => check(Uint8Array.of(0xff, 0xd8, 0xff, 0xd9)), {
    message: "no picture before its end",
  });
});

/** Makes a baseline image that compresses badly, in units of 16 x 16 pixels. */
async function noise(width: number, height: number): Promise<Uint8Array> {
  const context = createCanvas(width, height).getContext("2d");
  const pixels = context.createImageData(width, height);
  pixels.data.forEach((_, i) =>
    pixels.data[i] = i % 4 === 3 ? 255 : Math.imul(i, i ^ 2654435761) >>> 24
  );
  context.putImageData(pixels, 0, 0);
  return new Uint8Array(await context.canvas.encode("jpeg"));
}
