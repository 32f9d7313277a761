/**
 * Meshes from an archive in ModelNet's layout: `<top>/<category>/{train,test}/<name>.off`.
 *
 * @module
 */
import { readOff } from "@/data/formats/off.ts";
import { createRandom, seedFor } from "@/engine/random.ts";
import type { TensorFile } from "@/data/formats/safetensors.ts";
import { joinSets } from "@/data/combine.ts";
import { conversionFile, readConversion, writeConversion } from "@/data/conversions.ts";
import type { ImageSet } from "@/data/image_set.ts";
import { categorySet, type CategoryViews, encodeViews, viewMesh } from "./mesh_views.ts";
import { azimuthStreams, type LoadRequest, type Split } from "@/data/source.ts";
import { isSystemFile } from "@/data/formats/system_files.ts";
import { listZip, readZip } from "@/data/formats/zip.ts";

/** The meshes to load and their provenance. */
export interface MeshArchive {
  /** The name of the set. */
  readonly name: string;
  /** The archive's path. */
  readonly file: string;
  /** The categories in the order of their labels; all of them, by name, if empty. */
  readonly categories: readonly string[];
  /** Describes where the meshes come from, given the number of meshes in the archive. */
  readonly provenance: (meshCount: number) => string;
}

/** Limit on a mesh's file size; processing one then takes less than 300 MB. */
const MAX_BYTES = 2 ** 27;

/** Raise it when the conversion changes, to invalidate the cache. */
const VERSION = 2;

/**
 * Loads the meshes of one split. Each is rendered from uniform azimuths that depend on the seed and its
 * name; its voxels and azimuths are kept as truth.
 *
 * Categories in the cache are read from there; the others are converted in one pass through the
 * archive, mesh by mesh, and cached.
 *
 * Choice: an unreadable mesh is left out, and the set says so, because one broken file among
 * thousands should not block the rest. A damaged archive is an error.
 *
 * @param archive The meshes to load
 * @param request `split`, `seed`, `imageSize` (also the side of the grids), `imagesPerObject`, `cacheDir`,
 *   `onProgress` and `signal`
 * @throws {RangeError} If the archive lacks a category, or has no readable mesh in the split
 * @throws What `readZip` throws
 */
export async function loadMeshArchive(
  archive: MeshArchive,
  request: LoadRequest,
): Promise<ImageSet> {
  const { name, file } = archive;
  const { split, imageSize: size } = request;
  const places = (await listZip(file)).flatMap((entry) => placeOf(entry) ?? []);
  const known = [...new Set(places.map(({ category }) => category))].sort();
  const categories = archive.categories.length > 0 ? archive.categories : known;
  const unknown = categories.find((category) => !known.includes(category));
  if (unknown !== undefined || known.length === 0) {
    throw new RangeError(
      `Cannot load ${name}: "${file}" must hold meshes of ${unknown ?? "some category"} ` +
        `as CATEGORY/train/NAME.off and CATEGORY/test/NAME.off, ` +
        `got ${known.join(", ") || "none"}; choose categories with #NAME+NAME`,
    );
  }
  const views = await categoryViews(archive, { categories, places }, request);
  const provenance = archive.provenance(places.length);
  const set = joinSets(
    name,
    categories.map((each) => categorySet(each, views.get(each)!, { size, provenance })),
  );
  if (set.count > 0) return set;
  throw new RangeError(
    `Cannot load ${name}: "${file}" must hold a readable ${split} mesh ` +
      `of ${categories.join(", ")}, ` +
      `got ${set.leftOut?.join("; ") ?? "none"}`,
  );
}

/** A mesh's entry in the archive. */
interface MeshPlace {
  readonly entry: string;
  readonly category: string;
  readonly split: Split;
}

function placeOf(entry: string): MeshPlace | undefined {
  const [, category, split] = /(?:^|\/)([^/]+)\/(train|test)\/[^/]+\.off$/i.exec(entry) ?? [];
  if (category === undefined || isSystemFile(entry)) return;
  return { entry, category, split: split!.toLowerCase() as Split };
}

/** The chosen categories, and all meshes of the archive. */
interface MeshChoice {
  readonly categories: readonly string[];
  readonly places: readonly MeshPlace[];
}

/** Reads categories from the cache, after converting the missing ones. */
async function categoryViews(
  archive: MeshArchive,
  { categories, places }: MeshChoice,
  request: LoadRequest,
): Promise<Map<string, TensorFile>> {
  const { split, seed, imageSize, imagesPerObject, cacheDir } = request;
  const kept = new Map<string, TensorFile>();
  const missing = new Map<string, string>();
  for (const category of categories) {
    const cacheFile = await conversionFile(cacheDir, {
      name: `meshes-${category.replaceAll(/[^\w-]/g, "_")}-${split}`,
      archive: archive.file,
      options: {
        ...{ VERSION, category, split, seed, imageSize },
        ...(imagesPerObject > 1 && { imagesPerObject }), // conversions of one image are older
      },
    });
    const conversion = await readConversion(cacheFile);
    if (conversion) kept.set(category, conversion);
    else missing.set(category, cacheFile);
  }
  if (missing.size === 0) return kept;
  const made = await convert(archive, { categories: [...missing.keys()], places }, request);
  for (const [category, cacheFile] of missing) {
    const conversion = encodeViews(made.get(category)!);
    await writeConversion(cacheFile, conversion);
    kept.set(category, conversion);
  }
  return kept;
}

/** Converts categories in one pass through the archive. */
async function convert(
  { name, file }: MeshArchive,
  { categories, places }: MeshChoice,
  request: LoadRequest,
): Promise<Map<string, CategoryViews>> {
  const { split, seed, imageSize: size, onProgress, signal } = request;
  const made = new Map<string, CategoryViews>(
    categories.map((category) => [category, { views: [], leftOut: [] }]),
  );
  const targets = new Map(
    places.filter((place) => place.split === split && made.has(place.category))
      .map(({ entry, category }) => [entry, made.get(category)!]),
  );
  let done = 0;
  const tell = () =>
    onProgress?.({ task: `convert ${name}`, done: ++done, total: targets.size, unit: "images" });
  const wanted = (entry: string, byteCount: number) => {
    const target = targets.get(entry);
    if (target && byteCount > MAX_BYTES) {
      target.leftOut.push(
        `Cannot read "${entry}": it must have at most ${MAX_BYTES} bytes, got ${byteCount}`,
      );
      tell();
    }
    return target !== undefined && byteCount <= MAX_BYTES;
  };
  for await (const { name: entry, bytes } of readZip(file, { wanted, maxBytes: MAX_BYTES })) {
    signal?.throwIfAborted();
    const { views, leftOut } = targets.get(entry)!;
    // Keyed by the mesh's path, so its azimuths do not depend on what else is loaded.
    const place = entry.split("/").slice(-3).join("/");
    const azimuths = azimuthStreams(place, request)
      .map((stream) => createRandom(seedFor(seed, stream)).uniform(0, 2 * Math.PI));
    try {
      views.push(viewMesh(readOff(bytes, entry), entry, { azimuths, size }));
    } catch (error) {
      if (!(error instanceof SyntaxError || error instanceof RangeError)) throw error;
      leftOut.push(error.message);
    }
    tell();
  }
  return made;
}
