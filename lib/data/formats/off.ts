/**
 * Reads meshes in the Object File Format (OFF) of ModelNet and the Princeton Shape Benchmark:
 * http://segeval.cs.princeton.edu/public/off_format.html
 *
 * @module
 */
import { createLineScanner, type LineScanner } from "./line_scanner.ts";

/** A surface of triangles. */
export interface Mesh {
  /** `[V, 3]`, the vertices. */
  readonly positions: Float32Array;
  /** `[T, 3]`, vertex indices of each triangle. */
  readonly triangles: Uint32Array;
}

/** Limit on the corners and on the triangles of a mesh: 50 MB each. */
const MOST = 2 ** 22;

/** Bytes of the shortest corner line, `0 0 0`, and face line, `1 0`, with line ends. */
const SHORTEST = { corner: 6, face: 4 } as const;

/**
 * Reads a mesh. Polygons with more than three corners become triangle fans; faces with fewer have
 * no area and are dropped. Trailing colours and normals, comments and empty lines are ignored; any
 * line ending is accepted.
 *
 * Also accepts the malformed header of some ModelNet40 files, with the counts right after the word:
 * `OFF490 518 0`.
 *
 * @param bytes The file
 * @param file Its name, for messages
 * @throws {SyntaxError} If it is not an OFF file, the number of lines does not match the header, a
 *   coordinate is not a finite number, a face refers to a missing corner, no face has three
 *   corners, or there are more than 2^22 corners or triangles
 */
export function readOff(bytes: Uint8Array, file: string): Mesh {
  const fail = (rule: string, found: string): never => {
    throw new SyntaxError(
      `Cannot read "${file}": it must ${rule}, got ${found}; save it again or leave it out`,
    );
  };
  const scanner = createLineScanner(bytes);
  const { cornerCount, faceCount } = readHeader(scanner, fail);
  const least = SHORTEST.corner * cornerCount + SHORTEST.face * faceCount;
  // Before allocating: the header may claim any count.
  if (bytes.length < least) {
    fail(
      `hold at least ${least} bytes for ${cornerCount} corners and ${faceCount} faces`,
      `${bytes.length}`,
    );
  }
  if (Math.max(cornerCount, faceCount) > MOST) {
    fail(`have at most ${MOST} corners and faces`, `${cornerCount} and ${faceCount}`);
  }
  const positions = readCorners(scanner, cornerCount, fail);
  const triangles = readFaces(scanner, faceCount, cornerCount, fail);
  if (scanner.nextLine()) {
    fail(`end after ${faceCount} faces`, `"${scanner.text()}" in line ${scanner.lineNumber()}`);
  }
  if (triangles.length === 0) fail("have a face of three corners", `${faceCount} others`);
  return { positions, triangles };
}

type Fail = (rule: string, found: string) => never;

function readHeader(scanner: LineScanner, fail: Fail) {
  const word = scanner.nextLine() ? scanner.word() : "";
  // The prefix announces texture coordinates, colours and normals for each corner.
  if (!/^(ST)?C?N?OFF$/.test(word)) fail("start with the word OFF", `"${scanner.text()}"`);
  if (scanner.isAtEnd() && !scanner.nextLine()) fail("count its corners and faces", "nothing more");
  const [cornerCount, faceCount] = [scanner.number(), scanner.number()];
  const isCount = (value: number) => Number.isSafeInteger(value) && value >= 0;
  if (!isCount(cornerCount) || !isCount(faceCount)) {
    fail("count its corners and faces", `"${scanner.text()}" in line ${scanner.lineNumber()}`);
  }
  return { cornerCount, faceCount };
}

function readCorners(scanner: LineScanner, count: number, fail: Fail): Float32Array {
  const positions = new Float32Array(3 * count);
  for (let corner = 0, at = 0; corner < count; corner++) {
    if (!scanner.nextLine()) fail(`hold ${count} corners`, `${corner}`);
    for (let axis = 0; axis < 3; axis++, at++) {
      positions[at] = scanner.number();
      if (!Number.isFinite(positions[at])) {
        fail(
          `have three numbers in line ${scanner.lineNumber()} for corner ${corner}`,
          `"${scanner.text()}"`,
        );
      }
    }
  }
  return positions;
}

function readFaces(scanner: LineScanner, count: number, cornerCount: number, fail: Fail) {
  let triangles = new Uint32Array(3 * count);
  let used = 0;
  const nextCorner = (face: number) => {
    const corner = scanner.number();
    if (Number.isInteger(corner) && corner >= 0 && corner < cornerCount) return corner;
    return fail(
      `have corners from 0 to ${cornerCount - 1} in line ${scanner.lineNumber()} for face ${face}`,
      `"${scanner.text()}"`,
    );
  };
  for (let face = 0; face < count; face++) {
    if (!scanner.nextLine()) fail(`hold ${count} faces`, `${face}`);
    const sides = scanner.number();
    if (!Number.isInteger(sides) || sides < 1) {
      fail(
        `start line ${scanner.lineNumber()}, for face ${face}, with the number of corners`,
        `"${scanner.text()}"`,
      );
    }
    const first = nextCorner(face);
    let previous = first;
    for (let side = 1; side < sides; side++) {
      const corner = nextCorner(face);
      if (side > 1) {
        if (used === 3 * MOST) fail(`have at most ${MOST} triangles`, "more");
        if (used === triangles.length) triangles = grown(triangles);
        triangles[used++] = first;
        triangles[used++] = previous;
        triangles[used++] = corner;
      }
      previous = corner;
    }
  }
  return used === triangles.length ? triangles : triangles.slice(0, used);
}

function grown(values: Uint32Array): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(Math.min(2 * values.length, 3 * MOST));
  larger.set(values);
  return larger;
}
