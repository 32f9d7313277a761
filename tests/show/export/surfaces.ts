/** Properties of the surface of any solid, and solids to test them on. */
import assert from "node:assert/strict";
import type { Surface } from "@/show/export/surface.ts";
import type { VoxelGrid } from "@/render/voxel_grid.ts";

type Triangles = Pick<Surface, "positions" | "triangles">;

/** The sides of all triangles, each as `from * V + to`. */
function sidesOf({ positions, triangles }: Triangles): number[] {
  const vertexCount = positions.length / 3;
  return Array.from(triangles, (from, i) => {
    const to = triangles[i % 3 === 2 ? i - 2 : i + 1]!;
    return from * vertexCount + to;
  });
}

/**
 * Asserts that a surface is a closed, oriented 2-manifold: every side is traversed once in each
 * direction, and the triangles around every vertex form one ring.
 */
export function assertManifold(surface: Triangles): void {
  const vertexCount = surface.positions.length / 3;
  const sides = sidesOf(surface);
  const known = new Set(sides);
  assert.equal(known.size, sides.length, "no side is run through twice in one direction");
  for (const side of sides) {
    const back = (side % vertexCount) * vertexCount + Math.floor(side / vertexCount);
    assert.ok(known.has(back), "every side is traversed in the other direction too");
  }
  // Around a vertex each triangle leads from one neighbour to the next.
  const next = Array.from({ length: vertexCount }, () => new Map<number, number>());
  const { triangles } = surface;
  for (let i = 0; i < triangles.length; i += 3) {
    const [a, b, c] = triangles.subarray(i, i + 3) as unknown as [number, number, number];
    for (const [vertex, from, to] of [[a, b, c], [b, c, a], [c, a, b]] as const) {
      next[vertex]!.set(from, to);
    }
  }
  for (const ring of next) {
    const [first] = ring.keys();
    assert.notEqual(first, undefined, "every vertex is in use");
    let length = 0;
    for (let at = first!; length === 0 || at !== first; at = ring.get(at)!) length++;
    assert.equal(length, ring.size, "the triangles around a vertex form one ring");
  }
}

/** Vertices - sides + triangles: 2 for a ball, 0 for a ring, twice as much for two balls. */
export function eulerCharacteristic(surface: Triangles): number {
  const triangleCount = surface.triangles.length / 3;
  return surface.positions.length / 3 - sidesOf(surface).length / 2 + triangleCount;
}

/** The enclosed volume, by the divergence theorem; negative if the surface is inside out. */
export function volumeOf({ positions, triangles }: Triangles): number {
  let sum = 0;
  for (let i = 0; i < triangles.length; i += 3) {
    const [a, b, c] = [0, 1, 2].map((k) => {
      const at = 3 * triangles[i + k]!;
      return positions.subarray(at, at + 3);
    }) as [Float32Array, Float32Array, Float32Array];
    sum += a[0]! * (b[1]! * c[2]! - b[2]! * c[1]!) + a[1]! * (b[2]! * c[0]! - b[0]! * c[2]!) +
      a[2]! * (b[0]! * c[1]! - b[1]! * c[0]!);
  }
  return sum / 6;
}

/** A grid whose occupancy is a function of the voxels' centres, in voxels. */
export function gridOf(
  size: VoxelGrid["size"],
  occupancy: (column: number, row: number, layer: number) => number,
): VoxelGrid {
  const [layers, rows, columns] = size;
  const values = Float32Array.from({ length: layers * rows * columns }, (_, i) =>
    occupancy(
      i % columns + 0.5,
      Math.floor(i / columns) % rows + 0.5,
      Math.floor(i / columns / rows) + 0.5,
    ));
  return { occupancy: values, size };
}

/** A ball with the value 1 at its border, more inside and less outside. */
export function ball(radius: number): VoxelGrid {
  return gridOf(
    [22, 24, 26],
    (column, row, layer) => Math.max(0, radius + 1 - Math.hypot(column - 13, row - 12, layer - 11)),
  );
}
