/**
 * `meshes:PATH`: OFF meshes from the user's own archive.
 *
 * @module
 */
import { basename } from "node:path";
import { loadMeshArchive } from "./mesh_archive.ts";
import { findPath, insteadOfFile } from "@/data/formats/path.ts";
import { type ImageSource, timesRendered } from "@/data/source.ts";

/**
 * Meshes in a zip file in ModelNet's layout, `<top>/<category>/{train,test}/<name>.off`, rendered; truth
 * and poses are kept. `meshes:PATH#cup+car` selects two categories,
 * `meshes:PATH` all.
 *
 * The source throws a RangeError for a path that is missing or has no such meshes, and a
 * SyntaxError for a damaged archive; unreadable meshes are left out.
 */
export const MESHES: ImageSource = {
  name: "meshes",
  takesPath: true,
  hasClasses: true,
  usesSeed: true,
  hasTruth: true,
  summary: "OFF meshes in a zip file laid out as ModelNet40's (#NAME+NAME picks categories)",
  load: async (request, path) => {
    const { classes } = request;
    const choice = classes.length > 0 ? `#${classes.join("+")}` : "";
    const file = await findPath(path, request.dataDir);
    const found = await insteadOfFile(file);
    if (found !== undefined) {
      throw new RangeError(
        `Cannot load meshes:${path}: the path must be a zip file, got ${found}`,
      );
    }
    return await loadMeshArchive({
      name: `meshes:${path}${choice}`,
      file,
      categories: classes,
      provenance: () =>
        `meshes in "${basename(path)}${choice}", each rendered ${timesRendered(request)}`,
    }, request);
  },
};
