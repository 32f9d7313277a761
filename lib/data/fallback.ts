/**
 * What to do where real data cannot be had: train on the embedded stand-ins, and say so.
 *
 * @module
 */
import { DownloadError } from "./download.ts";
import { SOLID_KINDS } from "@/data/synthetic/solids.ts";
import { parseMixture, writtenOut } from "./mixture.ts";
import { loadImageSet, type LoadOptions, parseSpecification } from "./sources.ts";

/** The embedded stand-in of each set that is fetched. */
const STAND_INS: Readonly<Record<string, string>> = {
  "mnist": "embedded-digits",
  "fashion-mnist": "embedded-garments",
  "celeba": "embedded-faces",
  "modelnet40": "embedded-solids",
};

/** A mixture that can be loaded. */
export interface AvailableData {
  /** The mixture, written out where it was named, with stand-ins where they were needed. */
  readonly data: string;
  /** What was replaced and why; to be shown loudly. Absent if nothing was. */
  readonly notice?: string;
}

/**
 * Fetches the sets of a mixture, and replaces by a stand-in each that cannot be fetched. A file that is
 * there but damaged is not replaced: that is an error to mend. Neither is a choice of classes that the
 * stand-in does not have.
 *
 * @param data A mixture such as `mnist:1,fashion-mnist:1`
 * @param options What `loadImageSet` takes
 * @throws What `parseMixture` and `loadImageSet` throw, failed downloads excepted
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

/** Gives the stand-in with the same choice of classes, if there is one that has them. */
function standInOf(specification: string): string | undefined {
  const { source, classes } = parseSpecification(specification);
  const standIn = STAND_INS[source.name];
  const isSolid = (category: string) => SOLID_KINDS.some(({ name }) => name === category);
  // Of the sets that are fetched, only ModelNet40 has classes that its stand-in lacks.
  if (source.name === "modelnet40" && !classes.every(isSolid)) return;
  return standIn && standIn + specification.slice(source.name.length);
}

/** Tries to load both splits; gives the reason if one cannot be fetched. */
async function fetchFailure(name: string, options: LoadOptions): Promise<string | undefined> {
  try {
    for (const split of ["train", "test"] as const) await loadImageSet(name, split, options);
  } catch (error) {
    if (error instanceof DownloadError) return error.message;
    throw error;
  }
}
