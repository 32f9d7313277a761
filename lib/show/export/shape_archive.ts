/**
 * Shapes as files for other programs: meshes, voxels, figures and their origin, in one zip file.
 *
 * @module
 */
import JSZip from "jszip";
import { encodeNpy } from "@/data/formats/npy.ts";
import { inFileAxes } from "@/data/voxel_grids.ts";
import { writeAtomically } from "@/engine/files.ts";
import { stopButton } from "@/engine/stop_button.ts";
import { encodeGif } from "@/show/plot/animation.ts";
import { type Exhibit, trainingStrips, turntable } from "@/show/plot/figures.ts";
import { encodePng } from "@/show/plot/bitmap.ts";
import type { FigureRecord } from "@/show/plot/figure_file.ts";
import { THRESHOLD, type VoxelGrid } from "@/render/voxel_grid.ts";
import { encodeGlb } from "./glb.ts";
import { meshOf, type SurfaceMesh } from "./mesh.ts";
import { encodeObj } from "./obj.ts";
import { solidOf, type SolidReport } from "./solid.ts";

/** How shapes are exported. */
export interface ExportOptions {
  /** How the shapes were made. */
  readonly record: FigureRecord;
  /** Training steps of the model. */
  readonly step: number;
  /** The occupancy from which a voxel counts, and of the meshes' surface, > 0; 0.05 by default. */
  readonly threshold?: number;
  /** Whether shapes are made solid first, see `solidOf`; as they are by default. */
  readonly isSolid?: boolean;
}

/** One shape as written. */
export interface ExportedShape {
  /** Its label. */
  readonly label: string;
  /** Its folder in the zip. */
  readonly folder: string;
  /** Voxels that reach the threshold. */
  readonly voxels: number;
  /** Vertices of the mesh. */
  readonly vertices: number;
  /** Triangles of the mesh. */
  readonly triangles: number;
  /** What was done to make it solid, if anything was. */
  readonly solid?: SolidReport;
}

/** The file as written. */
export interface Exported {
  /** The zip file. */
  readonly file: string;
  /** Its size in bytes. */
  readonly byteCount: number;
  /** Its shapes, in the order of the exhibits. */
  readonly shapes: readonly ExportedShape[];
}

/**
 * Writes a zip file with, for each shape, `mesh.glb`, `mesh.obj`, `occupancy.npy` and `voxels.npy` in a
 * folder named after its label; and `strips.png`, `turntable.gif`, `config.json`, `metrics.json` and
 * `README.txt`. The arrays are in the axes of `voxels:PATH`, which reads the zip again. It is written under a temporary name and renamed. The same shapes give the same bytes.
 *
 * @param path The file to write
 * @param exhibits The shapes, at least one; in the meshes their fronts face +z
 * @param options Threshold, and how the shapes were made
 * @throws {RangeError} If there are no shapes, or no voxel of a shape reaches the threshold
 */
export async function exportShapes(
  path: string,
  exhibits: readonly Exhibit[],
  options: ExportOptions,
): Promise<Exported> {
  if (exhibits.length === 0) {
    throw new RangeError("Cannot export shapes: exhibits must not be empty");
  }
  const { record, step, threshold = THRESHOLD, isSolid = false } = options;
  const files: Record<string, string | Uint8Array> = {};
  const shapes: ExportedShape[] = [];
  const shown: Exhibit[] = [];
  for (const exhibit of exhibits) {
    stopButton.check();
    const { grid, report } = isSolid
      ? solidOf(exhibit.grid, threshold)
      : { grid: exhibit.grid, report: undefined };
    const exported = { ...exhibit, grid };
    const mesh = meshOfExhibit(exported, threshold);
    const folder = folderOf(exhibit.label, shapes.map(({ folder }) => folder));
    const { occupancy, size } = exhibit.grid;
    const filled = Uint8Array.from(grid.occupancy, (value) => value >= threshold ? 1 : 0);
    shown.push(exported);
    files[`${folder}/mesh.glb`] = await encodeGlb(exhibit.label, mesh);
    files[`${folder}/mesh.obj`] = encodeObj(folder, mesh);
    files[`${folder}/occupancy.npy`] = gridFile(Float32Array.from(occupancy), size);
    files[`${folder}/voxels.npy`] = gridFile(filled, size);
    shapes.push({
      label: exhibit.label,
      folder,
      voxels: filled.reduce((sum, value) => sum + value, 0),
      vertices: mesh.positions.length / 3,
      triangles: mesh.triangles.length / 3,
      ...(report && { solid: report }),
    });
  }
  const { config, ...measured } = record;
  files["strips.png"] = encodePng(trainingStrips(shown, step, { threshold }));
  files["turntable.gif"] = encodeGif(turntable(shown, { threshold, width: 160, columns: 5 }));
  files["config.json"] = inJson(config);
  files["metrics.json"] = inJson({ ...measured, step, threshold, isSolid, shapes });
  files["README.txt"] = readMe(threshold, isSolid);
  const bytes = await zipped(files);
  await writeAtomically(path, bytes);
  return { file: path, byteCount: bytes.length, shapes };
}

/** Encodes a grid in the axes in which `voxels:PATH` reads it. */
function gridFile(values: Float32Array | Uint8Array, size: VoxelGrid["size"]): Uint8Array {
  const { cells, shape } = inFileAxes(values, size);
  return encodeNpy(cells, shape);
}

/**
 * Gives the surface of a shape, its front along +z.
 *
 * @throws {RangeError} If no voxel reaches the threshold; the message names the shape
 */
export function meshOfExhibit({ label, grid, front }: Exhibit, threshold: number): SurfaceMesh {
  try {
    return meshOf(grid, { threshold, front });
  } catch (cause) {
    const { message } = cause as Error;
    throw new RangeError(`Cannot export ${JSON.stringify(label)}: ${message}`, { cause });
  }
}

/** Gives a plain name for files of a shape, that is not taken. */
export function folderOf(label: string, taken: readonly string[]): string {
  const plain = label.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-").replaceAll(/^-|-$/g, "");
  const name = plain || "shape";
  for (let count = 1;; count++) {
    const folder = count === 1 ? name : `${name}-${count}`;
    if (!taken.includes(folder)) return folder;
  }
}

function inJson(value: unknown): string {
  return JSON.stringify(value, null, 2) + "\n";
}

/** Zip files date every entry. Choice: the earliest date, for equal bytes each time. */
const DATE = new Date(Date.UTC(1980, 0, 1));

async function zipped(files: Readonly<Record<string, string | Uint8Array>>): Promise<Uint8Array> {
  const zip = new JSZip();
  for (const [name, content] of Object.entries(files)) {
    zip.file(name, content, { date: DATE, createFolders: false });
  }
  return await zip.generateAsync({ type: "uint8array", compression: "DEFLATE" });
}

/** What was done to the shapes. */
const MADE_SOLID = `
Meshes and voxels.npy are solids: cells that no level view can show are filled, gaps of a voxel or two
between pieces are closed, and specks are dropped. metrics.json says how many, of each shape.
occupancy.npy is what the model predicted, before all that.
`;

function readMe(threshold: number, isSolid: boolean): string {
  return `3D shapes from single images

Each folder is one shape:

mesh.glb       closed surface at occupancy ${threshold}, glTF 2.0: x right, y up, z towards the viewer,
               metres; the grid is a cube of 1 m around the origin; vertex colours are positions
mesh.obj       the same, as text; colours follow the positions of vertices
occupancy.npy  float32 [X, Y, Z]: X to the right, Y away from the viewer at azimuth 0, Z upwards
voxels.npy     uint8 [X, Y, Z]: 1 where the occupancy is at least ${threshold}; this project reads
               it again as voxels:FILE.npy, or all shapes as voxels:FILE.zip

The front of a mesh, along +z, is the viewpoint of the image that the shape was made from; the
arrays are as the model has them. config.json is the run, metrics.json what was measured.
${isSolid ? MADE_SOLID : ""}`;
}
