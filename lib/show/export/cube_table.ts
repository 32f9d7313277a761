/**
 * The marching cubes table (Lorensen and Cline, "Marching Cubes", 1987), derived from the cube
 * instead of copied: the triangles that separate the filled corners of a cube from the others.
 *
 * Corner c of a cube is at column c & 1, row c >> 1 & 1, layer c >> 2; an edge is identified by its
 * axis and its lower corner.
 *
 * @module
 */

/** An edge of the cube: `8 * axis + lower corner`, with axis 0 for columns, 1 for rows, 2 for layers. */
export type CubeEdge = number;

/** The corners of each face, counterclockwise as seen from outside. */
const FACES: readonly (readonly number[])[] = [0, 1, 2].flatMap((axis) => {
  const [next, last] = [1 << (axis + 1) % 3, 1 << (axis + 2) % 3];
  const low = [0, last, next | last, next];
  const high = [0, next, next | last, last].map((corner) => corner | 1 << axis);
  return [low, high];
});

const edgeBetween = (a: number, b: number): CubeEdge =>
  8 * (31 - Math.clz32(a ^ b)) + Math.min(a, b);

/** The edges of each face. */
const FACE_EDGES = FACES.map((corners) =>
  corners.map((corner, i) => edgeBetween(corner, corners[(i + 1) % 4]!))
);

/**
 * The triangles, three edges each, for each of the 256 sets of filled corners (bit c for corner c),
 * counterclockwise as seen from the empty side.
 *
 * On a face with two filled corners that are not neighbours, each is cut off separately. All cubes
 * read their faces the same way, and no triangle has a side inside a face that is not a border
 * there, so neighbouring cubes fit, and every side is shared by exactly two triangles.
 */
export const CUBE_TABLE: readonly (readonly CubeEdge[])[] = Array.from(
  { length: 256 },
  (_, filled) => outlines(filled).flatMap(triangulated),
);

/** Follows the border between filled and empty from face to face, in closed outlines of edges. */
function outlines(filled: number): CubeEdge[][] {
  const isFilled = (corner: number) => (filled >> corner & 1) === 1;
  const after = new Map<CubeEdge, CubeEdge>();
  FACES.forEach((corners, face) => {
    const edges = FACE_EDGES[face]!; // edge i leads from corner i to the next one
    for (let i = 0; i < 4; i++) {
      if (isFilled(corners[i]!) || !isFilled(corners[(i + 1) % 4]!)) continue;
      let end = (i + 1) % 4; // the border enters at edge i and leaves after the last filled corner
      while (isFilled(corners[(end + 1) % 4]!)) end = (end + 1) % 4;
      after.set(edges[i]!, edges[end]!);
    }
  });
  const found: CubeEdge[][] = [];
  for (let [start] of after) {
    const outline: CubeEdge[] = [];
    for (let next = after.get(start); next !== undefined; next = after.get(start)) {
      after.delete(start);
      outline.push(start);
      start = next;
    }
    if (outline.length > 0) found.push(outline);
  }
  return found;
}

/** Cuts an outline into a fan of triangles with no inner side in a face. */
function triangulated(outline: readonly CubeEdge[]): CubeEdge[] {
  const turned = outline.map((_, first) => [...outline.slice(first), ...outline.slice(0, first)]);
  const [apex, ...others] = turned.find(([apex, ...others]) =>
    others.slice(1, -1).every((other) => !shareFace(apex!, other))
  )!; // exists for every outline: the tests check them all
  return others.slice(1).flatMap((other, i) => [apex!, others[i]!, other]);
}

function shareFace(a: CubeEdge, b: CubeEdge): boolean {
  return FACE_EDGES.some((edges) => edges.includes(a) && edges.includes(b));
}
