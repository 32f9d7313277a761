/**
 * Zeros and ones, eight to a byte: most significant bit first, each row starting a new byte, as in
 * `numpy.packbits(rows, axis=1)`.
 *
 * @module
 */

/**
 * Packs rows of zeros and ones.
 *
 * @param values `[rows, length]`, 0 or 1
 * @param length The length of a row
 * @returns `[rows, ceil(length / 8)]`
 */
export function packBits(values: Uint8Array, length: number): Uint8Array {
  const rowSize = Math.ceil(length / 8);
  const packed = new Uint8Array(values.length / length * rowSize);
  for (let i = 0; i < values.length; i++) {
    const [row, at] = [Math.floor(i / length), i % length];
    packed[row * rowSize + (at >> 3)]! |= values[i]! << (7 - at % 8);
  }
  return packed;
}

/**
 * Unpacks rows of bits.
 *
 * @param packed `[rows, ceil(length / 8)]`
 * @param count Number of rows
 * @param length The length of a row
 * @returns `[rows, length]`, 0 or 1
 */
export function unpackBits(packed: ArrayLike<number>, count: number, length: number): Uint8Array {
  const rowSize = Math.ceil(length / 8);
  const values = new Uint8Array(count * length);
  for (let row = 0; row < count; row++) {
    for (let i = 0; i < length; i++) {
      values[row * length + i] = packed[row * rowSize + (i >> 3)]! >> (7 - i % 8) & 1;
    }
  }
  return values;
}
