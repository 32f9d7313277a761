/**
 * Checks that the pixels of a PNG with a palette are in the palette.
 *
 * Others are an error of the file (PNG specification, third edition, section 11.2.1), and a sign of
 * damage. Decoders differ in what they make of them: libpng takes black, Skia, the decoder of
 * `@napi-rs/canvas`, the last colour, and neither says so.
 *
 * @module
 */

/** How the palette's pixels are stored. */
export interface Palette {
  /** Number of colours. */
  readonly colourCount: number;
  /** Bits of a pixel: 1, 2, 4 or 8. */
  readonly bitDepth: number;
}

/** Follows the rows of an image from top to bottom. */
export interface PaletteCheck {
  /** Starts an image, or a pass of an interlaced one. */
  start(columns: number): void;
  /** Takes the next row, filter and pixels; tells whether all pixels are in the palette. */
  hasAll(row: Uint8Array): boolean;
}

/** Creates a check; it keeps one row. */
export function createPaletteCheck({ colourCount, bitDepth }: Palette): PaletteCheck {
  let width = 0; // pixels
  let row = new Uint8Array(); // plain, behind a zero that stands for what is left of it

  const isIn = () => {
    const [mask, perByte] = [2 ** bitDepth - 1, 8 / bitDepth];
    for (let x = 0; x < width; x++) {
      const shift = 8 - bitDepth * (1 + x % perByte);
      if ((row[1 + Math.floor(x / perByte)]! >> shift & mask) >= colourCount) return false;
    }
    return true;
  };

  return {
    start(columns) {
      width = columns;
      row = new Uint8Array(1 + Math.ceil(columns * bitDepth / 8));
    },
    hasAll(filtered) {
      const filter = filtered[0]!;
      let aboveLeft = 0;
      for (let at = 1; at < row.length; at++) {
        const [left, above] = [row[at - 1]!, row[at]!];
        row[at] = filtered[at]! + predicted(filter, { left, above, aboveLeft });
        aboveLeft = above;
      }
      return isIn();
    },
  };
}

/** Bytes beside the one that is predicted. */
interface Neighbours {
  readonly left: number;
  readonly above: number;
  readonly aboveLeft: number;
}

/** Predicts a byte from its neighbours. Source: PNG specification, section 9. */
function predicted(filter: number, { left, above, aboveLeft }: Neighbours): number {
  switch (filter) {
    case 1:
      return left;
    case 2:
      return above;
    case 3:
      return (left + above) >> 1;
    case 4: {
      const [a, b, c] = [above - aboveLeft, left - aboveLeft, above + left - 2 * aboveLeft]
        .map(Math.abs) as [number, number, number]; // distances to left, above and aboveLeft
      return a <= b && a <= c ? left : b <= c ? above : aboveLeft;
    }
    default:
      return 0;
  }
}
