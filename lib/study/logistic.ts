/**
 * Multinomial logistic regression: classes of rows of numbers, by one matrix.
 *
 * @module
 */
import { graphFunction, jit } from "@/engine/graph/jit.ts";
import { Variable } from "@/engine/graph/variable.ts";
import { stopButton } from "@/engine/stop_button.ts";
import * as tf from "@/engine/tf.ts";
import { applyAdam, type Moments } from "@/engine/adam.ts";
import { type LabelledRows, requireRows, rowCount, type Rows } from "./rows.ts";

/** A fitted classifier. */
export interface LogisticModel {
  /** `[features]`, subtracted from each row. */
  readonly centre: Float32Array;
  /** Divisor of the centred rows. */
  readonly scale: number;
  /** `[features, classes]` */
  readonly weights: Float32Array;
  /** `[classes]` */
  readonly bias: Float32Array;
}

/** How a classifier is fitted. */
export interface LogisticOptions {
  /** Classes, numbered from 0. */
  readonly classCount: number;
  /** Weight of the penalty, >= 0. Default 1, as in scikit-learn. */
  readonly penalty?: number;
  /** Steps of Adam, each on all rows. Choice: 200, after which the accuracy hardly changes. */
  readonly steps?: number;
}

/**
 * Adam's step size times the root of the number of features, since equal steps of all weights add
 * up in a logit. Choice: 0.2, with which the steps above suffice for 19 features and for 784.
 */
const STEP_SIZE = 0.2;

/**
 * Fits a classifier: p(class | x) = softmax(x W + b), minimising
 *
 * mean over rows of -log p(label | x) + penalty |W|^2 / (2 N)
 *
 * over x that are centred and divided by one number, the root of their mean variance, so that
 * offset and scale of the features do not matter but their proportions do. It starts at 0 and uses
 * all rows in each step, so the same rows give the same classifier.
 *
 * @param rows Features with their classes
 * @param options Number of classes, penalty and steps
 * @throws {RangeError} If a label is not among the classes, or all rows are equal
 */
export function fitLogistic(rows: LabelledRows, options: LogisticOptions): LogisticModel {
  const { classCount, penalty = 1, steps = 200 } = options;
  checkLabels(rows.labels, classCount);
  const [count, length] = [rowCount(rows), rows.length];
  const { centre, scale } = standardOf(rows);
  const learningRate = STEP_SIZE / Math.sqrt(length);
  const features = new Variable("features", [count, length], standardised(rows, centre, scale));
  const targets = new Variable("targets", [count, classCount], oneHot(rows.labels, classCount));
  const learnt = [
    learntVariable("weights", [length, classCount]),
    learntVariable("bias", [
      classCount,
    ]),
  ];
  const scalar = { shape: [], dtype: "float32" as const };
  using program = jit({
    step: graphFunction({ step: scalar }, ({ step }) => {
      const loss = (weights: tf.Tensor, bias: tf.Tensor) => {
        const logits = tf.add(
          tf.matMul(features.read() as tf.Tensor2D, weights as tf.Tensor2D),
          bias,
        );
        const likelihood = tf.sum(tf.mul(targets.read(), tf.logSoftmax(logits)));
        const size = tf.mul(tf.sum(tf.square(weights)), penalty / 2);
        return tf.div(tf.sub(size, likelihood), count) as tf.Scalar;
      };
      const { value, grads } = tf.valueAndGrads(loss)(
        learnt.map(({ variable }) => variable.read()),
      );
      for (const [i, { variable, moments }] of learnt.entries()) {
        applyAdam(variable, moments, grads[i]!, step as tf.Scalar, tf.scalar(learningRate));
      }
      return { loss: value };
    }),
    read: graphFunction({}, () => ({
      weights: learnt[0]!.variable.read(),
      bias: learnt[1]!.variable.read(),
    })),
  });
  return tf.tidy(() => {
    for (let step = 0; step < steps; step++) {
      stopButton.check();
      program.step({ step: tf.scalar(step) });
    }
    const { weights, bias } = program.read({});
    return {
      centre,
      scale,
      weights: weights.dataSync() as Float32Array,
      bias: bias.dataSync() as Float32Array,
    };
  });
}

/**
 * Gives the most likely class of each row.
 *
 * @param model A fitted classifier
 * @param rows Rows of the length that it was fitted to
 * @throws {TypeError} If the rows have another length
 */
export function predictLogistic(model: LogisticModel, rows: Rows): Uint8Array {
  const { centre, scale, weights, bias } = model;
  requireRows("classify", "rows", rows, centre.length);
  return tf.tidy(() => {
    const features = tf.tensor2d(standardised(rows, centre, scale), [rowCount(rows), rows.length]);
    const matrix = tf.tensor2d(weights, [rows.length, bias.length]);
    const logits = tf.add(tf.matMul(features, matrix), tf.tensor1d(bias)); // [N, classes]
    return Uint8Array.from(tf.argMax(logits, 1).dataSync());
  });
}

function learntVariable(name: string, shape: number[]): { variable: Variable; moments: Moments } {
  const moment = (order: string) => new Variable(`${name}/${order}`, shape);
  const moments = { first: moment("first"), second: moment("second") };
  return { variable: new Variable(name, shape), moments };
}

/** Gives the mean of each feature, and the root of their mean variance. */
function standardOf(rows: Rows): { centre: Float32Array; scale: number } {
  const { values, length } = rows;
  const count = rowCount(rows);
  const sums = new Float64Array(length);
  for (let i = 0; i < values.length; i++) sums[i % length]! += values[i]!;
  const centre = Float32Array.from(sums, (sum) => sum / count);
  let squares = 0;
  for (let i = 0; i < values.length; i++) squares += (values[i]! - centre[i % length]!) ** 2;
  if (squares === 0) {
    throw new RangeError(
      `Cannot fit a classifier: rows must differ, got ${count} equal ones`,
    );
  }
  return { centre, scale: Math.sqrt(squares / values.length) };
}

function standardised({ values, length }: Rows, centre: Float32Array, scale: number): Float32Array {
  return values.map((value, i) => (value - centre[i % length]!) / scale);
}

function oneHot(labels: Uint8Array, classCount: number): Float32Array {
  const rows = new Float32Array(labels.length * classCount);
  for (const [i, label] of labels.entries()) rows[i * classCount + label] = 1;
  return rows;
}

function checkLabels(labels: Uint8Array, classCount: number): void {
  const wrong = labels.find((label) => label >= classCount);
  if (wrong === undefined) return;
  throw new RangeError(
    `Cannot fit a classifier: labels must be from 0 to ${classCount - 1}, got ${wrong}`,
  );
}
