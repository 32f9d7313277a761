/** Reads the structure of a GIF file, as far as the tests need it. */

/** One frame's timing and position on the canvas. */
export interface GifFrame {
  readonly delayMilliseconds: number;
  /** 1 keeps the frame under the next one. */
  readonly disposal: number;
  readonly isTransparent: boolean;
}

/** A GIF file, without its pixels. */
export interface GifFile {
  readonly width: number;
  readonly height: number;
  /** 0 loops for ever. */
  readonly repeat: number | undefined;
  readonly frames: readonly GifFrame[];
}

/** Reads a GIF89a file block by block. */
export function readGif(bytes: Uint8Array): GifFile {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const tableSize = (flags: number) => flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0;
  const frames: GifFrame[] = [];
  let repeat: number | undefined;
  let at = 13 + tableSize(view.getUint8(10));
  let control = { delayMilliseconds: 0, disposal: 0, isTransparent: false };
  while (view.getUint8(at) !== 0x3b) {
    if (view.getUint8(at) === 0x2c) {
      frames.push(control);
      at += 11 + tableSize(view.getUint8(at + 9));
    } else {
      const label = view.getUint8(at + 1);
      at += 2;
      if (label === 0xf9) {
        const flags = view.getUint8(at + 1);
        const delayMilliseconds = 10 * view.getUint16(at + 2, true);
        control = { delayMilliseconds, disposal: flags >> 2 & 7, isTransparent: !!(flags & 1) };
      } else if (label === 0xff) {
        repeat = view.getUint16(at + 14, true);
      }
    }
    while (view.getUint8(at) !== 0) at += 1 + view.getUint8(at); // sub-blocks
    at += 1;
  }
  return { width: view.getUint16(6, true), height: view.getUint16(8, true), repeat, frames };
}
