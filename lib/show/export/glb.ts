/**
 * Meshes as GLB, the binary form of glTF 2.0.
 *
 * @module
 */
import { Document, NodeIO } from "@gltf-transform/core";
import type { SurfaceMesh } from "./mesh.ts";

/**
 * Gives the bytes of a GLB file with one mesh, of a rough material coloured by vertex.
 *
 * @param name Name of the mesh
 * @param mesh Positions in metres, y up
 */
export async function encodeGlb(name: string, mesh: SurfaceMesh): Promise<Uint8Array> {
  const document = new Document();
  const root = document.getRoot();
  root.getAsset().generator = "3D shapes from single images";
  const buffer = document.createBuffer();
  const vectors = (values: Float32Array<ArrayBuffer>) =>
    document.createAccessor().setType("VEC3").setArray(values).setBuffer(buffer);
  const material = document.createMaterial().setMetallicFactor(0).setRoughnessFactor(1);
  const primitive = document.createPrimitive()
    .setMaterial(material)
    .setAttribute("POSITION", vectors(Float32Array.from(mesh.positions)))
    .setAttribute("NORMAL", vectors(Float32Array.from(mesh.normals)))
    .setAttribute("COLOR_0", vectors(Float32Array.from(mesh.colours, toLinear)))
    .setIndices(
      document.createAccessor().setType("SCALAR").setArray(indicesOf(mesh)).setBuffer(buffer),
    );
  const node = document.createNode(name)
    .setMesh(document.createMesh(name).addPrimitive(primitive));
  root.setDefaultScene(document.createScene(name).addChild(node));
  return await new NodeIO().writeBinary(document);
}

/** glTF stores vertex colours as linear light, not screen levels: IEC 61966-2-1. */
function toLinear(level: number): number {
  return level <= 0.04045 ? level / 12.92 : ((level + 0.055) / 1.055) ** 2.4;
}

/** glTF reserves the highest index of each type. */
const MOST_SHORT_VERTICES = 65_535;

function indicesOf({ positions, triangles }: SurfaceMesh) {
  const isShort = positions.length / 3 <= MOST_SHORT_VERTICES;
  return isShort ? Uint16Array.from(triangles) : Uint32Array.from(triangles);
}
