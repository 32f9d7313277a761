/**
 * How well an image's class can be read from rows of numbers: two classifiers, scored on unseen
 * rows.
 *
 * @module
 */
import { type Interval, wilsonInterval } from "@/study/score/interval.ts";
import { type Spread, spreadOf } from "@/study/score/spread.ts";
import { fitLogistic, predictLogistic } from "./logistic.ts";
import { classifyByNeighbours } from "./nearest.ts";
import { firstRows, type LabelledRows, lastRows, rowCount } from "./rows.ts";

/** Number of neighbours that vote. */
const NEIGHBOURS = 5;
/** Penalties among which logistic regression chooses. */
const PENALTIES = [1, 10, 100];
/** Share of the fitted rows that is held out to choose the penalty. */
const HELD_OUT = 0.2;

/** What is classified. */
export interface Features {
  /** The set of images, such as `mnist`. */
  readonly set: string;
  /** What represents an image, such as `latents`. */
  readonly features: string;
}

/** The result of one classifier in one trial. */
export interface Trial extends Features {
  /** Which one. */
  readonly classifier: string;
  /** Rows classified correctly. */
  readonly correct: number;
  /** Rows classified. */
  readonly count: number;
}

/** Accuracy of a classifier over all trials of one set and kind of features. */
export interface Accuracy extends Features {
  /** Which one. */
  readonly classifier: string;
  /** Shares of rows classified correctly, over the trials. */
  readonly accuracy: Spread;
  /** 95 % confidence interval of one trial of mean accuracy, due to the number of rows alone. */
  readonly interval: Interval;
}

/**
 * Fits logistic regression and five nearest neighbours to some rows and scores both on others.
 * Choice: of the penalties 1, 10 and 100, logistic regression takes the one that does best on the
 * last fifth of the fitted rows (the first on a tie), and is then fitted to all of them.
 *
 * @param what Names of the set and the features
 * @param known Rows to fit to, in random order
 * @param asked Rows to score on
 * @param classCount Number of classes
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
 * Summarises trials by set, features and classifier, in order of first appearance.
 *
 * @throws {RangeError} If trials of one kind scored different numbers of rows
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
        `Cannot summarise trials: all trials of ${set} must score ${count} rows, got ${odd.count}`,
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
