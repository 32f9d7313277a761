/**
 * Finds where parallel rays hit a grid of filled and empty cells, by stepping from cell to cell
 * (Amanatides and Woo, "A Fast Voxel Traversal Algorithm for Ray Tracing", 1987).
 *
 * Positions are in cells: (column, row, layer) of a grid `[D, H, W]`, each cell one unit long.
 *
 * @module
 */

/** The filled cells of a grid. */
export interface FilledCells {
  /** `[D, H, W]`, 1 if a cell is filled, else 0. */
  readonly filled: Uint8Array;
  /** `[W, H, D]`: the number of columns, rows and layers. */
  readonly counts: readonly [number, number, number];
}

/** Where a ray hit a filled cell. One object is reused: allocating millions would be slow. */
export interface Hit {
  /** Column, row and layer of the cell. */
  readonly cell: Int32Array;
  /** The axis across which the ray entered: 0 column, 1 row, 2 layer. */
  axis: number;
  /** Where the ray entered, in cells. */
  readonly point: Float64Array;
}

/** Follows the ray from `origin`; fills in `hit` and returns true if it hits a filled cell. */
export type Caster = (origin: ArrayLike<number>, hit: Hit) => boolean;

/** Creates the object that a `Caster` fills in. */
export function createHit(): Hit {
  return { cell: new Int32Array(3), axis: 0, point: new Float64Array(3) };
}

/**
 * Creates a caster of rays along one direction.
 *
 * @param cells The grid
 * @param direction The rays' direction in cells, of any length
 */
export function createCaster(cells: FilledCells, direction: readonly number[]): Caster {
  const { filled, counts } = cells;
  // A component of zero would divide by zero; this one never crosses a cell of any grid.
  const along = Float64Array.from(direction, (d) => Math.abs(d) < 1e-9 ? 1e-9 : d);
  const step = along.map(Math.sign);
  const perCell = along.map((d) => 1 / Math.abs(d)); // ray length between two walls
  const strides = [1, counts[0], counts[0] * counts[1]];
  const box = boundsOf(cells);
  if (box.low[0]! >= box.high[0]!) return () => false; // nothing is filled
  const untilWall = new Float64Array(3);

  return (origin, hit) => {
    const { cell } = hit;
    let [near, far, axis] = [-Infinity, Infinity, 0];
    for (let a = 0; a < 3; a++) {
      const low = (box.low[a]! - origin[a]!) / along[a]!;
      const high = (box.high[a]! - origin[a]!) / along[a]!;
      if (Math.min(low, high) > near) [near, axis] = [Math.min(low, high), a];
      far = Math.min(far, Math.max(low, high));
    }
    if (near >= far) return false;

    let index = 0;
    for (let a = 0; a < 3; a++) {
      const at = origin[a]! + near * along[a]!;
      cell[a] = Math.min(Math.max(Math.floor(at), box.low[a]!), box.high[a]! - 1);
      untilWall[a] = near + (cell[a]! + (step[a]! > 0 ? 1 : 0) - at) / along[a]!;
      index += cell[a]! * strides[a]!;
    }
    let length = near;
    while (filled[index] === 0) {
      axis = untilWall[0]! < untilWall[1]!
        ? (untilWall[0]! < untilWall[2]! ? 0 : 2)
        : (untilWall[1]! < untilWall[2]! ? 1 : 2);
      length = untilWall[axis]!;
      cell[axis]! += step[axis]!;
      if (cell[axis]! < box.low[axis]! || cell[axis]! >= box.high[axis]!) return false;
      index += step[axis]! * strides[axis]!;
      untilWall[axis]! += perCell[axis]!;
    }
    hit.axis = axis;
    for (let a = 0; a < 3; a++) hit.point[a] = origin[a]! + length * along[a]!;
    return true;
  };
}

/** Gives the smallest box that contains every filled cell; rays outside it need no steps. */
function boundsOf({ filled, counts }: FilledCells): { low: number[]; high: number[] } {
  const [low, high] = [[...counts], [0, 0, 0]];
  for (let i = 0; i < filled.length; i++) {
    if (filled[i] === 0) continue;
    const column = i % counts[0];
    const row = Math.floor(i / counts[0]) % counts[1];
    const layer = Math.floor(i / (counts[0] * counts[1]));
    [column, row, layer].forEach((at, axis) => {
      low[axis] = Math.min(low[axis]!, at);
      high[axis] = Math.max(high[axis]!, at + 1);
    });
  }
  return { low, high };
}
