/** Small test meshes. */
import type { Mesh } from "@/data/formats/off.ts";

/** Opposite corners of a box. */
export type Box = readonly [low: readonly number[], high: readonly number[]];

/** The twelve triangles of a box; the bits of corner `i` select low or high on each axis. */
const BOX_TRIANGLES = [
  [0, 1, 3, 0, 3, 2],
  [4, 6, 7, 4, 7, 5],
  [0, 4, 5, 0, 5, 1],
  [2, 3, 7, 2, 7, 6],
  [0, 2, 6, 0, 6, 4],
  [1, 5, 7, 1, 7, 3],
].flat();

/** Makes a mesh of closed boxes. */
export function boxMesh(boxes: readonly Box[]): Mesh {
  const positions = boxes.flatMap(([low, high]) =>
    Array.from({ length: 8 }, (_, i) => [0, 1, 2].map((k) => (i >> k & 1 ? high : low)[k]!)).flat()
  );
  const triangles = boxes.flatMap((_, n) => BOX_TRIANGLES.map((corner) => 8 * n + corner));
  return { positions: Float32Array.from(positions), triangles: Uint32Array.from(triangles) };
}

/** A chair in ModelNet's axes: z up, back rest at high y, with an arm on its left, low x. */
export const CHAIR: Mesh = boxMesh([
  [[0, 0, 4], [4, 4, 4.8]],
  [[0, 3.4, 4.8], [4, 4, 9]],
  [[0, 0, 6.4], [0.6, 3.4, 7]],
  [[0, 0, 0], [0.6, 0.6, 4]],
  [[3.4, 0, 0], [4, 0.6, 4]],
  [[0, 3.4, 0], [0.6, 4, 4]],
  [[3.4, 3.4, 0], [4, 4, 4]],
]);

/** Writes a mesh as an OFF file. */
export function offText({ positions, triangles }: Mesh): string {
  const rows = (values: ArrayLike<number>, prefix: string) =>
    Array.from(
      { length: values.length / 3 },
      (_, i) => `${prefix}${values[3 * i]} ${values[3 * i + 1]} ${values[3 * i + 2]}\n`,
    ).join("");
  const counts = `${positions.length / 3} ${triangles.length / 3} 0`;
  return `OFF\n${counts}\n${rows(positions, "")}${rows(triangles, "3 ")}`;
}
