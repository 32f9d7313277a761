/**
 * `modelnet40`: the meshes of ModelNet40; the paper uses six categories.
 *
 * @module
 */
import { join } from "node:path";
import { download } from "./download.ts";
import { sha256OfFile } from "@/data/formats/gzip.ts";
import { loadMeshArchive } from "@/data/mesh/mesh_archive.ts";
import { type ImageSource, timesRendered } from "./source.ts";

/** The six categories of the paper, in the order of their labels. */
export const MODELNET40_CATEGORIES = [
  "chair",
  "car",
  "cup",
  "bowl",
  "person",
  "airplane",
] as const;

const FILE = "ModelNet40.zip";

/** The official archive: 2 GB, 9,843 training and 2,468 test meshes. */
const OFFICIAL = {
  mirrors: ["https://modelnet.cs.princeton.edu", "http://modelnet.cs.princeton.edu"],
  sha256: "42dc3e656932e387f554e25a4eb2cc0e1a1bd3ab54606e2a9eae444c60e536ac",
  meshCount: 12_311,
} as const;

/**
 * Meshes from `<dataDir>/modelnet40/ModelNet40.zip`, downloaded if missing, rendered from random
 * azimuths; truth and poses are kept. By default the six categories of the paper;
 * `modelnet40#sofa+bowl` selects any of the forty. The splits are the official ones of the archive.
 *
 * A partial archive is accepted; the provenance then says how many meshes it has. Choice: the
 * SHA-256 of 2 GB is checked once, after the download. Each mesh has its own checksum in the
 * archive, which is checked on every read.
 *
 * The source throws a DownloadError if no mirror serves a missing archive, a SyntaxError for a
 * damaged one, and a RangeError for a category or a split without meshes; unreadable meshes are
 * left out.
 */
export const MODELNET40: ImageSource = {
  name: "modelnet40",
  takesPath: false,
  hasClasses: true,
  usesSeed: true,
  hasTruth: true,
  summary: "meshes, each rendered once, downloaded on first use (2 GB); six categories unless " +
    "#NAME+NAME picks others",
  load: async (request) => {
    const { classes, dataDir, mirrors, onProgress, signal } = request;
    const file = join(dataDir, "modelnet40", FILE);
    const bases = mirrors?.modelnet40 ?? OFFICIAL.mirrors;
    await download({
      file,
      urls: bases.map((base) => `${base.replace(/\/$/, "")}/${FILE}`),
      sha256: OFFICIAL.sha256,
      sumOf: sha256OfFile,
      onProgress,
      signal,
    });
    const categories = classes.length > 0 ? classes : MODELNET40_CATEGORIES;
    return await loadMeshArchive({
      name: classes.length > 0 ? `modelnet40#${classes.join("+")}` : "modelnet40",
      file,
      categories,
      provenance: (meshCount) => {
        const { meshCount: whole } = OFFICIAL;
        const part = meshCount === whole ? "" : `, from ${meshCount} of its ${whole} meshes`;
        return `ModelNet40 (${categories.join(", ")}), each rendered ${
          timesRendered(request)
        }${part}`;
      },
    }, request);
  },
};
