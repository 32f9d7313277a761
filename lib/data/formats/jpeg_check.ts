/**
 * Checks that a JPEG is whole.
 *
 * The decoder of `@napi-rs/canvas` cannot be strict: from a progressive JPEG it makes a coarse
 * picture of the scans it finds, and does not say that others are missing.
 *
 * @module
 */
import { type Bands, emptyBands, missingBands, noteScan } from "./jpeg_bands.ts";
import { type Component, countUnits, type HuffmanCode, huffmanCode } from "./jpeg_scan.ts";
import type { Fail, Size } from "./png_check.ts";

const [START_OF_IMAGE, END_OF_IMAGE, START_OF_SCAN, TEMPORARY] = [0xd8, 0xd9, 0xda, 0x01];
const [HUFFMAN_TABLES, RESTART_INTERVAL, EXIF] = [0xc4, 0xdd, 0xe1];

/** The frames whose scans are followed to the last block: baseline, and extended sequential. */
const SEQUENTIAL: readonly number[] = [0xc0, 0xc1];

/** The frames whose scans refine each other, with codes of Huffman's or arithmetic ones. */
const PROGRESSIVE: readonly number[] = [0xc2, 0xca];

/**
 * Checks that a JPEG goes from its frame to its end-of-image marker, that the scans of a sequential
 * one reach the last block, and that those of a progressive one bring every coefficient to its last
 * bit.
 *
 * Choice: the scans of a progressive JPEG are not followed to their last block, since that needs all
 * coefficients in memory; one that was cut lacks its end, or whole scans.
 *
 * Walks segments of marker, length and content. Anything else, such as pixels and stray bytes
 * between segments, is passed over up to the next marker, as decoders do.
 * Source: ITU-T T.81, annex B.
 *
 * @param bytes The file, from its start-of-image marker
 * @param fail Called with what is wrong
 * @param checkSize Called with the size when it is known; may throw
 */
export function checkJpeg(
  bytes: Uint8Array,
  fail: Fail,
  checkSize: (size: Size) => void,
): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let [hasFrame, hasScan] = [false, false];
  let short: string | undefined; // said at the end, since a missing end is the better reason
  let bands: Bands | undefined;
  const state: State = { codes: new Map(), restartInterval: 0, scanned: new Set() };
  for (let at = 2;;) {
    at = bytes.indexOf(0xff, at);
    if (at < 0 || at + 1 >= bytes.length) fail("its end missing");
    const marker = bytes[at + 1]!;
    if (marker === END_OF_IMAGE) {
      if (!hasFrame || !hasScan) fail("no picture before its end");
      const lacking = short ?? (bands && missingBands(bands));
      if (lacking) fail(lacking);
      return;
    }
    if (!startsSegment(marker)) {
      at += marker === 0xff ? 1 : 2; // any number of FF may precede a marker
      continue;
    }
    if (at + 4 > bytes.length) fail("its end missing");
    const end = at + 2 + view.getUint16(at + 2);
    if (end > bytes.length) fail("its end missing");
    const content = bytes.subarray(at + 4, end);
    if (isFrame(marker)) {
      if (content.length < 6) fail("a damaged frame");
      if (hasFrame) fail("a second frame");
      checkSize({ width: view.getUint16(at + 7), height: view.getUint16(at + 5) });
      hasFrame = true;
      if (SEQUENTIAL.includes(marker)) state.frame = readFrame(content);
      if (PROGRESSIVE.includes(marker)) bands = emptyBands(readFrame(content).components.keys());
    }
    if (marker === EXIF && isDamagedExif(content)) fail("a damaged Exif header");
    if (marker === HUFFMAN_TABLES) readTables(content, state.codes);
    if (marker === RESTART_INTERVAL) state.restartInterval = content[0]! << 8 | content[1]!;
    if (marker === START_OF_SCAN) {
      hasScan = true;
      if (bands) noteScan(bands, content);
      if (repeatsComponent(content, state)) fail("a second scan of the same pixels");
      short ??= shortScan(bytes, end, content, state);
    }
    at = end;
  }
}

/** What the segments before a scan say. */
interface State {
  frame?: Size & { components: ReadonlyMap<number, Component> };
  /** By class (16 for all but first coefficients) plus number. */
  readonly codes: Map<number, HuffmanCode>;
  restartInterval: number;
  /** Components of the scans so far. */
  readonly scanned: Set<number>;
}

/** Tells whether a scan of a sequential frame repeats a component, which T.81 forbids in B.2.3. */
function repeatsComponent(content: Uint8Array, { frame, scanned }: State): boolean {
  const ids = Array.from({ length: content[0] ?? 0 }, (_, i) => content[1 + 2 * i]!);
  const repeats = frame !== undefined && ids.some((id) => scanned.has(id));
  for (const id of ids) scanned.add(id);
  return repeats;
}

/** Reads precision, size, and number, sampling and quantisation of each component. */
function readFrame(content: Uint8Array): NonNullable<State["frame"]> {
  const components = new Map<number, Component>();
  for (let at = 6; at + 2 < content.length; at += 3) {
    const sampling = content[at + 1]!;
    components.set(content[at]!, { across: sampling >> 4, down: sampling & 15 });
  }
  const view = new DataView(content.buffer, content.byteOffset);
  return { width: view.getUint16(3), height: view.getUint16(1), components };
}

function readTables(content: Uint8Array, codes: State["codes"]): void {
  for (let at = 0; at + 17 <= content.length;) {
    const counts = content.subarray(at + 1, at + 17);
    const symbolCount = counts.reduce((sum, count) => sum + count, 0);
    codes.set(content[at]!, huffmanCode(counts, content.subarray(at + 17, at + 17 + symbolCount)));
    at += 17 + symbolCount;
  }
}

/**
 * Says how much of a scan is missing, if any. A scan that lacks a frame or a code is left to the
 * decoder, which has codes of its own or refuses it.
 */
function shortScan(
  bytes: Uint8Array,
  start: number,
  content: Uint8Array,
  { frame, codes, restartInterval }: State,
): string | undefined {
  if (!frame || frame.height === 0) return;
  const parts = Array.from({ length: content[0] ?? 0 }, (_, i) => {
    const tables = content[2 + 2 * i]!;
    const component = frame.components.get(content[1 + 2 * i]!);
    const [dc, ac] = [codes.get(tables >> 4), codes.get(16 + (tables & 15))];
    return component && dc && ac ? [{ component, dc, ac }] : [];
  }).flat();
  if (parts.length === 0 || parts.length !== content[0]) return;
  const components = [...frame.components.values()];
  if (components.some(({ across, down }) => across === 0 || down === 0)) return;
  const scan = { ...frame, frame: components, parts, restartInterval };
  const { whole, wanted } = countUnits(bytes, start, scan);
  return whole < wanted ? `${whole} of ${wanted} blocks of pixels` : undefined;
}

/**
 * Tells whether a segment says that it is Exif but does not go on as TIFF: it may say which side of
 * the picture is up, and decoders differ in whether they believe a damaged one.
 */
function isDamagedExif(content: Uint8Array): boolean {
  const words = new TextDecoder("latin1").decode(content.subarray(0, 10));
  return words.startsWith("Exif\0") && !/^.{6}(II\*\0|MM\0\*)/s.test(words);
}

/** Not a zero that follows FF among pixels, a fill byte, a restart or another lone marker. */
function startsSegment(marker: number): boolean {
  const isRestart = marker >= 0xd0 && marker <= 0xd7;
  return !isRestart && ![0, 0xff, START_OF_IMAGE, TEMPORARY].includes(marker);
}

/** C0 to CF start frames, except the tables C4 and CC and the extension C8. */
function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
}
