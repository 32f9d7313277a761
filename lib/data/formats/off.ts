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

/** What some programs write in front of a text, and behind it: padding, and DOS's end of a file. */
const [BYTE_ORDER_MARK, NUL, END_OF_FILE] = ["efbbbf", 0x00, 0x1a];

/** Bytes of the shortest corner line, `0 0 0`, and face line, `1 0`, with line ends. */
const SHORTEST = { corner: 6, face: 4 } as const;

/**
 * Reads a mesh. Polygons with more than three corners become triangle fans; faces with fewer have
 * no area and are dropped. Trailing colours and normals, comments and empty lines are ignored; any
 * line ending is accepted.
 *
 * Also accepts how other programs spell the format: a byte order mark, padding behind the text, the
 * word in small letters or absent, its prefixes in any order, the counts right after it (as in some
 * files of ModelNet40, `OFF490 518 0`), everything in one line, a face that goes on in the next
 * line, and edges listed after the faces.
 *
 * @param bytes The file
 * @param file Its name, for messages
 * @throws {SyntaxError} If it is not an OFF file, the number of lines does not match the header, a
 *   coordinate is not a finite number, a face refers to a missing corner, no face has three
 *   different corners, or there are more than 2^22 corners or triangles
 */
export function readOff(bytes: Uint8Array, file: string): Mesh {
  const fail = (rule: string, found: string): never => {
    throw new SyntaxError(
      `Cannot read "${file}": it must ${rule}, got ${found}; save it again or leave it out`,
    );
  };
  if (isUtf16(bytes)) fail("be text in ASCII or UTF-8", "UTF-16");
  const scanner = createLineScanner(withoutPadding(bytes));
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
  // With more in the line of the counts, the file has no lines; else one for each corner and face.
  const hasLines = scanner.isAtEnd();
  const next = () => (!hasLines && !scanner.isAtEnd()) || scanner.nextLine();
  const positions = readCorners({ scanner, next, hasLines, fail }, cornerCount);
  const triangles = readFaces({ scanner, next, hasLines, fail }, faceCount, cornerCount);
  while (next()) {
    if (!skipEdge(scanner)) {
      fail(`end after ${faceCount} faces`, `"${scanner.text()}" in line ${scanner.lineNumber()}`);
    }
  }
  if (triangles.length === 0) fail("have a face of three corners", `${faceCount} others`);
  if (!hasArea(triangles)) fail("have a face of three different corners", `${faceCount} others`);
  return { positions, triangles };
}

/** A text that is being read. */
interface Reading {
  readonly scanner: LineScanner;
  /** Moves to the next corner or face; false if there is none. */
  readonly next: () => boolean;
  /** Whether each starts in a line of its own. */
  readonly hasLines: boolean;
  readonly fail: Fail;
}

type Fail = (rule: string, found: string) => never;

/** Whether a text starts with UTF-16's byte order mark, or with one letter in two bytes. */
function isUtf16(bytes: Uint8Array): boolean {
  const [first = NUL, second = NUL] = bytes;
  const isMarked = Math.min(first, second) === 0xfe && Math.max(first, second) === 0xff;
  return isMarked || (first === NUL) !== (second === NUL) && bytes.length > 1;
}

/** Leaves out a byte order mark, and NUL bytes and ctrl-Z at the end. */
function withoutPadding(bytes: Uint8Array): Uint8Array {
  const start = bytes.subarray(0, 3).toHex() === BYTE_ORDER_MARK ? 3 : 0;
  const end = bytes.findLastIndex((byte) => byte !== NUL && byte !== END_OF_FILE) + 1;
  return bytes.subarray(start, Math.max(start, end));
}

function readHeader(scanner: LineScanner, fail: Fail) {
  const word = scanner.nextLine() ? scanner.word() : "";
  // The prefix announces texture coordinates, colours and normals for each corner.
  const isNamed = /^(ST|C|N)*OFF$/.test(word);
  const failToStart = () => fail("start with the word OFF", `"${scanner.text()}"`);
  if (!isNamed && word !== "") failToStart();
  if (isNamed && scanner.isAtEnd() && !scanner.nextLine()) {
    fail("count its corners and faces", "nothing more");
  }
  const [cornerCount, faceCount] = [scanner.number(), scanner.number()];
  const isCount = (value: number) => Number.isSafeInteger(value) && value >= 0;
  const hasEdgeCount = !scanner.isAtEnd();
  if (!isCount(cornerCount) || !isCount(faceCount) || hasEdgeCount && !isCount(scanner.number())) {
    if (!isNamed) failToStart(); // without the word, only counts tell the format
    fail("count its corners and faces", `"${scanner.text()}" in line ${scanner.lineNumber()}`);
  }
  return { cornerCount, faceCount };
}

/** Reads an edge, which is a face of two corners; false if it is not one. */
function skipEdge(scanner: LineScanner): boolean {
  return scanner.number() === 2 && scanner.number() >= 0 && scanner.number() >= 0;
}

/** Whether some triangle has three different corners. */
function hasArea(triangles: Uint32Array): boolean {
  for (let at = 0; at < triangles.length; at += 3) {
    const [a, b, c] = [triangles[at], triangles[at + 1], triangles[at + 2]];
    if (a !== b && b !== c && c !== a) return true;
  }
  return false;
}

function readCorners({ scanner, next, fail }: Reading, count: number): Float32Array {
  const positions = new Float32Array(3 * count);
  for (let corner = 0, at = 0; corner < count; corner++) {
    if (!next()) fail(`hold ${count} corners`, `${corner}`);
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

function readFaces({ scanner, next, hasLines, fail }: Reading, count: number, cornerCount: number) {
  let triangles = new Uint32Array(3 * count);
  let used = 0;
  const nextCorner = (face: number) => {
    // A face may go on in the next line.
    if (scanner.isAtEnd() && !scanner.nextLine()) {
      fail("end with a whole face", `part of face ${face}`);
    }
    const corner = scanner.number();
    if (Number.isInteger(corner) && corner >= 0 && corner < cornerCount) return corner;
    return fail(
      `have corners from 0 to ${cornerCount - 1} in line ${scanner.lineNumber()} for face ${face}`,
      `"${scanner.text()}"`,
    );
  };
  for (let face = 0; face < count; face++) {
    if (!next()) fail(`hold ${count} faces`, `${face}`);
    const line = scanner.lineNumber();
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
    // Else a stray line would take the start of the next face, and both be lost.
    if (hasLines && scanner.lineNumber() !== line && !scanner.isAtEnd()) {
      fail(
        `end face ${face} of ${sides} corners, from line ${line}, at the end of a line`,
        `"${scanner.text()}" in line ${scanner.lineNumber()}`,
      );
    }
  }
  return used === triangles.length ? triangles : triangles.slice(0, used);
}

function grown(values: Uint32Array): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(Math.min(2 * values.length, 3 * MOST));
  larger.set(values);
  return larger;
}
