/**
 * Numbers as the bytes that they are.
 *
 * @module
 */

/** Gives the bytes of an array, in the same memory. */
export function bytesOf(
  { buffer, byteOffset, byteLength }: ArrayBufferView,
): Uint8Array<ArrayBuffer> {
  return new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);
}
