/**
 * The reader's own images, wherever they are, under a name that reveals nothing about the machine.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { basename, dirname, join, resolve } from "node:path";
import { availableData } from "@/data/fallback.ts";
import { imagesAt, type ImageSet } from "@/data/image_set.ts";
import { loadMixture } from "@/data/mixture.ts";
import { loadImageSet, type LoadOptions } from "@/data/sources.ts";
import { writeAtomically } from "@/engine/files.ts";
import { encodePng, greyBitmap } from "@/show/plot/bitmap.ts";

/** Images that a run can be trained on. */
export interface OwnImages {
  /** The mixture of these images alone. It names only their folder, so records hold no path. */
  readonly data: string;
  /** The parent of that folder, to be used as the folder of data sets. */
  readonly dataDir: string;
  /** Number of images. */
  readonly count: number;
  /** Eight letters computed from every pixel: the same name with other images is another run. */
  readonly digest: string;
}

/**
 * Takes a folder or a zip file of images for a run.
 *
 * @param path The folder or file, as the notebook sees it
 * @throws {RangeError} If its name has characters other than letters, digits, spaces and `._-`, or
 *   is also the name of something beside the notebook
 * @throws What the source `images:PATH` throws
 */
export async function ownImages(path: string): Promise<OwnImages> {
  const [name, dataDir] = [basename(resolve(path)), dirname(path)];
  // In a mixture, commas, colons, pluses and # have a meaning.
  if (!/^[\p{L}\p{N}_][\p{L}\p{N}_ .-]*$/u.test(name)) {
    throw new RangeError(
      `Cannot use images: the folder's name must consist of letters, digits, spaces and . _ -, got ` +
        `${JSON.stringify(name)}; rename it`,
    );
  }
  if (resolve(dataDir) !== Deno.cwd() && await exists(name)) {
    throw new RangeError(
      `Cannot use images: the folder's name must differ from those beside the notebook, got ` +
        `${JSON.stringify(name)}; rename it`,
    );
  }
  const { pixels, count } = await loadImageSet(`images:${name}`, "train", { dataDir });
  const digest = createHash("sha256").update(pixels).digest("hex").slice(0, 8);
  return { data: `images:${name}:1`, dataDir, count, digest };
}

/** Which images of Fashion-MNIST the example of notebook 11 takes, and how many of its first ones. */
export const EXAMPLE_IMAGES = { classes: ["Trouser", "Ankle boot"], count: 256 };

/** Images in place of the reader's own. */
export interface ExampleImages {
  /** The folder that holds them, one PNG file each. */
  readonly path: string;
  /** Where they come from. */
  readonly provenance: string;
  /** What was replaced and why; absent if nothing was. */
  readonly notice?: string;
}

/**
 * Makes a folder of images from the first test images of Fashion-MNIST, or of its stand-in.
 *
 * @param folder Where to make the folder
 * @param options Classes, number of images, and the options of `loadImageSet`
 * @throws What `availableData` throws
 */
export async function exampleImages(
  folder: string,
  options: { readonly classes: readonly string[]; readonly count: number } & LoadOptions,
): Promise<ExampleImages> {
  const { classes, count, ...load } = options;
  const { data, notice } = await availableData(`fashion-mnist#${classes.join("+")}`, load);
  const [mixed] = await loadMixture(data, "test", load);
  const { set } = mixed!;
  const path = join(folder, `${set.name.split("#")[0]}-test`);
  for (let index = 0; index < Math.min(count, set.count); index++) {
    await writeAtomically(join(path, fileName(set, index)), imageOf(set, index));
  }
  return { path, provenance: set.provenance, ...(notice !== undefined && { notice }) };
}

/** Numbers come first, so that classes stay mixed when sorted by name. */
function fileName({ labels, classNames }: ImageSet, index: number): string {
  const className = classNames![labels![index]!]!.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
  return `${String(index).padStart(4, "0")}-${className}.png`;
}

function imageOf(set: ImageSet, index: number): Uint8Array {
  return encodePng(greyBitmap(imagesAt(set, [index]), [set.size, set.size]));
}

const exists = (path: string) => Deno.stat(path).then(() => true, () => false);
