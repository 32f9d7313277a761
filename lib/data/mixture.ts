/**
 * The text form of a mixed data set, such as `mnist:1,fashion-mnist:1,embedded:2`.
 *
 * @module
 */
import type { MixedSet } from "./batches.ts";
import type { Split } from "./source.ts";
import { findSource, loadImageSet, type LoadOptions, parseSpecification } from "./sources.ts";

/** One part of a mixture, not loaded yet. */
export interface MixturePart {
  /** What `loadImageSet` takes. */
  readonly specification: string;
  /** How much of each batch it fills, relative to the other parts. */
  readonly ratio: number;
}

/**
 * Reads `NAME[:PATH][:RATIO],..`. A ratio left out is 1.
 *
 * Where the source takes a path, the first colon opens the path, and a number after the last colon
 * is the ratio: `images:2024` is the folder `2024`, `images:2024:3` the same folder with ratio 3. A
 * path holds no comma; one that itself ends in a colon and a number needs a ratio after it.
 *
 * @param text The mixture
 * @throws {RangeError} If a source is unknown (the message lists the known ones), a path is
 *   missing, or a ratio is not a number above 0
 */
export function parseMixture(text: string): MixturePart[] {
  return text.split(",").map((part) => parsePart(part.trim()));
}

/**
 * Loads the sets of a mixture, one after the other.
 *
 * @param text What `parseMixture` reads
 * @param split Which pictures
 * @param options The same for all of them
 * @throws What `parseMixture` and `loadImageSet` throw
 */
export async function loadMixture(
  text: string,
  split: Split,
  options: LoadOptions = {},
): Promise<MixedSet[]> {
  const sets: MixedSet[] = [];
  for (const { specification, ratio } of parseMixture(text)) {
    sets.push({ set: await loadImageSet(specification, split, options), ratio });
  }
  return sets;
}

function parsePart(text: string): MixturePart {
  const { takesPath } = findSource(text);
  const colon = text.lastIndexOf(":");
  const last = text.slice(colon + 1);
  // After the path's own colon, only a number can be a ratio; after a plain name, nothing else can.
  const isRatio = takesPath
    ? colon > text.indexOf(":") && last.trim() !== "" && !Number.isNaN(Number(last))
    : colon >= 0;
  const specification = isRatio ? text.slice(0, colon) : text;
  const ratio = isRatio ? Number(last) : 1;
  parseSpecification(specification);
  if (!Number.isFinite(ratio) || ratio <= 0) {
    throw new RangeError(
      `Cannot read the mixture: the ratio of ${specification} must be a number above 0, ` +
        `got "${last}"`,
    );
  }
  return { specification, ratio };
}
