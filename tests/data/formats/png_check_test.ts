import assert from "node:assert/strict";
import { crc32, deflateSync } from "node:zlib";
import * as fc from "fast-check";
import { checkPng, type Fail } from "@/data/formats/png_check.ts";
import { greySquare } from "@/data/formats/image_file.ts";

const fail: Fail = (found, cure) => {
  throw new SyntaxError(`${found}; ${cure ?? "no cure"}`);
};
const check = (bytes: Uint8Array) => checkPng(bytes, fail, () => {});

/** The header of a PNG. */
interface Header {
  readonly width: number;
  readonly height: number;
  readonly depth?: number;
  readonly colour?: number;
  readonly interlaced?: boolean;
}

/** Makes a PNG whose IDAT chunks have the given contents. */
function png({ width, height, depth = 8, colour = 0, interlaced }: Header, ...idats: Uint8Array[]) {
  const header = new Uint8Array(13);
  new DataView(header.buffer).setUint32(0, width);
  new DataView(header.buffer).setUint32(4, height);
  header.set([depth, colour, 0, 0, interlaced ? 1 : 0], 8);
  return Uint8Array.from([
    ...[0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
    ...chunk("IHDR", header),
    ...(colour === 3 ? chunk("PLTE", Uint8Array.of(9, 9, 9)) : []),
    ...idats.flatMap((content) => chunk("IDAT", content)),
    ...chunk("IEND", new Uint8Array()),
  ]);
}

function chunk(name: string, content: Uint8Array): number[] {
  const bytes = new Uint8Array(12 + content.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, content.length);
  bytes.set(new TextEncoder().encode(name), 4);
  bytes.set(content, 8);
  view.setUint32(8 + content.length, crc32(bytes.subarray(4, 8 + content.length)));
  return [...bytes];
}

const WHITE = { width: 3, height: 4 };

/** The unpacked stream of `WHITE`: four rows of a filter and three pixels. */
const ROWS = Uint8Array.from({ length: 16 }, (_, i) => i % 4 === 0 ? 0 : 255);

Deno.test("checkPng() accepts every row, in one chunk or many", async () => {
  const stream = deflateSync(ROWS);
  await check(png(WHITE, stream));
  await check(png(WHITE, new Uint8Array(), ...[...stream].map((byte) => Uint8Array.of(byte))));
  assert.deepEqual([...await greySquare(png(WHITE, stream), "a.png", 1)], [1]);
});

Deno.test("checkPng() accepts what decoders do: no end of the stream, and bytes after it", async () => {
  const stream = deflateSync(ROWS);
  await check(png(WHITE, stream.subarray(0, -4)));
  await check(png(WHITE, deflateSync(Uint8Array.of(...ROWS, 7, 7, 7))));
});

Deno.test("checkPng() refuses pixels that end before the last row, and counts the rows", async () => {
  for (const [byteCount, rowCount] of [[0, 0], [4, 1], [8, 2], [15, 3]] as const) {
    const short = png(WHITE, deflateSync(ROWS.subarray(0, byteCount)));
    await assert.rejects(check(short), { message: `${rowCount} of 4 rows of pixels; no cure` });
  }
  await assert.rejects(check(png(WHITE)), { message: "0 of 4 rows of pixels; no cure" });
  const cut = deflateSync(ROWS, { level: 0 }).subarray(0, 7 + 9); // 7 bytes precede the rows
  await assert.rejects(check(png(WHITE, cut)), { message: "2 of 4 rows of pixels; no cure" });
  await assert.rejects(greySquare(png(WHITE, cut), "half.png", 2), {
    name: "SyntaxError",
    message: 'Cannot read "half.png": it must be a complete PNG or JPEG image, ' +
      "got 73 bytes with 2 of 4 rows of pixels; remove or replace it",
  });
});

Deno.test("checkPng() knows the length of every kind of stream", async () => {
  // Interlaced, 3 x 4 pixels are in pass 1 a row of 1, in pass 4 one of 1, in pass 5 one of 2, in
  // pass 6 two of 1, in pass 7 two of 3; passes 2 and 3 have none.
  const kinds: [Partial<Header>, number][] = [
    [{ depth: 1 }, 4 * 2],
    [{ depth: 16 }, 4 * 7],
    [{ colour: 2 }, 4 * 10],
    [{ colour: 2, depth: 16 }, 4 * 19],
    [{ colour: 3, depth: 2 }, 4 * 2],
    [{ colour: 4 }, 4 * 7],
    [{ colour: 6 }, 4 * 13],
    [{ interlaced: true }, 2 + 2 + 3 + 2 * 2 + 2 * 4],
  ];
  for (const [kind, byteCount] of kinds) {
    const header = { ...WHITE, ...kind };
    const whole = png(header, deflateSync(new Uint8Array(byteCount)));
    await check(whole);
    assert.equal((await greySquare(whole, "a.png", 1)).length, 1, JSON.stringify(kind));
    const short = png(header, deflateSync(new Uint8Array(byteCount - 1)));
    await assert.rejects(check(short), / of \d rows of pixels/, JSON.stringify(kind));
  }
});

Deno.test("checkPng() refuses a damaged stream whose chunks are sound", async () => {
  const filter = png(WHITE, deflateSync(ROWS.with(8, 5)));
  await assert.rejects(check(filter), { message: "a damaged row of pixels, number 3; no cure" });
  const stream = deflateSync(ROWS);
  await assert.rejects(check(png(WHITE, stream.with(0, 0))), {
    message: "a damaged pixel stream (incorrect header check); no cure",
  });
});

Deno.test("checkPng() refuses pixels outside the palette, wherever the stream is cut", async () => {
  const header = { width: 3, height: 2, colour: 3 }; // a palette of one colour
  await check(png(header, deflateSync(new Uint8Array(8))));
  const outside = deflateSync(Uint8Array.of(0, 0, 0, 0, 2, 0, 0, 1)); // by filter 2, which adds
  for (
    const bytes of [
      png(header, outside),
      png(header, ...[...outside].map((byte) => Uint8Array.of(byte))),
    ]
  ) {
    await assert.rejects(check(bytes), {
      message: "a damaged row of pixels, number 2, with colours outside the palette; no cure",
    });
  }
  // Interlaced, these are rows of 1, 1, 1 and 3 pixels; the last pixel is outside.
  const passes = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 1);
  await assert.rejects(check(png({ ...header, interlaced: true }, deflateSync(passes))), {
    message: / with colours outside the palette/,
  });
});

Deno.test("checkPng() refuses a PNG without a header, of an unknown kind, or of Apple's", async () => {
  const whole = png(WHITE, deflateSync(ROWS));
  const bare = Uint8Array.of(...whole.subarray(0, 8), ...whole.subarray(8 + 25));
  await assert.rejects(check(bare), { message: "no header; no cure" });
  await assert.rejects(check(png({ ...WHITE, colour: 5 }, ROWS)), {
    message: "an unknown kind of pixels; no cure",
  });
  const apple = [...whole.subarray(0, 8), ...chunk("CgBI", ROWS), ...whole.subarray(8)];
  await assert.rejects(check(Uint8Array.from(apple)), {
    message: "the pixels of an Apple PNG; convert it to an ordinary PNG",
  });
});

Deno.test("checkPng() gives the size before it reads pixels", async () => {
  const sizes: unknown[] = [];
  await assert.rejects(checkPng(png(WHITE), fail, (size) => sizes.push(size)));
  assert.deepEqual(sizes, [WHITE]);
});

Deno.test("checkPng() accepts or refuses any bytes in our words", async () => {
  const whole = png(WHITE, deflateSync(ROWS));
  await fc.assert(fc.asyncProperty(
    fc.nat(whole.length - 1),
    fc.nat(255),
    fc.nat(whole.length),
    async (at, byte, length) => {
      const bytes = whole.with(at, byte).subarray(0, length);
      await check(bytes).catch((error) => assert.equal(error.name, "SyntaxError"));
    },
  ));
});
