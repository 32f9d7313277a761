/**
 * Meshes as Wavefront OBJ files.
 *
 * @module
 */
import type { SurfaceMesh } from "./mesh.ts";

/**
 * Gives the text of an OBJ file. Vertex colours follow positions, an extension that Blender,
 * MeshLab and three.js read; they are screen levels (sRGB).
 *
 * @param name Name of the object
 * @param mesh Positions in metres, y up
 */
export function encodeObj(name: string, mesh: SurfaceMesh): string {
  const lines = ["# x right, y up, z towards the viewer, in metres", `o ${name}`];
  const { positions, normals, colours, triangles } = mesh;
  for (let i = 0; i < positions.length; i += 3) {
    lines.push(`v ${inWords(positions, i)} ${inWords(colours, i)}`);
  }
  for (let i = 0; i < normals.length; i += 3) lines.push(`vn ${inWords(normals, i)}`);
  for (let i = 0; i < triangles.length; i += 3) {
    // The file counts from 1; normals have the indices of positions.
    const corners = Array.from(triangles.subarray(i, i + 3), (at) => `${at + 1}//${at + 1}`);
    lines.push(`f ${corners.join(" ")}`);
  }
  return lines.join("\n") + "\n";
}

/** Choice: five digits, a hundredth of a millimetre. */
function inWords(values: Float32Array, at: number): string {
  return Array.from(values.subarray(at, at + 3), (value) => value.toFixed(5)).join(" ");
}
