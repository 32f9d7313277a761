/**
 * Checks that a JPEG is whole.
 *
 * The decoder of `@napi-rs/canvas` cannot be strict: from a progressive JPEG it makes a coarse
 * picture of the scans it finds, and does not say that others are missing.
 *
 * @module
 */
import type { Fail, Size } from "./png_check.ts";

const [START_OF_IMAGE, END_OF_IMAGE, TEMPORARY] = [0xd8, 0xd9, 0x01];

/**
 * Checks that a JPEG goes from its frame to its end-of-image marker.
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
  let hasFrame = false;
  for (let at = 2;;) {
    at = bytes.indexOf(0xff, at);
    if (at < 0 || at + 1 >= bytes.length) fail("its end missing");
    const marker = bytes[at + 1]!;
    if (marker === END_OF_IMAGE) {
      if (!hasFrame) fail("no picture before its end");
      return;
    }
    if (!startsSegment(marker)) {
      at += marker === 0xff ? 1 : 2; // any number of FF may precede a marker
      continue;
    }
    if (isFrame(marker)) {
      if (at + 9 > bytes.length) fail("its end missing");
      checkSize({ width: view.getUint16(at + 7), height: view.getUint16(at + 5) });
      hasFrame = true;
    }
    if (at + 4 > bytes.length) fail("its end missing");
    at += 2 + view.getUint16(at + 2);
  }
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
