/**
 * What `deno test` says at its end, in numbers.
 *
 * @module
 */

/** How many tests passed and failed. */
export interface TestSummary {
  /** Tests that passed. */
  readonly passed: number;
  /** Tests, and whole files, that failed. */
  readonly failed: number;
}

// deno-lint-ignore no-control-regex -- colours are control characters
const COLOUR = /\x1b\[[0-9;]*m/g;

const SUMMARY = /^(?:ok|FAILED) \| (\d+) passed(?: \(\d+ steps?\))? \| (\d+) failed/gm;

/**
 * Reads the last summary line; a test may have printed another before it.
 *
 * @param output What `deno test` printed
 * @returns Undefined if it ended without a summary, as it does when the tests do not type-check
 */
export function parseTestSummary(output: string): TestSummary | undefined {
  const last = [...output.replaceAll(COLOUR, "").matchAll(SUMMARY)].at(-1);
  return last && { passed: Number(last[1]), failed: Number(last[2]) };
}

/**
 * Gives the line that ends a test run, such as `120 passed, 0 failed`.
 *
 * @param exitCode The run's; another than 0 is a failure even where no test is to blame
 */
export function closingLine(summary: TestSummary | undefined, exitCode: number): string {
  const { passed, failed } = summary ?? { passed: 0, failed: 0 };
  return `${passed} passed, ${exitCode === 0 ? failed : Math.max(failed, 1)} failed`;
}
