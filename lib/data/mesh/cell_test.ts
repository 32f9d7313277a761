/**
 * Tests whether a triangle touches a cell.
 *
 * @module
 */

/** Tests one triangle against many cells. */
export interface CellTest {
  /** Precomputes what depends on the triangle alone; call it when the corners change. */
  prepare(): void;
  /**
   * Whether the triangle touches the cell [w, w + 1] x [h, h + 1] x [d, d + 1]. The cell must meet
   * the triangle's bounding box.
   */
  at(w: number, h: number, d: number): boolean;
}

/** The three projection planes: the dropped axis, then the others, in cyclic order. */
const PLANES = [[0, 1, 2], [1, 2, 0], [2, 0, 1]] as const;

/**
 * Creates a test that reads the corners from the caller's array.
 *
 * A triangle touches a box if their bounding boxes meet, its plane passes through the box, and in
 * each of the three axis-aligned projections no edge separates it from the box.
 * Source: Schwarz and Seidel, "Fast Parallel Surface and Solid Voxelization on GPUs" (2010), section 3.
 *
 * @param corners Three corners of three coordinates each
 */
export function cellTest(corners: Float64Array): CellTest {
  const normal = new Float64Array(3);
  let nearest = 0; // the plane's value at its two extreme corners of the cell at the origin
  let farthest = 0;
  const sides = new Float64Array(27); // 3 projections x 3 sides x (u, v, offset) of a half plane

  return {
    prepare() {
      const edge = (from: number, axis: number) =>
        corners[3 * ((from + 1) % 3) + axis]! - corners[3 * from + axis]!;
      for (const [drop, u, v] of PLANES) {
        normal[drop] = edge(0, u) * edge(1, v) - edge(0, v) * edge(1, u);
      }
      nearest = farthest = 0;
      for (let axis = 0; axis < 3; axis++) {
        nearest += Math.min(0, normal[axis]!) - normal[axis]! * corners[axis]!;
        farthest += Math.max(0, normal[axis]!) - normal[axis]! * corners[axis]!;
      }
      let at = 0;
      for (const [drop, u, v] of PLANES) {
        const turn = normal[drop]! >= 0 ? 1 : -1;
        for (let from = 0; from < 3; from++) {
          const inwardU = -edge(from, v) * turn;
          const inwardV = edge(from, u) * turn;
          sides[at++] = inwardU;
          sides[at++] = inwardV;
          // Only the cell's corner farthest inwards counts.
          sides[at++] = Math.max(0, inwardU) + Math.max(0, inwardV) -
            inwardU * corners[3 * from + u]! - inwardV * corners[3 * from + v]!;
        }
      }
    },
    at(w, h, d) {
      const value = normal[0]! * w + normal[1]! * h + normal[2]! * d;
      if (value + nearest > 0 || value + farthest < 0) return false;
      for (let i = 0; i < 9; i += 3) {
        if (sides[i]! * h + sides[i + 1]! * d + sides[i + 2]! < 0) return false;
      }
      for (let i = 9; i < 18; i += 3) {
        if (sides[i]! * d + sides[i + 1]! * w + sides[i + 2]! < 0) return false;
      }
      for (let i = 18; i < 27; i += 3) {
        if (sides[i]! * w + sides[i + 1]! * h + sides[i + 2]! < 0) return false;
      }
      return true;
    },
  };
}
