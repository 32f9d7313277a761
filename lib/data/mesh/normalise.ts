/**
 * Fits meshes into the image: the only place that maps ModelNet's axes to ours.
 *
 * @module
 */
import type { Mesh } from "@/data/formats/off.ts";

/**
 * How far a mesh extends from the centre of the cube [-1, 1]^3. Choice: 0.9, so that at 28 pixels a
 * border of more than one pixel stays black and no surface touches the sides of the grid.
 */
const REACH = 0.9;

/**
 * Centres a mesh by its bounding box and scales it into an upright cylinder of radius and half
 * height 0.9, so that it fits the image and the grid at every azimuth.
 *
 * In a file z is up and objects face -y, as in ModelNet; ours are x to the right, y up and z away
 * from the viewer (`render/camera.ts`): ours (x, y, z) = file (x, z, y). The viewer at azimuth 0
 * sees the front. Corners without a triangle are ignored.
 *
 * @param mesh In the axes of the file
 * @param name Its name in messages
 * @returns In our axes, within [-0.9, 0.9]^3
 * @throws {RangeError} If all corners coincide
 */
export function normaliseMesh({ positions, triangles }: Mesh, name = "a mesh"): Mesh {
  const low = [Infinity, Infinity, Infinity];
  const high = [-Infinity, -Infinity, -Infinity];
  for (const corner of triangles) {
    for (let axis = 0; axis < 3; axis++) {
      const value = positions[3 * corner + axis]!;
      if (value < low[axis]!) low[axis] = value;
      if (value > high[axis]!) high[axis] = value;
    }
  }
  const [x, y, z] = low.map((value, axis) => (value + high[axis]!) / 2) as [number, number, number];
  let size = (high[2]! - low[2]!) / 2;
  for (const corner of triangles) {
    const radius = Math.hypot(positions[3 * corner]! - x, positions[3 * corner + 1]! - y);
    if (radius > size) size = radius;
  }
  if (size === 0) {
    throw new RangeError(
      `Cannot normalise ${name}: its corners must not coincide, got all at ${x}, ${y}, ${z}`,
    );
  }
  const scale = REACH / size;
  const turned = new Float32Array(positions.length);
  for (let at = 0; at < positions.length; at += 3) {
    turned[at] = (positions[at]! - x) * scale;
    turned[at + 1] = (positions[at + 2]! - z) * scale;
    turned[at + 2] = (positions[at + 1]! - y) * scale;
  }
  return { positions: turned, triangles };
}
