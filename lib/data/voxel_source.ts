/**
 * `voxels:PATH`: occupancy grids from NumPy files, rendered.
 *
 * @module
 */
import { basename } from "node:path";
import { onFile } from "@/engine/system_error.ts";
import { gunzip } from "@/data/formats/gzip.ts";
import type { ImageSet } from "./image_set.ts";
import { readNpy } from "@/data/formats/npy.ts";
import { requireNpzStart } from "@/data/formats/npz.ts";
import { findPath, insteadOfFile } from "@/data/formats/path.ts";
import { renderGrids } from "./render_grids.ts";
import { type ImageSource, type LoadRequest, type Split, timesRendered } from "./source.ts";
import { type ReadGrids, voxelGrids } from "./voxel_grids.ts";
import { isSystemFile } from "@/data/formats/system_files.ts";
import { listZip, readZip } from "@/data/formats/zip.ts";

/** Arrays that a message names. */
const MOST_NAMED = 8;

/** Limit on an array's inflated size. */
const MAX_BYTES = 2 ** 31 - 1;

/** The grids of one array. */
interface NamedGrids extends ReadGrids {
  /** The array's name without `_train` or `_test`. */
  readonly className: string;
}

/**
 * Grids in a `.npy`, `.npy.gz`, `.npz` or `.zip` file, each rendered at seeded random azimuths; truth and
 * poses are kept, the truth at the file's resolution. `voxel_grids.ts` says which arrays are grids.
 *
 * Arrays of a `.npz`: `PATH#chair+sofa` takes the arrays `chair` and `sofa`, or else `chair_train`
 * and `sofa_train` (`_test` for the test split). Without `#`, it takes all arrays whose names end
 * in `_train` (`_test`), or all arrays if no name ends in either. Names that end in `_names`, and
 * files that do not end in `.npy`, are ignored. Arrays become classes, unless there are more than 256. A file without splits gives all
 * its grids for both. Of an archive with files `NAME/voxels.npy`, as `exportShapes` writes it, these alone
 * are read, each as the array `NAME`.
 *
 * The source throws a SyntaxError for damaged files, and a RangeError or TypeError for a missing
 * file, an unknown array, or values that are not grids.
 */
export const VOXELS: ImageSource = {
  name: "voxels",
  takesPath: true,
  hasClasses: true,
  usesSeed: true,
  hasTruth: true,
  summary:
    "voxel grids in a .npy, .npy.gz, .npz or .zip file (#NAME+NAME picks arrays), each rendered once",
  load: loadVoxels,
};

async function loadVoxels(request: LoadRequest, path: string): Promise<ImageSet> {
  const choice = request.classes.length > 0 ? `#${request.classes.join("+")}` : "";
  const file = await findPath(path, request.dataDir);
  const parts = /\.(npz|zip)$/.test(path)
    ? await readArchive(file, request)
    : [await readArray(file + choice)];
  const grids = joinGrids(parts, path);
  const { pixels, ...rendered } = await renderGrids(grids, request, `voxels/${request.split}`);
  return {
    name: `voxels:${path}${choice}`,
    provenance: `voxel grids in "${basename(path)}${choice}"` +
      (grids.isSqueezed ? " without axes of length 1" : "") +
      `, each rendered ${timesRendered(request)}`,
    size: request.imageSize,
    count: rendered.azimuths.length,
    pixels,
    ...(parts.length <= 256 && classesOf(parts, rendered.objects)),
    truth: { size: grids.size, voxels: grids.voxels, ...rendered },
    ...(grids.leftOut.length > 0 && { leftOut: grids.leftOut }),
  };
}

async function readArray(file: string): Promise<NamedGrids> {
  if (!/\.npy(\.gz)?$/.test(file)) {
    throw new RangeError(
      `Cannot load voxels: the path must end in .npy, .npy.gz, .npz, .zip, ` +
        `.npz#NAME or .zip#NAME, got "${file}"`,
    );
  }
  await requireFile(file);
  const stored = await onFile("read", file, () => Deno.readFile(file));
  const bytes = file.endsWith(".gz") ? await gunzip(stored, file, MAX_BYTES) : stored;
  const className = file.replace(/^.*\//, "").replace(/\.npy(\.gz)?$/, "");
  return { ...voxelGrids(readNpy(bytes, file), file), className };
}

async function readArchive(
  file: string,
  { classes, split, signal }: LoadRequest,
): Promise<NamedGrids[]> {
  await requireFile(file);
  if (file.endsWith(".npz")) await requireNpzStart(file);
  const members = await listZip(file);
  const arrays = arraysOf(members);
  const names = [...arrays.values()];
  if (names.length === 0) {
    throw new RangeError(
      `Cannot load voxels:${file}: the archive must hold at least one .npy file, ` +
        `got ${members.slice(0, 3).join(", ") || "no file"}; save it with numpy.savez`,
    );
  }
  const chosen = chooseArrays(file, names, classes, split);
  const parts = new Map<string, NamedGrids>();
  const selection = {
    wanted: (member: string) => chosen.includes(arrays.get(member) ?? ""),
    maxBytes: MAX_BYTES,
  };
  for await (const entry of readZip(file, selection)) {
    signal?.throwIfAborted();
    const array = arrays.get(entry.name)!;
    const where = `${file}#${array}`;
    const className = array.replace(/_(train|test)$/, "");
    try {
      parts.set(array, { ...voxelGrids(readNpy(entry.bytes, where), where), className });
    } catch (error) {
      const isOnlyOne = chosen.length === 1 || classes.length > 0;
      if (!isOnlyOne && error instanceof Error) {
        error.message += `; or choose the arrays of grids with #NAME, of ${
          names.slice(0, MOST_NAMED).join(", ")
        }`;
      }
      throw error;
    }
  }
  return chosen.map((array) => parts.get(array)!);
}

/** Names the members that are arrays; all else is what was packed with them. */
function arraysOf(members: readonly string[]): ReadonlyMap<string, string> {
  const named = (pattern: RegExp) =>
    members.filter((member) => !isSystemFile(member)).flatMap((member) => {
      const name = pattern.exec(member)?.[1];
      return name === undefined ? [] : [[member, name] as const];
    });
  const exported = named(/^(.+)\/voxels\.npy$/s);
  return new Map(exported.length > 0 ? exported : named(/^(.+)\.npy$/s));
}

/** Applies the rule in the doc of `VOXELS`. */
function chooseArrays(
  file: string,
  names: readonly string[],
  choice: readonly string[],
  split: Split,
): string[] {
  const grids = names.filter((name) => !name.endsWith("_names"));
  if (choice.length === 0) {
    const hasSplits = grids.some((name) => /_(train|test)$/.test(name));
    const chosen = hasSplits ? grids.filter((name) => name.endsWith(`_${split}`)) : grids;
    if (chosen.length > 0) return chosen;
  }
  return (choice.length > 0 ? choice : [`*_${split}`]).map((name) => {
    const found = [name, `${name}_${split}`].find((each) => grids.includes(each));
    if (found !== undefined) return found;
    throw new RangeError(
      `Cannot load voxels:${file}: the array must be one of ${grids.join(", ") || "its arrays"}, ` +
        `got "${name}"`,
    );
  });
}

function classesOf(
  parts: readonly NamedGrids[],
  objects: Uint32Array,
): Pick<ImageSet, "labels" | "classNames"> {
  const labels: number[] = parts.flatMap((part, label) => Array(part.count).fill(label));
  return {
    labels: Uint8Array.from(objects, (object) => labels[object]!),
    classNames: parts.map((part) => part.className),
  };
}

function joinGrids(parts: readonly NamedGrids[], file: string): ReadGrids {
  const { size } = parts[0]!;
  const other = parts.find((part) => part.size !== size);
  if (other) {
    throw new RangeError(
      `Cannot load voxels:${file}: all grids must have ${size} cells a side like ` +
        `${parts[0]!.className}, got ${other.size} in ${other.className}; choose arrays with #NAME`,
    );
  }
  const count = parts.reduce((sum, part) => sum + part.count, 0);
  const voxels = new Uint8Array(count * size ** 3);
  let at = 0;
  for (const part of parts) {
    voxels.set(part.voxels, at);
    at += part.voxels.length;
  }
  return {
    ...{ size, count, voxels },
    leftOut: parts.flatMap((part) => part.leftOut),
    isSqueezed: parts.some((part) => part.isSqueezed),
  };
}

async function requireFile(file: string): Promise<void> {
  const found = await insteadOfFile(file);
  if (found !== undefined) {
    throw new RangeError(
      `Cannot load voxels:${file}: the path must be a .npy, .npy.gz, .npz or .zip file, ` +
        `got ${found}`,
    );
  }
}
