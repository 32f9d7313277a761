/**
 * Checks that a PNG is whole: its chunks, and every row of its pixels.
 *
 * The decoder of `@napi-rs/canvas` cannot be strict: it leaves rows that are missing transparent.
 * Choice: not `pngjs`, which is strict but holds all pixels in memory; this holds 16 KB at a time.
 *
 * @module
 */
import { createPaletteCheck, type Palette } from "./png_palette.ts";
import { constants, crc32, createInflate } from "node:zlib";

/** The size of an image in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Throws an error that says what was found instead of a complete image, and what helps. */
export type Fail = (found: string, cure?: string) => never;

/** Samples of a pixel by colour type: grey, colour, palette, grey and alpha, colour and alpha. */
const SAMPLES: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

/** The colour type of pixels that number the colours of a palette. */
const INDEXED = 3;

/** The seven passes of an interlaced image: first column and row, and the steps between them. */
const PASSES = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

/** Filters are numbered from 0 to 4. */
const LAST_FILTER = 4;

/** Rows of equal length. */
interface Rows {
  readonly count: number;
  /** Pixels in a row. */
  readonly columns: number;
  /** The filter's number, then the pixels. */
  readonly byteCount: number;
}

/**
 * Checks that a PNG is whole: each chunk has its checksum, the last is IEND, and the pixel stream
 * reaches the last row. Pixels of a palette must be in it.
 *
 * Source: PNG specification, third edition, sections 5.3 (chunks), 8.1 (interlacing) and 10.
 *
 * @param bytes The file, from its signature
 * @param fail Called with what is wrong
 * @param checkSize Called with the size before the pixels are read; may throw
 */
export async function checkPng(
  bytes: Uint8Array,
  fail: Fail,
  checkSize: (size: Size) => void,
): Promise<void> {
  const { header, stream, colourCount } = readChunks(bytes, fail);
  const size = { width: header.getUint32(0), height: header.getUint32(4) };
  checkSize(size);
  const [bitDepth, colourType] = [header.getUint8(8), header.getUint8(9)];
  const bitsPerPixel = bitDepth * (SAMPLES[colourType] ?? 0);
  if (bitsPerPixel === 0) fail("an unknown kind of pixels");
  const palette = colourType === INDEXED && colourCount < 2 ** bitDepth
    ? { colourCount, bitDepth }
    : undefined;
  const rows = rowsOf(size, bitsPerPixel, header.getUint8(12) === 1);
  await checkRows(stream, { rows, palette }, fail);
}

/** Walks chunks of length, name, content and checksum, up to IEND; joins those of pixels. */
function readChunks(bytes: Uint8Array, fail: Fail) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const nameAt = (at: number) => String.fromCharCode(...bytes.subarray(at + 4, at + 8));
  if (nameAt(8) === "CgBI") fail("the pixels of an Apple PNG", "convert it to an ordinary PNG");
  const stream = new Uint8Array(bytes.length); // one copy: there may be millions of chunks
  let used = 0;
  let colourCount = 0;
  for (let at = 8;;) {
    const end = at + 8 < bytes.length ? at + 8 + view.getUint32(at) : Infinity;
    if (end + 4 > bytes.length) fail("its end missing");
    if (crc32(bytes.subarray(at + 4, end)) !== view.getUint32(end)) fail("a wrong checksum");
    const name = nameAt(at);
    if (at === 8 && (name !== "IHDR" || end - at !== 21)) fail("no header");
    if (name === "IEND") break;
    if (name === "IDAT") {
      stream.set(bytes.subarray(at + 8, end), used);
      used += end - at - 8;
    }
    if (name === "PLTE") colourCount = (end - at - 8) / 3;
    at = end + 4;
  }
  return {
    header: new DataView(bytes.buffer, bytes.byteOffset + 16),
    stream: stream.subarray(0, used),
    colourCount,
  };
}

/** Gives the rows of the pixel stream, pass by pass; a pass without pixels has none. */
function rowsOf({ width, height }: Size, bitsPerPixel: number, isInterlaced: boolean): Rows[] {
  const passes = isInterlaced ? PASSES : [[0, 0, 1, 1] as const];
  return passes.flatMap(([left, top, right, down]) => {
    const [columns, count] = [Math.ceil((width - left) / right), Math.ceil((height - top) / down)];
    if (columns <= 0 || count <= 0) return [];
    return [{ count, columns, byteCount: 1 + Math.ceil(columns * bitsPerPixel / 8) }];
  });
}

/** The expected pixels. */
interface Layout {
  readonly rows: readonly Rows[];
  /** Given if a pixel may be outside of it. */
  readonly palette?: Palette | undefined;
}

/** Unpacks the pixel stream, piece by piece, and follows its rows to the last one. */
async function checkRows(stream: Uint8Array, layout: Layout, fail: Fail): Promise<void> {
  const { rows } = layout;
  const rowCount = rows.reduce((sum, { count }) => sum + count, 0);
  const walker = createRowWalker(layout, fail);
  // Rows are counted here, so a stream may lack its own end; decoders accept that too.
  const inflate = createInflate({ finishFlush: constants.Z_SYNC_FLUSH });
  inflate.end(stream);
  try {
    for await (const piece of inflate) {
      walker.walk(piece as Uint8Array);
      if (walker.rowCount() === rowCount) return; // more is ignored, as decoders do
    }
  } catch (error) {
    if (error instanceof SyntaxError) throw error; // the walker's
    fail(`a damaged pixel stream (${(error as Error).message})`);
  }
  fail(`${walker.rowCount()} of ${rowCount} rows of pixels`);
}

/** Counts rows in pieces of the pixel stream. */
function createRowWalker({ rows, palette }: Layout, fail: Fail) {
  const check = palette && createPaletteCheck(palette);
  let pass = 0;
  let row = 0; // in the pass
  let rowCount = 0; // in all passes
  let left = 0; // bytes of the current row still to come
  let whole = new Uint8Array(); // the current row, if it is checked
  return {
    walk(piece: Uint8Array) {
      for (let at = 0; at < piece.length && pass < rows.length;) {
        const { count, columns, byteCount } = rows[pass]!;
        if (left === 0) {
          if (piece[at]! > LAST_FILTER) fail(`a damaged row of pixels, number ${rowCount + 1}`);
          left = byteCount;
          if (check && row === 0) {
            whole = new Uint8Array(byteCount);
            check.start(columns);
          }
        }
        const step = Math.min(left, piece.length - at);
        if (check) whole.set(piece.subarray(at, at + step), byteCount - left);
        at += step;
        left -= step;
        if (left > 0) return;
        rowCount++;
        if (check && !check.hasAll(whole)) {
          fail(`a damaged row of pixels, number ${rowCount}, with colours outside the palette`);
        }
        if (++row === count) [pass, row] = [pass + 1, 0];
      }
    },
    rowCount: () => rowCount,
  };
}
