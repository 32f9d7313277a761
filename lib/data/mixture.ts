/**
 * The text form of a mixed data set, such as `mnist:1,fashion-mnist:1,celeba+modelnet40:2`.
 *
 * @module
 */
import type { MixedSet } from "./batches.ts";
import { joinSets } from "./combine.ts";
import type { ImageSet } from "./image_set.ts";
import type { Split } from "./source.ts";
import {
  findSource,
  loadImageSet,
  type LoadOptions,
  parseSpecification,
  SOURCES,
} from "./sources.ts";

/** Mixtures with a name of their own. */
export const MIXTURES: Readonly<Record<string, string>> = {
  /**
   * Paper: of 64 images 16 are from MNIST, 16 from Fashion-MNIST and 32 from the other two sets, in
   * proportion to their sizes, since an epoch walks both once.
   */
  paper: "mnist:1,fashion-mnist:1,celeba+modelnet40:2",
};

/** One part of a mixture, not loaded yet. */
export interface MixturePart {
  /** What `loadImageSet` takes. Several make a pool, drawn from as if they were one set. */
  readonly specifications: readonly string[];
  /** How much of each batch it fills, relative to the other parts. */
  readonly ratio: number;
}

/**
 * Reads `SET[+SET..][:RATIO],..`, where a set is `NAME[:PATH][#CLASS[+CLASS]..]`, or the name of one of
 * `MIXTURES`. A ratio left out is 1.
 *
 * Where a source takes a path, the first colon opens the path, and a number after the last colon is the
 * ratio: `images:2024` is the folder `2024`, `images:2024:3` the same folder with ratio 3. A path holds no
 * comma; one that itself ends in a colon and a number needs a ratio after it. A plus opens another set
 * only in front of the name of a source: in `voxels:a.npz#chair+sofa+celeba` only the last one does.
 *
 * @param text The mixture
 * @throws {RangeError} If a source is unknown (the message lists the known ones), a path is
 *   missing, or a ratio is not a number above 0
 */
export function parseMixture(text: string): MixturePart[] {
  return writtenOut(text).split(",").map((part) => parsePart(part.trim()));
}

/** Gives what the name of a mixture stands for, so that it can be recorded; any other text as it is. */
export function writtenOut(text: string): string {
  return Object.hasOwn(MIXTURES, text) ? MIXTURES[text]! : text;
}

/** Sets in memory, by what their content follows from; filled and read by `loadMixture`. */
export type LoadedSets = Map<string, ImageSet>;

/** What `loadMixture` can vary. */
export interface MixtureOptions extends LoadOptions {
  /** Shares sets between all calls that get the same map; without one, each call loads its own. */
  readonly loaded?: LoadedSets;
}

/**
 * Loads the sets of a mixture, one after the other.
 *
 * @param text What `parseMixture` reads
 * @param split Which images
 * @param options The same for all of them
 * @throws What `parseMixture` and `loadImageSet` throw
 */
export async function loadMixture(
  text: string,
  split: Split,
  options: MixtureOptions = {},
): Promise<MixedSet[]> {
  const { loaded = new Map(), ...load } = options;
  const sets: MixedSet[] = [];
  for (const { specifications, ratio } of parseMixture(text)) {
    const key = keyOf(specifications, split, load);
    const set = loaded.get(key) ?? await loadPool(specifications, split, load);
    loaded.set(key, set);
    sets.push({ set, ratio });
  }
  return sets;
}

/** Tells pools of different content apart. The seed counts only where a set is drawn by it. */
function keyOf(
  specifications: readonly string[],
  split: Split,
  { dataDir, imageSize, seed }: LoadOptions,
): string {
  const usesSeed = specifications.some((each) => parseSpecification(each).source.usesSeed);
  return JSON.stringify({ specifications, split, dataDir, imageSize, ...(usesSeed && { seed }) });
}

async function loadPool(
  specifications: readonly string[],
  split: Split,
  load: LoadOptions,
): Promise<ImageSet> {
  const pool: ImageSet[] = [];
  for (const specification of specifications) {
    pool.push(await loadImageSet(specification, split, load));
  }
  return pool.length === 1 ? pool[0]! : joinSets(specifications.join("+"), pool);
}

function parsePart(text: string): MixturePart {
  const names = SOURCES.map(({ name }) => name).join("|");
  const members = text.split(new RegExp(`\\+(?=(?:${names})(?:[+:#]|$))`));
  const { specification, ratio } = parseRatio(members.pop()!);
  const specifications = [...members, specification];
  for (const each of specifications) parseSpecification(each);
  if (Number.isFinite(ratio.value) && ratio.value > 0) {
    return { specifications, ratio: ratio.value };
  }
  throw new RangeError(
    `Cannot read the mixture: the ratio of ${specifications.join("+")} must be a number above 0, ` +
      `got "${ratio.text}"`,
  );
}

/** Parts the last set of a pool from the ratio behind it. */
function parseRatio(text: string) {
  const { takesPath } = findSource(text);
  const colon = text.lastIndexOf(":");
  const last = text.slice(colon + 1);
  // After the path's own colon, only a number can be a ratio; after a plain name, nothing else can.
  const isRatio = takesPath
    ? colon > text.indexOf(":") && last.trim() !== "" && !Number.isNaN(Number(last))
    : colon >= 0;
  if (!isRatio) return { specification: text, ratio: { text: "", value: 1 } };
  return { specification: text.slice(0, colon), ratio: { text: last, value: Number(last) } };
}
