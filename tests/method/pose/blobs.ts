/** An object for searches over poses. */

/** Three soft blobs in a cube, seen as another image from every side: densities `[side, side, side]`. */
export function objectOf(side: number): Float32Array {
  return Float32Array.from({ length: side ** 3 }, (_, i) => {
    const centre = (index: number) => (2 * (Math.floor(index) % side) + 1) / side - 1;
    const [x, y, z] = [centre(i), -centre(i / side), centre(i / side ** 2)];
    const blob = (a: number, b: number, c: number) =>
      Math.exp(-((x - a) ** 2 + (y - b) ** 2 + (z - c) ** 2) / (2 * 0.22 ** 2));
    return blob(0.5, 0.3, 0.1) + blob(-0.1, -0.4, 0.5) + 0.5 * blob(0, 0, 0);
  });
}
