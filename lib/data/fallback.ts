/**
 * What to do where real data cannot be had: train on the embedded stand-ins, and say so.
 *
 * @module
 */
import { DownloadError } from "./download.ts";
import { parseMixture } from "./mixture.ts";
import { loadImageSet, type LoadOptions } from "./sources.ts";

/** The embedded stand-in of each set that is downloaded. */
const STAND_INS: Readonly<Record<string, string>> = {
  "mnist": "embedded-digits",
  "fashion-mnist": "embedded-garments",
};

/** A mixture that can be loaded. */
export interface AvailableData {
  /** The mixture, with stand-ins where they were needed. */
  readonly data: string;
  /** What was replaced and why; to be shown loudly. Absent if nothing was. */
  readonly notice?: string;
}

/**
 * Fetches the sets of a mixture, and replaces by a stand-in each that cannot be downloaded. A file that
 * is there but damaged is not replaced: that is an error to mend.
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
  for (const { specification, ratio } of parseMixture(data)) {
    const standIn = STAND_INS[specification];
    const reason = standIn && await downloadFailure(specification, options);
    if (reason) reasons.push(reason);
    parts.push(`${reason ? standIn : specification}:${ratio}`);
  }
  if (reasons.length === 0) return { data };
  return {
    data: parts.join(),
    notice: `NOT REAL DATA. What follows is trained on drawings made by this project's own code ` +
      `(${parts.join(", ")} instead of ${data}), because the real data could not be fetched. ` +
      reasons.join(" "),
  };
}

/** Tries to load both splits; gives the reason if a download failed. */
async function downloadFailure(name: string, options: LoadOptions): Promise<string | undefined> {
  try {
    for (const split of ["train", "test"] as const) await loadImageSet(name, split, options);
  } catch (error) {
    if (error instanceof DownloadError) return error.message;
    throw error;
  }
}
