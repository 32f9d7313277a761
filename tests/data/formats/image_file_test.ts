import assert from "node:assert/strict";
import { createCanvas } from "@napi-rs/canvas";
import { crc32 } from "node:zlib";
import { greyCrop, greySquare } from "@/data/formats/image_file.ts";
import { assertClose } from "../../assert.ts";
import { image } from "../fixtures.ts";

Deno.test("greySquare() returns the luma of a colour", async () => {
  const expected = [["red", 0.299], ["lime", 0.587], ["blue", 0.114], ["white", 1]] as const;
  for (const [colour, luma] of expected) {
    const grey = await greySquare(await image({ width: 9, height: 9, colour }), "a.png", 3);
    assertClose(grey, new Array(9).fill(luma), 1e-6);
  }
});

Deno.test("greySquare() reads JPEG too", async () => {
  const bytes = await image({ width: 20, height: 30, colour: "white", type: "jpeg" });
  assertClose(await greySquare(bytes, "a.jpg", 2), [1, 1, 1, 1], 0.01); // JPEG rounds
});

Deno.test("greySquare() keeps the centre of a wide and of a tall image", async () => {
  for (const [width, height] of [[30, 10], [10, 30]] as const) {
    const canvas = createCanvas(width, height);
    const context = canvas.getContext("2d");
    context.fillStyle = "white";
    context.fillRect((width - 10) / 2, (height - 10) / 2, 10, 10);
    const grey = await greySquare(new Uint8Array(await canvas.encode("png")), "a.png", 5);
    assertClose(grey, new Array(25).fill(1), 1e-6);
  }
});

Deno.test("greySquare() counts transparent pixels as black", async () => {
  const bytes = await image({ width: 4, height: 4, colour: "rgba(255, 255, 255, 0)" });
  assert.deepEqual([...await greySquare(bytes, "a.png", 1)], [0]);
});

Deno.test("greySquare() refuses bytes that are not an image, and names the file", async () => {
  for (const bytes of [new Uint8Array(), new Uint8Array(100).fill(65)]) {
    await assert.rejects(greySquare(bytes, "holiday.png", 28), {
      name: "SyntaxError",
      message:
        `Cannot read "holiday.png": it must be a complete PNG or JPEG image, got ${bytes.length} ` +
        "bytes with neither a PNG nor a JPEG signature; remove or replace it",
    });
  }
});

Deno.test("greySquare() refuses a truncated image, even near its end", async () => {
  for (const type of ["png", "jpeg"] as const) {
    const whole = await noise(type);
    for (const share of [0.3, 0.6, 0.95]) {
      const bytes = whole.subarray(0, Math.floor(whole.length * share));
      await assert.rejects(greySquare(bytes, "cut.png", 28), {
        name: "SyntaxError",
        message: `Cannot read "cut.png": it must be a complete PNG or JPEG image, ` +
          `got ${bytes.length} bytes with its end missing; remove or replace it`,
      });
    }
  }
});

Deno.test("greySquare() refuses a corrupted PNG", async () => {
  const whole = await noise("png");
  const changed = whole.with(100, whole[100]! ^ 1);
  await assert.rejects(greySquare(changed, "changed.png", 28), {
    name: "SyntaxError",
    message: `Cannot read "changed.png": it must be a complete PNG or JPEG image, ` +
      `got ${whole.length} bytes with a wrong checksum; remove or replace it`,
  });
});

Deno.test("greyCrop() frees an image after cropping", async () => {
  const bytes = await image({ width: 2000, height: 2000, colour: "grey", type: "jpeg" });
  const corner = () => greyCrop(bytes, "large.jpg", () => ({ left: 0, top: 0, side: 8 }));
  await corner();
  const resident = Deno.memoryUsage().rss;
  for (let i = 0; i < 30; i++) await corner(); // 16 MB each
  const grown = (Deno.memoryUsage().rss - resident) / 2 ** 20;
  assert.ok(grown < 80, `${grown} MB`);
});

Deno.test("greyCrop() returns the crop chosen from the image's size", async () => {
  const canvas = createCanvas(6, 4);
  const context = canvas.getContext("2d");
  context.fillStyle = "white";
  context.fillRect(3, 1, 1, 1);
  for (const type of ["image/png", "image/jpeg"] as const) {
    const bytes = new Uint8Array(canvas.toBuffer(type as "image/png"));
    const { crop, values } = await greyCrop(bytes, "a", ({ width, height }) => ({
      left: width - 4,
      top: height - 3,
      side: 2,
    }));
    assert.deepEqual(crop, { left: 2, top: 1, side: 2 });
    if (type === "image/png") assertClose(values, [0, 1, 0, 0], 1e-6);
  }
});

Deno.test("greySquare() refuses an image that declares too many pixels, before decoding", async () => {
  const [png, jpeg] = [await noise("png"), await noise("jpeg")];
  const frame = jpeg.findIndex((byte, at) => byte === 0xff && jpeg[at + 1] === 0xc0);
  const hugeJpeg = jpeg.slice();
  hugeJpeg.fill(0xff, frame + 5, frame + 9); // height and width
  const hugePng = png.slice();
  hugePng.set([0, 1, 0, 0, 0, 1, 0, 0], 16); // width and height
  new DataView(hugePng.buffer).setUint32(29, crc32(hugePng.subarray(12, 29)));
  for (const [bytes, found] of [[hugeJpeg, 65535 ** 2], [hugePng, 65536 ** 2]] as const) {
    await assert.rejects(greySquare(bytes, "huge", 28), {
      name: "RangeError",
      message: `Cannot read "huge": it must have at most 268435456 pixels, got ${found}`,
    });
  }
});

Deno.test("greyCrop() refuses more pixels than its limit", async () => {
  const bytes = await noise("jpeg");
  await assert.rejects(greyCrop(bytes, "a.jpg", () => assert.fail("not asked"), 4095), {
    name: "RangeError",
    message: 'Cannot read "a.jpg": it must have at most 4095 pixels, got 4096',
  });
});

/** Makes an image that compresses badly. */
async function noise(type: "png" | "jpeg"): Promise<Uint8Array> {
  const context = createCanvas(64, 64).getContext("2d");
  const image = context.createImageData(64, 64);
  image.data.forEach((_, i) =>
    image.data[i] = i % 4 === 3 ? 255 : Math.imul(i, i ^ 2654435761) >>> 24
  );
  context.putImageData(image, 0, 0);
  const { canvas } = context;
  return new Uint8Array(type === "png" ? await canvas.encode("png") : await canvas.encode("jpeg"));
}

Deno.test("greySquare() names other kinds of images, whatever they are called", async () => {
  const starts = [
    ["RIFF\x90\x01\0\0WEBPVP8 ", "a WebP"],
    ["\0\0\0\x1cftypavif", "an AVIF"],
    ["\0\0\0\x18ftypheic", "a HEIF"],
    ["GIF89a", "a GIF"],
    ["BM\x36\0", "a BMP"],
    ["II*\0\x08\0", "a TIFF"],
    ["MM\0*\0\0", "a TIFF"],
    ["<svg xmlns=", "an SVG"],
  ] as const;
  for (const [start, name] of starts) {
    const bytes = Uint8Array.from(start, (letter) => letter.charCodeAt(0));
    await assert.rejects(greySquare(bytes, "a.jpg", 4), {
      name: "SyntaxError",
      message: 'Cannot read "a.jpg": it must be a complete PNG or JPEG image, ' +
        `got ${bytes.length} bytes with the content of ${name} image; save it as PNG or JPEG`,
    });
  }
});
