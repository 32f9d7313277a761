/**
 * How far the runs of a sweep are, as text.
 *
 * @module
 */
import { aligned } from "@/tools/aligned.ts";
import type { RunState, RunStatus } from "@/train/run_status.ts";

/** A run and how far it is. */
export interface FollowedRun extends Pick<RunStatus, "state" | "step" | "savedAt" | "doubts"> {
  /** What it is called. */
  readonly name: string;
  /** Steps in all. */
  readonly steps: number;
}

const STATES: readonly RunState[] = ["done", "running", "interrupted", "missing"];

/**
 * Lists runs in columns, a line each, with a line that counts them last.
 *
 * @param runs In the order of their numbers
 * @param now What ages are counted from
 */
export function statusTable(runs: readonly FollowedRun[], now: Date): string {
  const rows = runs.map(({ name, state, step, steps, savedAt, doubts }, number) => [
    String(number),
    name,
    `${step}/${steps}`,
    doubts.length > 0 ? `${state}, IN DOUBT` : state,
    savedAt === undefined ? "" : ageInWords(now.getTime() - savedAt.getTime()),
  ]);
  const table = [["run", "name", "steps", "state", "last checkpoint"], ...rows];
  const lines = aligned(table, (column) => column === 0 || column === 2);
  return [...lines, countInWords(runs)].join("\n");
}

function countInWords(runs: readonly FollowedRun[]): string {
  const counts = STATES.map((state) => [state, runs.filter((run) => run.state === state).length]);
  const words = counts.filter(([, count]) => count !== 0).map(([state, count]) =>
    `${count} ${state}`
  );
  const doubted = runs.filter(({ doubts }) => doubts.length > 0).length;
  if (doubted > 0) words.push(`${doubted} IN DOUBT`);
  return `${runs.length} runs: ${words.join(", ")}`;
}

/** Says how long ago something was, in its largest unit. */
function ageInWords(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  const [size, unit] = ([[86_400, "d"], [3600, "h"], [60, "min"]] as const)
    .find(([size]) => seconds >= 2 * size) ?? [1, "s"];
  return `${Math.floor(seconds / size)} ${unit} ago`;
}
