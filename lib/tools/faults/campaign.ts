/**
 * Tries faults one after the other, each in a folder of its own, and tells in a table what came of them.
 *
 * @module
 */
import { aligned } from "@/tools/aligned.ts";
import { join } from "node:path";
import { seedFor } from "@/engine/random.ts";
import type { Fault, FaultResult } from "./fault.ts";

/** How a campaign is run. */
export interface CampaignOptions {
  /** Seed of all random choices; each fault draws from its own, whatever the others do. */
  readonly seed: number;
  /** Whether each fault makes only the tries of its short form. */
  readonly isShort?: boolean;
  /** How many tries each fault makes, in place of its own number. */
  readonly tries?: number;
  /** Called before a fault is tried. */
  readonly onStart?: (fault: Fault, tries: number) => void;
  /** Called after every try. */
  readonly onTry?: (fault: Fault, done: number, tries: number) => void;
  /** Called when a fault has been tried. */
  readonly onEnd?: (row: CampaignRow) => void;
  /** Stops the campaign between two tries. */
  readonly signal?: AbortSignal;
}

/** What came of one fault. */
export interface CampaignRow {
  /** Which one. */
  readonly fault: Fault;
  /** What came of it. */
  readonly result: FaultResult;
  /** How long it took. */
  readonly seconds: number;
}

/**
 * Tries faults. A fault that cannot be made counts as one try that went wrong.
 *
 * @param faults Which ones, in order
 * @param options How often, and whom to tell
 * @throws The signal's reason when aborted
 */
export async function runCampaign(
  faults: readonly Fault[],
  options: CampaignOptions,
): Promise<CampaignRow[]> {
  const { seed, isShort = false, signal } = options;
  const rows: CampaignRow[] = [];
  for (const fault of faults) {
    signal?.throwIfAborted();
    const tries = options.tries ?? (isShort ? fault.tries.short : fault.tries.whole);
    options.onStart?.(fault, tries);
    const since = performance.now();
    const result = await runAlone(fault, {
      tries,
      seed: seedFor(seed, fault.name),
      onTry: (done) => options.onTry?.(fault, done, tries),
      ...(signal && { signal }),
    });
    const row = { fault, result, seconds: (performance.now() - since) / 1000 };
    options.onEnd?.(row);
    rows.push(row);
  }
  return rows;
}

/** Tries a fault in a folder that is removed afterwards. */
async function runAlone(
  fault: Fault,
  context: Omit<Parameters<Fault["run"]>[0], "folder">,
): Promise<FaultResult> {
  const parent = await Deno.makeTempDir({ prefix: "faults-" });
  // A name with a space and an umlaut, as users have it: every fault is tried there.
  const folder = join(parent, "a föld er");
  try {
    await Deno.mkdir(folder);
    return await fault.run({ ...context, folder });
  } catch (error) {
    context.signal?.throwIfAborted();
    return { tried: 0, failures: [`it could not be tried: ${(error as Error).stack ?? error}`] };
  } finally {
    await Deno.remove(parent, { recursive: true });
  }
}

/** Whether a try went wrong, of any fault. */
export function hasFailed(rows: readonly CampaignRow[]): boolean {
  return rows.some(({ result }) => result.failures.length > 0);
}

/** The cells of the table, its head first. */
function cellsOf(rows: readonly CampaignRow[]): string[][] {
  return [
    ["Fault", "What must come of it", "Tries", "Wrong", "Note"],
    ...rows.map(({ fault, result: { tried, failures, note, skipped } }) => [
      fault.name,
      fault.right,
      tried.toLocaleString("en-US"),
      skipped === undefined ? failures.length.toLocaleString("en-US") : "-",
      skipped === undefined ? note ?? "" : `skipped: ${skipped}`,
    ]),
  ];
}

/** Gives the table in Markdown, for the documentation. */
export function tableInMarkdown(rows: readonly CampaignRow[]): string {
  const [head, ...body] = cellsOf(rows);
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [head!, ["---", "---", "--:", "--:", "---"], ...body].map(line).join("\n");
}

/** Gives the table in lines of text, without the column of what is right. */
export function tableInText(rows: readonly CampaignRow[]): string[] {
  const table = cellsOf(rows).map(([name, _, ...rest]) => [name!, ...rest]);
  return aligned(table, (column) => column === 1 || column === 2);
}

/** Gives one line for every try that went wrong, with how to repeat it. */
export function failureLines(rows: readonly CampaignRow[], seed: number): string[] {
  return rows.flatMap(({ fault, result: { tried, failures } }) =>
    failures.length === 0 ? [] : [
      `${fault.name}: repeat with \`deno task faults --only "${fault.name}" --seed ${seed}` +
      `${tried > 0 ? ` --tries ${tried}` : ""}\``,
      ...failures.map((failure) => `  ${failure}`),
    ]
  );
}
