/**
 * The rungs of successive halving: after which steps restarts are compared, and by what.
 *
 * @module
 */
import type { StepRecord } from "./history.ts";

/** Where a restart stands after some step. */
export interface Standing {
  /** Steps taken. */
  readonly step: number;
  /** The realism gap after that step. */
  readonly realismGap: number;
  /** The loss and its terms by name, means of the last 100 steps. */
  readonly losses: Readonly<Record<string, number>>;
}

/** By what restarts are compared. */
export interface Criterion {
  /** What it goes by, as records tell it. */
  readonly name: string;
  /** Gives how good a standing is: more is better; what is not finite comes last. */
  readonly of: (standing: Standing) => number;
}

/** Compares restarts by their realism gap. */
export const BY_REALISM_GAP: Criterion = {
  name: "realismGap",
  of: ({ realismGap }) => realismGap,
};

/** Compares restarts by a term of their loss, such as `pose`: less is better. */
export function byLoss(term: string): Criterion {
  return { name: `loss ${term}`, of: ({ losses }) => -(losses[term] ?? NaN) };
}

/** One of several starts of a run. */
export interface Restart {
  /** Its number, as in its config. */
  readonly restart: number;
  /** The seed of its first weights and of its draws. */
  readonly seed: number;
  /** Steps taken. */
  readonly steps: number;
  /** Seconds that it took. */
  readonly seconds: number;
  /** Where it stood at the rungs that it reached. */
  readonly standings: readonly Standing[];
  /** Why it ended, if its loss was not finite. */
  readonly diverged?: string;
}

/** Steps over which losses are averaged: those of one batch say little. */
const WINDOW = 100;

/**
 * Gives the steps after which the better half goes on.
 *
 * Choice: at 40 % of the run latents are mostly awake and good runs can be told from bad ones; from there
 * on each rung is a third of the rest further on: 40, 60, 73, 82 %. Four restarts take 2.4 times as many
 * steps as one run, eight 4.5 times as many.
 *
 * @param steps Of the whole run
 * @param count Starts in all
 */
export function rungsOf(steps: number, count: number): number[] {
  return Array.from(
    { length: Math.ceil(Math.log2(count)) },
    (_, i) => Math.max(1, Math.round(steps * (1 - 0.6 * (2 / 3) ** i))),
  );
}

/**
 * Orders restarts from the best to the worst at a rung. What is not finite comes last; of equals the one
 * with the lower number comes first.
 */
export function ranked(
  restarts: readonly Restart[],
  rung: number,
  criterion: Criterion,
): readonly Restart[] {
  const valueOf = ({ standings }: Restart) => {
    const value = criterion.of(standings[rung]!);
    return Number.isFinite(value) ? value : -Infinity;
  };
  return restarts.map((each) => ({ each, value: valueOf(each) }))
    .sort((a, b) => a.value === b.value ? a.each.restart - b.each.restart : b.value - a.value)
    .map(({ each }) => each);
}

/** Gives where a run stands at the end of its history. */
export function standingOf(history: readonly StepRecord[]): Standing {
  const { step, ms: _, realismGap, ...losses } = history.at(-1)!;
  const window = history.slice(-WINDOW);
  const meanOf = (term: string) => sum(window.map((each) => each[term]!)) / window.length;
  return {
    step,
    realismGap: realismGap!,
    losses: Object.fromEntries(Object.keys(losses).map((term) => [term, meanOf(term)])),
  };
}

/** Adds numbers up. */
export function sum(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
