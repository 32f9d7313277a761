/**
 * Renders a shaded image of a mesh: orthographic, with a depth buffer.
 *
 * @module
 */
import type { Mesh } from "@/data/formats/off.ts";

/**
 * Samples per pixel side. Choice: 8, so that a rod an eighth of a pixel wide still leaves a grey
 * trace.
 */
const SAMPLES = 8;

/**
 * Brightness of a surface seen edge-on. Choice: 0.3, so that every surface stands out from the
 * black background while slopes remain distinct.
 */
const AMBIENT = 0.3;

/**
 * Renders a white object on black under a headlight:
 *
 * brightness = ambient + (1 - ambient) |cos of the angle between the surface and the viewing ray|
 *
 * Choice: two-sided flat shading, because meshes from the Web have neither normals nor a reliable
 * orientation. Choice: a light at the camera casts no shadow and favours no side, so shading shows
 * the slope of a surface and nothing about the azimuth.
 *
 * @param mesh Within [-1, 1]^3, in the axes of `render/camera.ts`
 * @param azimuth Of the camera, radians, as in `render/camera.ts`: the image has the silhouette that
 *   `projectVoxels` gives for the mesh's voxels at the same azimuth
 * @param size S, the side of the image
 * @returns `[S, S]` row by row, values in [0, 1]
 */
export function rasteriseMesh(mesh: Mesh, azimuth: number, size: number): Float32Array {
  const side = size * SAMPLES;
  const points = toSamples(mesh.positions, azimuth, side);
  const depths = new Float32Array(side * side).fill(Infinity);
  const samples = new Float32Array(side * side);
  for (let at = 0; at < mesh.triangles.length; at += 3) {
    const corners = mesh.triangles;
    drawTriangle(points, 3 * corners[at]!, 3 * corners[at + 1]!, 3 * corners[at + 2]!);
  }
  return average(samples, size);

  function drawTriangle(points: Float32Array, a: number, b: number, c: number): void {
    const [ax, ay, az] = [points[a]!, points[a + 1]!, points[a + 2]!];
    const [abx, aby, abz] = [points[b]! - ax, points[b + 1]! - ay, points[b + 2]! - az];
    const [acx, acy, acz] = [points[c]! - ax, points[c + 1]! - ay, points[c + 2]! - az];
    const normalX = aby * acz - abz * acy;
    const normalY = abz * acx - abx * acz;
    const normalZ = abx * acy - aby * acx; // twice the area in the image
    if (normalZ === 0) return;
    const slope = Math.abs(normalZ) / Math.hypot(normalX, normalY, normalZ);
    const brightness = AMBIENT + (1 - AMBIENT) * slope;
    const right = Math.min(side - 1, Math.floor(Math.max(ax, ax + abx, ax + acx)));
    const bottom = Math.min(side - 1, Math.floor(Math.max(ay, ay + aby, ay + acy)));
    const left = Math.max(0, Math.ceil(Math.min(ax, ax + abx, ax + acx)));
    const top = Math.max(0, Math.ceil(Math.min(ay, ay + aby, ay + acy)));
    for (let row = top; row <= bottom; row++) {
      for (let column = left; column <= right; column++) {
        const [x, y] = [column - ax, row - ay];
        const shareB = (x * acy - y * acx) / normalZ;
        const shareC = (y * abx - x * aby) / normalZ;
        if (shareB < 0 || shareC < 0 || shareB + shareC > 1) continue;
        const depth = az + shareB * abz + shareC * acz;
        const sample = row * side + column;
        if (depth >= depths[sample]!) continue;
        depths[sample] = depth;
        samples[sample] = brightness;
      }
    }
  }
}

/**
 * Rotates corners by the azimuth and converts them to samples: column, row, and depth in the same
 * unit, which preserves slopes. A corner (x, y, z) appears at (x cos a - z sin a, y, x sin a + z
 * cos a), the inverse of the rotation from image to grid in `render/camera.ts`.
 */
function toSamples(positions: Float32Array, azimuth: number, side: number): Float32Array {
  const [cos, sin] = [Math.cos(azimuth), Math.sin(azimuth)];
  const points = new Float32Array(positions.length);
  for (let at = 0; at < positions.length; at += 3) {
    const [x, y, z] = [positions[at]!, positions[at + 1]!, positions[at + 2]!];
    points[at] = ((x * cos - z * sin + 1) * side - 1) / 2;
    points[at + 1] = ((1 - y) * side - 1) / 2;
    points[at + 2] = (x * sin + z * cos) * side / 2;
  }
  return points;
}

/** Averages the samples of each pixel. */
function average(samples: Float32Array, size: number): Float32Array {
  const side = size * SAMPLES;
  const image = new Float32Array(size * size);
  for (let row = 0; row < side; row++) {
    const start = Math.floor(row / SAMPLES) * size;
    for (let column = 0; column < side; column++) {
      image[start + Math.floor(column / SAMPLES)]! += samples[row * side + column]!;
    }
  }
  return image.map((sum) => sum / SAMPLES ** 2);
}
