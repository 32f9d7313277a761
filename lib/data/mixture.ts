/**
 * The text form of a mixed data set, e.g. `mnist:1,fashion-mnist:1,celeba+modelnet40:2`.
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

/** Named mixtures. */
export const MIXTURES: Readonly<Record<string, string>> = {
  /**
   * Paper: of 64 images, 16 are from MNIST, 16 from Fashion-MNIST and 32 from the other two sets,
   * in proportion to their sizes, since an epoch visits both once.
   */
  paper: "mnist:1,fashion-mnist:1,celeba+modelnet40:2",
};

/** One part of a mixture, before loading. */
export interface MixturePart {
  /** Specifications for `loadImageSet`. Several form a pool, sampled as one set. */
  readonly specifications: readonly string[];
  /** Its share of each batch, relative to the other parts. */
  readonly ratio: number;
}

/**
 * Parses `SET[+SET..][:RATIO],..`, where a set is `NAME[:PATH][#CLASS[+CLASS]..]`, or the name of
 * one of `MIXTURES`. The default ratio is 1.
 *
 * If a source takes a path, it starts after the first colon, and a number after the last colon is
 * the ratio: `images:2024` is the folder `2024`, `images:2024:3` the same folder with ratio 3. A
 * path must not contain a comma; one that itself ends in a colon and a number needs a ratio after
 * it. A plus starts another set only before the name of a source: in
 * `voxels:a.npz#chair+sofa+celeba` only the last one does.
 *
 * @param text The mixture
 * @throws {RangeError} If a source is unknown (the message lists the known ones), a path is
 *   missing, or a ratio is not a number above 0
 */
export function parseMixture(text: string): MixturePart[] {
  return writtenOut(text).split(",").map((part) => parsePart(part.trim()));
}

/** Expands the name of a mixture, to be recorded; returns any other text unchanged. */
export function writtenOut(text: string): string {
  return Object.hasOwn(MIXTURES, text) ? MIXTURES[text]! : text;
}

/** Loaded sets, keyed by what determines their content; filled and read by `loadMixture`. */
export type LoadedSets = Map<string, ImageSet>;

/** What `loadMixture` can vary. */
export interface MixtureOptions extends LoadOptions {
  /** Shares sets between calls with the same map; by default each call loads its own. */
  readonly loaded?: LoadedSets;
}

/**
 * Loads the sets of a mixture, one by one.
 *
 * @param text What `parseMixture` reads
 * @param split Split to load
 * @param options Applied to every set
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

/** A key for a pool's content. The seed counts only if a set depends on it. */
function keyOf(
  specifications: readonly string[],
  split: Split,
  { dataDir, imageSize, imagesPerObject, seed }: LoadOptions,
): string {
  const usesSeed = specifications.some((each) => parseSpecification(each).source.usesSeed);
  const load = { dataDir, imageSize, imagesPerObject, ...(usesSeed && { seed }) };
  return JSON.stringify({ specifications, split, ...load });
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

/** Splits the last set of a pool from its ratio. */
function parseRatio(text: string) {
  const { takesPath } = findSource(text);
  const colon = text.lastIndexOf(":");
  const last = text.slice(colon + 1);
  // After a path, only a number is a ratio; after a plain name, anything is.
  const isRatio = takesPath
    ? colon > text.indexOf(":") && last.trim() !== "" && !Number.isNaN(Number(last))
    : colon >= 0;
  if (!isRatio) return { specification: text, ratio: { text: "", value: 1 } };
  return { specification: text.slice(0, colon), ratio: { text: last, value: Number(last) } };
}
