/**
 * Confidence intervals of measured shares.
 *
 * @module
 */

/** Ends of a confidence interval, in [0, 1]. */
export interface Interval {
  /** The lower end. */
  readonly low: number;
  /** The upper end. */
  readonly high: number;
}

/** Half-width of the central 95 % of a normal distribution, in standard deviations. */
const TWO_SIDED_95 = 1.959963984540054;

/**
 * Gives the interval that contains the true share behind a count with 95 % confidence (E. B.
 * Wilson, 1927). With p = successes / trials, n = trials and z = 1.96 it is
 *
 * (p + z^2 / 2n +- z sqrt(p (1 - p) / n + z^2 / 4n^2)) / (1 + z^2 / n)
 *
 * Choice: Wilson's, because the textbook's p +- z sqrt(p (1 - p) / n) is too narrow near 0 and 1.
 *
 * @param successes How many, from 0 to trials; a mean over several counts need not be whole
 * @param trials Out of how many, an integer >= 1
 * @throws {RangeError} If there are no trials, or more successes than trials
 */
export function wilsonInterval(successes: number, trials: number): Interval {
  if (!Number.isInteger(trials) || trials < 1) {
    throw new RangeError(
      `Cannot give an interval: trials must be an integer >= 1, got ${trials}`,
    );
  }
  if (!(successes >= 0 && successes <= trials)) {
    throw new RangeError(
      `Cannot give an interval: successes must be from 0 to ${trials}, got ${successes}`,
    );
  }
  const share = successes / trials;
  const doubt = TWO_SIDED_95 ** 2 / trials;
  const centre = share + doubt / 2;
  const reach = Math.sqrt(doubt * share * (1 - share) + doubt ** 2 / 4);
  const end = (at: number) => Math.min(1, Math.max(0, at / (1 + doubt))); // rounding may leave [0, 1]
  return { low: end(centre - reach), high: end(centre + reach) };
}
