/**
 * Replaces data sets that cannot be fetched with embedded stand-ins, and says so.
 *
 * @module
 */
import { DownloadError } from "./download.ts";
import { SOLID_KINDS } from "@/data/synthetic/solids.ts";
import { parseMixture, writtenOut } from "./mixture.ts";
import { loadImageSet, type LoadOptions, parseSpecification } from "./sources.ts";

/** The embedded stand-in for each downloaded set. */
const STAND_INS: Readonly<Record<string, string>> = {
  "mnist": "embedded-digits",
  "fashion-mnist": "embedded-garments",
  "celeba": "embedded-faces",
  "modelnet40": "embedded-solids",
};

/** A mixture that can be loaded. */
export interface AvailableData {
  /** The mixture, with its name expanded and stand-ins where needed. */
  readonly data: string;
  /** What was replaced and why, to be shown prominently. Absent if nothing was. */
  readonly notice?: string;
}

/**
 * Fetches the sets of a mixture and replaces each one that cannot be fetched with a stand-in. A
 * damaged file is not replaced: it is an error to fix. Nor is a set with classes that the stand-in
 * lacks.
 *
 * @param data A mixture, e.g. `mnist:1,fashion-mnist:1`
 * @param options What `loadImageSet` takes
 * @throws What `parseMixture` and `loadImageSet` throw, except failed downloads
 */
export async function availableData(
  data: string,
  options: LoadOptions = {},
): Promise<AvailableData> {
  const reasons: string[] = [];
  const parts: string[] = [];
  for (const { specifications, ratio } of parseMixture(data)) {
    const pool: string[] = [];
    for (const specification of specifications) {
      const standIn = standInOf(specification);
      const reason = standIn && await fetchFailure(specification, options);
      if (reason) reasons.push(reason);
      pool.push(reason ? standIn : specification);
    }
    parts.push(`${pool.join("+")}:${ratio}`);
  }
  if (reasons.length === 0) return { data: writtenOut(data) };
  return {
    data: parts.join(),
    notice: `NOT REAL DATA. What follows is trained on drawings made by this project's own code ` +
      `(${parts.join(", ")} instead of ${data}), because the real data could not be fetched. ` +
      reasons.join(" "),
  };
}

/** Returns the stand-in with the same classes, if it has them. */
function standInOf(specification: string): string | undefined {
  const { source, classes } = parseSpecification(specification);
  const standIn = STAND_INS[source.name];
  const isSolid = (category: string) => SOLID_KINDS.some(({ name }) => name === category);
  // ModelNet40 is the only downloaded set with classes that its stand-in lacks.
  if (source.name === "modelnet40" && !classes.every(isSolid)) return;
  return standIn && standIn + specification.slice(source.name.length);
}

/** Loads both splits; returns the reason if one cannot be fetched. */
async function fetchFailure(name: string, options: LoadOptions): Promise<string | undefined> {
  try {
    for (const split of ["train", "test"] as const) await loadImageSet(name, split, options);
  } catch (error) {
    if (error instanceof DownloadError) return error.message;
    throw error;
  }
}
