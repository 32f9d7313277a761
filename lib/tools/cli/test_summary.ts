/**
 * Parses the summary of `deno test`.
 *
 * @module
 */

/** Numbers of passed and failed tests. */
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
 * Parses the last summary line; a test may have printed another before it.
 *
 * @param output What `deno test` printed
 * @returns Undefined if there is no summary, e.g. if the tests do not type-check
 */
export function parseTestSummary(output: string): TestSummary | undefined {
  const last = [...output.replaceAll(COLOUR, "").matchAll(SUMMARY)].at(-1);
  return last && { passed: Number(last[1]), failed: Number(last[2]) };
}

/**
 * Formats the last line of a test run, e.g. `120 passed, 0 failed`.
 *
 * @param exitCode The run's; nonzero counts as a failure even if no test failed
 */
export function closingLine(summary: TestSummary | undefined, exitCode: number): string {
  const { passed, failed } = summary ?? { passed: 0, failed: 0 };
  return `${passed} passed, ${exitCode === 0 ? failed : Math.max(failed, 1)} failed`;
}
