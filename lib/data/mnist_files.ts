/**
 * Finds the files of MNIST, and of sets in its layout, as the web hands them out: packed or not, under
 * several names, below several folders, or together in an archive.
 *
 * Names only propose files; their content decides, by its check sum.
 *
 * @module
 */
import { join } from "node:path";
import { onFile } from "@/engine/system_error.ts";
import { gunzip, isGzip } from "@/data/formats/gzip.ts";
import { idxFile } from "@/data/formats/idx.ts";
import { readNpy } from "@/data/formats/npy.ts";
import { isSystemFile } from "@/data/formats/system_files.ts";
import { listZip, readZip } from "@/data/formats/zip.ts";
import type { Split } from "./source.ts";

/** What a file holds. */
export interface IdxPart {
  /** Its split. */
  readonly split: Split;
  /** Images or labels. */
  readonly kind: "images" | "labels";
}

/** A file that may hold a part. */
export interface IdxCandidate {
  /** Its path; in an archive, that of the archive and the name inside. */
  readonly file: string;
  /** Whether it is in the set's own folder, not beside files of other sets. */
  readonly isOwn: boolean;
  /** Reads it, unpacked: an idx file if it is what its name says. */
  readonly read: () => Promise<Uint8Array<ArrayBuffer>>;
}

/** Limit on a file's inflated size; the largest official one has 47 MB. */
const MAX_BYTES = 2 ** 28;

/** How often a browser or server may have packed a file, whatever its name says. */
const MAX_WRAPPINGS = 3;

/** Folders below a set's own: the clone of Fashion-MNIST has its files at `data/fashion/`. */
const MAX_DEPTH = 4;

/** What the names of a split's files begin with; the official one comes first. */
const PREFIXES = { train: ["train"], test: ["t10k", "test"] } as const;

/** The first byte of a .npy file; an idx file begins with 0. */
const NPY = 0x93;

/** Returns a file's official name, as mirrors have it. */
export function officialName({ split, kind }: IdxPart): string {
  return `${PREFIXES[split][0]}-${kind}-idx${kind === "images" ? 3 : 1}-ubyte.gz`;
}

/**
 * Finds the files that may hold a part of a set: the one with the official name in the folder
 * `<dataDir>/<name>` first; then those with a similar name in any folder called like the set
 * (`MNIST/raw/` of torchvision, `FashionMNIST`), in zip and npz archives there, and in `dataDir` itself.
 *
 * @param dataDir The folder of the data sets; need not exist
 * @param name The set's name
 * @param part What to find
 */
export async function* findIdxFiles(
  dataDir: string,
  name: string,
  part: IdxPart,
): AsyncGenerator<IdxCandidate> {
  const official = join(dataDir, name, officialName(part));
  const candidate = (file: string, isOwn: boolean) => ({ file, isOwn, read: () => readFile(file) });
  if (await Deno.lstat(official).then(() => true, () => false)) yield candidate(official, true);
  const isPart = similarName(part);
  const beside: string[] = [];
  for (const { name: entry, isFile } of await entriesOf(dataDir)) {
    const path = join(dataDir, entry);
    if (isFile && isPart(entry)) beside.push(path);
    if (bareName(entry) !== bareName(name)) continue;
    for (const file of await filesBelow(path, MAX_DEPTH)) {
      if (file === official) continue;
      if (isPart(file.slice(file.lastIndexOf("/") + 1))) yield candidate(file, true);
      if (/\.(zip|npz)$/i.test(file)) yield* findInArchive(file, part);
    }
  }
  for (const file of beside) yield candidate(file, false);
}

/** Letters and digits of a name: `fashion-mnist`, `FashionMNIST` and `Fashion_MNIST` are one. */
const bareName = (name: string) => name.toLowerCase().replaceAll(/[^a-z0-9]/g, "");

/** Recognises names such as `train-images.idx3-ubyte`, but not a download that is under way. */
function similarName({ split, kind }: IdxPart): (name: string) => boolean {
  const prefix = PREFIXES[split].join("|");
  const pattern = new RegExp(`^(${prefix})[-_. ]?${kind}[-_. ]?(idx|ubyte).*(?<!\\.part)$`, "i");
  return (name) => pattern.test(name);
}

/** Members of an archive: idx files, or the arrays `x_train` and `y_train` of Keras. */
async function* findInArchive(file: string, part: IdxPart): AsyncGenerator<IdxCandidate> {
  const isIdx = similarName(part);
  const array = `${part.kind === "images" ? "x" : "y"}_${part.split}.npy`;
  const members = await listZip(file).catch(() => []); // a damaged archive proposes nothing
  for (const member of members) {
    const name = member.slice(member.lastIndexOf("/") + 1);
    if (isSystemFile(member) || !isIdx(name) && name !== array) continue;
    yield { file: join(file, member), isOwn: true, read: () => readMember(file, member) };
  }
}

async function readFile(file: string): Promise<Uint8Array<ArrayBuffer>> {
  return await unwrapped(await onFile("read", file, () => Deno.readFile(file)), file);
}

async function readMember(file: string, member: string): Promise<Uint8Array<ArrayBuffer>> {
  const selection = { wanted: (name: string) => name === member, maxBytes: MAX_BYTES };
  const [entry] = await Array.fromAsync(readZip(file, selection));
  return await unwrapped(entry!.bytes, join(file, member));
}

/** Unpacks a file whose name need not say whether it is packed. */
async function unwrapped(
  bytes: Uint8Array<ArrayBuffer>,
  file: string,
): Promise<Uint8Array<ArrayBuffer>> {
  for (let i = 0; i < MAX_WRAPPINGS && isGzip(bytes); i++) {
    bytes = await gunzip(bytes, file, MAX_BYTES);
  }
  if (bytes[0] !== NPY) return bytes;
  const { shape, values } = readNpy(bytes, file);
  return idxFile(shape, Uint8Array.from(values));
}

/** Lists the files of a folder and its subfolders, sorted; none if it cannot be listed. */
async function filesBelow(folder: string, depth: number): Promise<string[]> {
  const files: string[] = [];
  for (const { name, isDirectory } of await entriesOf(folder)) {
    const path = join(folder, name);
    if (!isDirectory) files.push(path);
    else if (depth > 1) files.push(...await filesBelow(path, depth - 1));
  }
  return files;
}

async function entriesOf(folder: string): Promise<Deno.DirEntry[]> {
  const entries = await Array.fromAsync(Deno.readDir(folder)).catch(() => []);
  return entries.filter(({ name }) => !isSystemFile(name))
    .sort((a, b) => a.name < b.name ? -1 : 1);
}
