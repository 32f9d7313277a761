/**
 * Scores of runs that were trained elsewhere and recorded, and tables of them.
 *
 * @module
 */
import { basename, join } from "node:path";
import { formatSpread, spreadOf } from "@/study/score/spread.ts";

/** A score that a record can hold: lengths in sides of the grid, azimuths in degrees, shares in [0, 1]. */
export type QualityScore =
  | "iou"
  | "iouUnfilled"
  | "iouRefined"
  | "iouInView"
  | "chamfer"
  | "azimuthError"
  | "within30"
  | "unseenViews"
  | "pieces"
  | "largestPiece"
  | "occupied"
  | "meanSquaredError";

/** Columns of the table, in order: heading, digits after the point, factor of the unit. */
const SCORES: Readonly<
  Record<QualityScore, readonly [heading: string, digits: number, scale: number]>
> = {
  iou: ["IoU", 3, 1],
  iouUnfilled: ["IoU, unfilled", 3, 1],
  iouRefined: ["IoU, refined", 3, 1],
  iouInView: ["IoU, pose given", 3, 1],
  chamfer: ["Chamfer", 3, 1],
  azimuthError: ["azimuth error, °", 1, 1],
  within30: ["≤ 30°, %", 0, 100],
  unseenViews: ["IoU of unseen views", 3, 1],
  pieces: ["pieces", 2, 1],
  largestPiece: ["largest piece, %", 1, 100],
  occupied: ["occupied, %", 1, 100],
  meanSquaredError: ["image error", 4, 1],
};

/** The scores of one run on unseen images; what was not measured is absent. */
export interface QualityRecord extends Readonly<Partial<Record<QualityScore, number>>> {
  /** What the images show, such as `chairs`. */
  readonly objects: string;
  /** How the run was trained, such as `searched`; its scores are averaged with those of the same name. */
  readonly method: string;
  /** Training images of each object; 1 unless given. */
  readonly images?: number;
  /** The run's seed. */
  readonly seed: number;
}

/**
 * Reads the records in a folder: a list in each file, which is named after the objects.
 *
 * @throws {SyntaxError} If a record lacks its method or seed, or has a field that is unknown or of
 *   another kind
 */
export async function readQuality(folder: string): Promise<QualityRecord[]> {
  const names = (await Array.fromAsync(Deno.readDir(folder), ({ name }) => name))
    .filter((name) => name.endsWith(".json")).sort();
  const lists = await Promise.all(names.map(async (name) => {
    const records = JSON.parse(await Deno.readTextFile(join(folder, name)));
    return records.map((record: Record<string, unknown>, i: number) => {
      checkRecord(record, `record ${i} of "${name}"`);
      return { objects: basename(name, ".json"), ...record };
    });
  }));
  return lists.flat();
}

/** Checks one record of a file. */
function checkRecord(record: Readonly<Record<string, unknown>>, where: string): void {
  const kinds: Record<string, string> = { method: "string", seed: "number", images: "number" };
  for (const score of Object.keys(SCORES)) kinds[score] = "number";
  const refuse = (name: string, rule: string, value: unknown) => {
    throw new SyntaxError(`Cannot read ${where}: ${name} must ${rule}, got ${value}`);
  };
  for (const name of new Set(["method", "seed", ...Object.keys(record)])) {
    const [kind, found] = [kinds[name], typeof record[name]];
    if (kind === undefined) {
      refuse(name, `be one of ${Object.keys(kinds).join(", ")}`, "an unknown field");
    }
    if (found !== kind) refuse(name, `be a ${kind}`, record[name] ?? "nothing");
  }
}

/** A table of records: cells as text. */
export interface QualityRows {
  /** The headings of the columns. */
  readonly headings: readonly string[];
  /** How many of the columns name the row; the others hold numbers. */
  readonly nameCount: number;
  /** The rows, each with a cell for every heading. */
  readonly rows: readonly (readonly string[])[];
}

/**
 * Makes a table of records: a row for each kind of run, with means and deviations over its runs.
 * It has a column for each score that any record holds, with a dash where there is none; objects
 * and numbers of images are named only where they differ.
 *
 * @param records In the order of the rows, at least one
 * @throws {RangeError} If there are none
 */
export function qualityRows(records: readonly QualityRecord[]): QualityRows {
  if (records.length === 0) throw new RangeError("Cannot write a table: records must not be empty");
  const names = {
    objects: ({ objects }: QualityRecord) => objects,
    method: ({ method }: QualityRecord) => method,
    "images of each": ({ images = 1 }: QualityRecord) => String(images),
  };
  const shown = Object.entries(names).filter(([heading, nameOf]) =>
    heading === "method" || new Set(records.map(nameOf)).size > 1
  );
  const scores = (Object.keys(SCORES) as QualityScore[])
    .filter((score) => records.some((record) => record[score] !== undefined));
  const groups = Object.groupBy(
    records,
    (record) => JSON.stringify(Object.values(names).map((nameOf) => nameOf(record))),
  );
  return {
    headings: [
      ...shown.map(([heading]) => heading),
      "runs",
      ...scores.map((score) => SCORES[score][0]),
    ],
    nameCount: shown.length,
    rows: Object.values(groups).map((group) => [
      ...shown.map(([, nameOf]) => nameOf(group![0]!)),
      String(group!.length),
      ...scores.map((score) => scoreCell(group!, score)),
    ]),
  };
}

/** Writes the table of `qualityRows` in Markdown; the errors are the same. */
export function qualityTable(records: readonly QualityRecord[]): string {
  const { headings, nameCount, rows } = qualityRows(records);
  const row = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [
    row(headings),
    row(headings.map((_, i) => i < nameCount ? "---" : "---:")),
    ...rows.map(row),
  ].join("\n");
}

/** Writes the mean and deviation of a score over the runs that have it. */
function scoreCell(group: readonly QualityRecord[], score: QualityScore): string {
  const [, digits, scale] = SCORES[score];
  const values = group.flatMap((record) => record[score] ?? []);
  return values.length === 0 ? "–" : formatSpread(spreadOf(values.map((it) => scale * it)), digits);
}
