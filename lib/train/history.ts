/**
 * The history of a run: one line of JSON a step.
 *
 * @module
 */
import { writeAtomically, writeError } from "@/engine/files.ts";

/** What one step did. */
export interface StepRecord {
  /** Steps taken, this one included. */
  readonly step: number;
  /** Sum of the model's terms, per image. */
  readonly loss: number;
  /** How long the step took, its batch included. */
  readonly ms: number;
  /**
   * The terms, by name; those of an opponent's loss too. At checkpoints `realismGap`, after the step, where
   * the method has one.
   */
  readonly [term: string]: number;
}

/**
 * Reads a history.
 *
 * @returns The records in order; none if there is no file. A last line that was cut off is left out.
 * @throws {SyntaxError} If another line is damaged
 */
export async function readHistory(path: string): Promise<StepRecord[]> {
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
  // A record counts once its line has ended: a kill can only cut the last one.
  return text.split("\n").slice(0, -1).map((line, i) => parseLine(path, line, i + 1));
}

function parseLine(path: string, line: string, number: number): StepRecord {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw new SyntaxError(
      `Cannot read "${path}": line ${number} must be JSON, got ${line}; ` +
        `remove the line to go on without it`,
      { cause: error },
    );
  }
}

/** Finds the realism gap that a history tells last; none where the method has none. */
export function lastGapOf(history: readonly StepRecord[]): number | undefined {
  return history.findLast(({ realismGap }) => realismGap !== undefined)?.realismGap;
}

/** Opens a history for writing after a step; what an interrupted run wrote beyond it is dropped. */
export async function openHistory(path: string, step: number): Promise<HistoryWriter> {
  const kept = (await readHistory(path)).filter((record) => record.step <= step);
  await writeAtomically(path, kept.map((record) => JSON.stringify(record) + "\n").join(""));
  return new HistoryWriter(path, await Deno.open(path, { append: true }));
}

/** Appends records to a history. */
export class HistoryWriter implements Disposable {
  /**
   * Writes to an open file.
   *
   * @param path Its path, for messages
   * @param file Where to; closed when disposed
   */
  constructor(private readonly path: string, private readonly file: Deno.FsFile) {}

  /**
   * Adds one line.
   *
   * @throws {WriteError} If the disk does not take it; a part of a line is dropped when the run goes on
   */
  write(record: StepRecord): void {
    const line = new TextEncoder().encode(JSON.stringify(record) + "\n");
    try {
      // A disk with room for a part of it writes that part and says so, without an error.
      for (let at = 0; at < line.length;) at += this.file.writeSync(line.subarray(at));
    } catch (error) {
      throw writeError(this.path, error);
    }
  }

  /** Closes the file. */
  [Symbol.dispose](): void {
    this.file.close();
  }
}
