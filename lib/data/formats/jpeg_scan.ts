/**
 * Follows the pixels of a sequential JPEG to the last block, without making pixels of them.
 *
 * libjpeg fills blocks that are missing with grey and gives only a warning, which
 * `@napi-rs/canvas` does not pass on; so a scan that ends early, with a sound end of image behind
 * it, looks whole.
 *
 * @module
 */

/** A Huffman code: by the next 16 bits, the length of the code times 256, plus its symbol. */
export type HuffmanCode = Uint16Array;

/** A colour component of the frame. */
export interface Component {
  /** Blocks side by side in a unit of the scan. */
  readonly across: number;
  /** Blocks on top of each other in a unit of the scan. */
  readonly down: number;
}

/** What a scan is made of. */
export interface Scan {
  /** Size of the frame in pixels. */
  readonly width: number;
  readonly height: number;
  /** Components of the frame. */
  readonly frame: readonly Component[];
  /** Components of the scan, with the codes of their first and of their other coefficients. */
  readonly parts: readonly { component: Component; dc: HuffmanCode; ac: HuffmanCode }[];
  /** Units between restart markers; 0 if there are none. */
  readonly restartInterval: number;
}

/** Pixels on a side of a block, and coefficients in it. */
const [SIDE, COEFFICIENTS] = [8, 64];

/** A code of 16 bits at most. */
const LONGEST = 16;

/**
 * Expands a Huffman code.
 *
 * Source: ITU-T T.81, annex C: codes of a length are consecutive, from short to long.
 *
 * @param counts `[16]`, the number of codes of 1 to 16 bits
 * @param symbols Their symbols, in order
 */
export function huffmanCode(counts: Uint8Array, symbols: Uint8Array): HuffmanCode {
  const code = new Uint16Array(2 ** LONGEST); // 0 stands for no code
  let used = 0;
  let start = 0;
  for (let length = 1; length <= LONGEST; length++) {
    const span = 2 ** (LONGEST - length);
    for (let i = 0; i < counts[length - 1]!; i++, start += span) {
      code.fill(length << 8 | symbols[used++]!, start, start + span);
    }
  }
  return code;
}

/**
 * Counts the blocks of a scan that its bits hold.
 *
 * A code that does not exist counts as one bit, since decoders go on there.
 * Source: ITU-T T.81, annexes A.2 (units of a scan) and F.2 (blocks).
 *
 * @param bytes The file
 * @param start Where the scan's pixels start
 * @param scan What it is made of
 * @returns The units that are whole, and those that there must be
 */
export function countUnits(
  bytes: Uint8Array,
  start: number,
  scan: Scan,
): { whole: number; wanted: number } {
  const wanted = unitCount(scan);
  const bits = createBitReader(bytes, start);
  // A scan of one component has a block in each unit, whatever its sampling.
  const isAlone = scan.parts.length === 1;
  for (let unit = 0; unit < wanted; unit++) {
    if (unit > 0 && scan.restartInterval > 0 && unit % scan.restartInterval === 0) bits.restart();
    for (const { component, dc, ac } of scan.parts) {
      const blocks = isAlone ? 1 : component.across * component.down;
      for (let block = 0; block < blocks; block++) skipBlock(bits, dc, ac);
    }
    if (bits.isPastEnd()) return { whole: unit, wanted };
  }
  return { whole: wanted, wanted };
}

function unitCount({ width, height, frame, parts }: Scan): number {
  const across = Math.max(...frame.map((component) => component.across));
  const down = Math.max(...frame.map((component) => component.down));
  const [{ component }] = parts as [Scan["parts"][number]];
  const alone = parts.length === 1;
  const blocks = (pixels: number, share: number, most: number) =>
    alone ? Math.ceil(Math.ceil(pixels * share / most) / SIDE) : Math.ceil(pixels / (SIDE * most));
  return blocks(width, component.across, across) * blocks(height, component.down, down);
}

type BitReader = ReturnType<typeof createBitReader>;

/** Reads bits up to the next marker, and zeros behind it. */
function createBitReader(bytes: Uint8Array, start: number) {
  let at = start;
  let held = 0; // the last `count` bits are still to come
  let count = 0;
  let padding = 0; // of them, zeros that are not in the file

  const fill = () => {
    for (; count <= LONGEST; count += 8) {
      const byte = bytes[at];
      const isMarker = byte === undefined || byte === 0xff && bytes[at + 1] !== 0;
      if (isMarker) padding += 8;
      else at += byte === 0xff ? 2 : 1; // a zero follows FF among pixels
      held = held << 8 | (isMarker ? 0 : byte);
    }
  };
  return {
    /** Reads a symbol; 0 if there is no such code. */
    symbol(code: HuffmanCode): number {
      fill();
      const entry = code[held >>> (count - LONGEST) & 0xffff]!;
      count -= entry >> 8 || 1;
      return entry & 0xff;
    },
    skip(bitCount: number) {
      fill();
      count -= bitCount;
    },
    /** Moves behind the next restart marker, if that is the next marker. */
    restart() {
      [held, count, padding] = [0, 0, 0];
      while (at < bytes.length && !(bytes[at] === 0xff && bytes[at + 1] !== 0)) at++;
      while (bytes[at] === 0xff && bytes[at + 1] === 0xff) at++; // fill bytes
      if (bytes[at + 1]! >= 0xd0 && bytes[at + 1]! <= 0xd7) at += 2;
    },
    isPastEnd: () => padding > count,
  };
}

function skipBlock(bits: BitReader, dc: HuffmanCode, ac: HuffmanCode): void {
  bits.skip(bits.symbol(dc) & 15);
  for (let at = 1; at < COEFFICIENTS; at++) {
    const symbol = bits.symbol(ac);
    const [zeros, size] = [symbol >> 4, symbol & 15];
    if (size === 0 && zeros < 15) return; // the others are zero
    at += zeros;
    bits.skip(size);
  }
}
