/**
 * How much of an image's class can be read from rows of numbers: two classifiers, scored on rows that
 * they never saw.
 *
 * @module
 */
import { type Interval, wilsonInterval } from "@/study/score/interval.ts";
import { type Spread, spreadOf } from "@/study/score/spread.ts";
import { fitLogistic, predictLogistic } from "./logistic.ts";
import { classifyByNeighbours } from "./nearest.ts";
import { firstRows, type LabelledRows, lastRows, rowCount } from "./rows.ts";

/** Neighbours that vote. */
const NEIGHBOURS = 5;
/** Penalties that logistic regression chooses from. */
const PENALTIES = [1, 10, 100];
/** Share of the fitted rows that the penalty is chosen on. */
const HELD_OUT = 0.2;

/** What is classified. */
export interface Features {
  /** The set of images, such as `mnist`. */
  readonly set: string;
  /** What stands for an image, such as `latents`. */
  readonly features: string;
}

/** How one classifier did, once. */
export interface Trial extends Features {
  /** Which one. */
  readonly classifier: string;
  /** Rows whose class it found. */
  readonly correct: number;
  /** Rows that it was asked about. */
  readonly count: number;
}

/** How a classifier did over all trials of one set and kind of features. */
export interface Accuracy extends Features {
  /** Which one. */
  readonly classifier: string;
  /** Shares of rows whose class it found, over the trials. */
  readonly accuracy: Spread;
  /** The 95 % confidence interval of one trial of mean accuracy: what the number of rows leaves open. */
  readonly interval: Interval;
}

/**
 * Fits logistic regression and five nearest neighbours to some rows and scores both on others.
 * Choice: logistic regression takes that of the penalties 1, 10 and 100 which does best on the last
 * fifth of the fitted rows, and is then fitted to all of them; of penalties that do equally well, the
 * first.
 *
 * @param what The names of set and features
 * @param known Rows to fit to, in random order
 * @param asked Rows to score on
 * @param classCount How many classes there are
 * @throws What `fitLogistic` and `classifyByNeighbours` throw
 */
export function classify(
  what: Features,
  known: LabelledRows,
  asked: LabelledRows,
  classCount: number,
): Trial[] {
  const penalty = choosePenalty(known, classCount);
  const logistic = predictLogistic(fitLogistic(known, { classCount, penalty }), asked);
  const nearest = classifyByNeighbours(known, asked, NEIGHBOURS);
  const trial = (classifier: string, found: Uint8Array): Trial => ({
    ...what,
    classifier,
    correct: countEqual(found, asked.labels),
    count: rowCount(asked),
  });
  return [
    trial("logistic regression", logistic),
    trial(`${NEIGHBOURS} nearest neighbours`, nearest),
  ];
}

function choosePenalty(known: LabelledRows, classCount: number): number {
  const kept = Math.round(rowCount(known) * (1 - HELD_OUT));
  const [fitted, held] = [firstRows(known, kept), lastRows(known, kept)];
  const scores = PENALTIES.map((penalty) =>
    countEqual(predictLogistic(fitLogistic(fitted, { classCount, penalty }), held), held.labels)
  );
  return PENALTIES[scores.indexOf(Math.max(...scores))]!;
}

/**
 * Summarises trials by set, features and classifier, in the order in which these first appear.
 *
 * @throws {RangeError} If trials of one kind differ in how many rows they scored
 */
export function summarise(trials: readonly Trial[]): Accuracy[] {
  const groups = Map.groupBy(
    trials,
    ({ set, features, classifier }) => JSON.stringify([set, features, classifier]),
  );
  return [...groups.values()].map((group) => {
    const { set, features, classifier, count } = group[0]!;
    const odd = group.find((trial) => trial.count !== count);
    if (odd) {
      throw new RangeError(
        `Cannot summarise: every trial of ${set} must score as many rows, ${count}, ` +
          `got ${odd.count}`,
      );
    }
    const accuracy = spreadOf(group.map(({ correct }) => correct / count));
    const interval = wilsonInterval(accuracy.mean * count, count);
    return { set, features, classifier, accuracy, interval };
  });
}

function countEqual(a: Uint8Array, b: Uint8Array): number {
  return a.reduce((sum, value, i) => sum + Number(value === b[i]), 0);
}
