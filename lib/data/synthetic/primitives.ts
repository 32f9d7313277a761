/**
 * Simple bodies, and how they fill a voxel grid.
 *
 * Coordinates follow `render/camera.ts`: x to the right, y up, z away from the viewer; the grid
 * fills [-1, 1]^3.
 *
 * @module
 */

/** A point in the grid's cube. */
export type Place = readonly [x: number, y: number, z: number];

/** A body: its bounding box, and a test for points in it. */
export interface Primitive {
  /** The corner with the smallest coordinates. */
  readonly low: Place;
  /** The corner with the largest. */
  readonly high: Place;
  /** Whether a point in the box belongs to the body. */
  readonly contains: (x: number, y: number, z: number) => boolean;
  /** Whether it clears cells set by earlier bodies. */
  readonly isHole?: boolean;
}

/** Makes a box between two corners. */
export function box(low: Place, high: Place): Primitive {
  return { low, high, contains: () => true };
}

/** Makes an ellipsoid. */
export function ellipsoid([cx, cy, cz]: Place, [rx, ry, rz]: Place): Primitive {
  return {
    low: [cx - rx, cy - ry, cz - rz],
    high: [cx + rx, cy + ry, cz + rz],
    contains: (x, y, z) => ((x - cx) / rx) ** 2 + ((y - cy) / ry) ** 2 + ((z - cz) / rz) ** 2 <= 1,
  };
}

/** Makes a frustum about the vertical axis. */
export function frustum(
  { bottom, top, bottomRadius, topRadius }: {
    bottom: number;
    top: number;
    bottomRadius: number;
    topRadius: number;
  },
): Primitive {
  const widest = Math.max(bottomRadius, topRadius);
  return {
    low: [-widest, bottom, -widest],
    high: [widest, top, widest],
    contains: (x, y, z) => {
      const radius = bottomRadius + (topRadius - bottomRadius) * (y - bottom) / (top - bottom);
      return x * x + z * z <= radius * radius;
    },
  };
}

/** Makes a capsule from `a` to `b`: a limb, a leg, a fuselage. */
export function capsule(a: Place, b: Place, radius: number): Primitive {
  const along = [b[0] - a[0], b[1] - a[1], b[2] - a[2]] as const;
  const lengthSquared = Math.max(along[0] ** 2 + along[1] ** 2 + along[2] ** 2, 1e-12);
  return {
    low: [0, 1, 2].map((i) => Math.min(a[i]!, b[i]!) - radius) as unknown as Place,
    high: [0, 1, 2].map((i) => Math.max(a[i]!, b[i]!) + radius) as unknown as Place,
    contains: (x, y, z) => {
      const [dx, dy, dz] = [x - a[0], y - a[1], z - a[2]];
      const share = (dx * along[0] + dy * along[1] + dz * along[2]) / lengthSquared;
      const t = Math.min(1, Math.max(0, share));
      const gap = (dx - t * along[0]) ** 2 + (dy - t * along[1]) ** 2 + (dz - t * along[2]) ** 2;
      return gap <= radius * radius;
    },
  };
}

/** Makes a torus in the xy plane: the handle of a cup. */
export function ring([cx, cy, cz]: Place, radius: number, thickness: number): Primitive {
  const reach = radius + thickness;
  return {
    low: [cx - reach, cy - reach, cz - thickness],
    high: [cx + reach, cy + reach, cz + thickness],
    contains: (x, y, z) =>
      (Math.hypot(x - cx, y - cy) - radius) ** 2 + (z - cz) ** 2 <= thickness ** 2,
  };
}

/** The axis of a prism; its corners are given in the other two, in the order x, y, z. */
export type PrismAxis = "x" | "y" | "z";

/** Extrudes a polygon along an axis: a wing, a fin, the profile of a car. */
export function prism(
  axis: PrismAxis,
  corners: readonly (readonly [number, number])[],
  from: number,
  to: number,
): Primitive {
  const us = corners.map(([u]) => u);
  const vs = corners.map(([, v]) => v);
  const place = (u: number, v: number, along: number): Place =>
    axis === "x" ? [along, u, v] : axis === "y" ? [u, along, v] : [u, v, along];
  return {
    low: place(Math.min(...us), Math.min(...vs), from),
    high: place(Math.max(...us), Math.max(...vs), to),
    contains: (x, y, z) =>
      isInside(
        corners,
        ...(axis === "x" ? [y, z] : axis === "y" ? [x, z] : [x, y]) as [number, number],
      ),
  };
}

/** Whether a polygon contains a point: a ray from it crosses an odd number of sides. */
function isInside(corners: readonly (readonly [number, number])[], u: number, v: number): boolean {
  let isOdd = false;
  for (let i = 0, j = corners.length - 1; i < corners.length; j = i++) {
    const [ui, vi] = corners[i]!;
    const [uj, vj] = corners[j]!;
    if (vi > v !== vj > v && u < ui + (uj - ui) * (v - vi) / (vj - vi)) isOdd = !isOdd;
  }
  return isOdd;
}

/**
 * Fills the cells of a grid whose centres lie in the bodies, body by body.
 *
 * @param voxels `[size, size, size]` in the axes D, H, W; changed in place
 * @param size The side in cells
 * @param bodies Later ones override earlier ones
 */
export function fillGrid(voxels: Uint8Array, size: number, bodies: readonly Primitive[]): void {
  const centre = (i: number) => (2 * i + 1) / size - 1;
  const first = (coordinate: number) => Math.max(0, Math.ceil(((coordinate + 1) * size - 1) / 2));
  const last = (coordinate: number) => Math.min(size - 1, ((coordinate + 1) * size - 1) / 2);
  for (const { low, high, contains, isHole } of bodies) {
    for (let d = first(low[2]); d <= last(high[2]); d++) {
      // H runs against y.
      for (let h = first(-high[1]); h <= last(-low[1]); h++) {
        for (let w = first(low[0]); w <= last(high[0]); w++) {
          if (contains(centre(w), -centre(h), centre(d))) {
            voxels[(d * size + h) * size + w] = isHole ? 0 : 1;
          }
        }
      }
    }
  }
}
