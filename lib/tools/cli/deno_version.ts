/**
 * Tells whether Deno is new enough. It imports nothing, so that any Deno can run it.
 *
 * @module
 */

/** Older ones lack `tryLock`, and none of them was tried. */
const OLDEST = "2.9";

/** The version that the tests run with. */
const TESTED = "2.9.6";

/**
 * Says why a version will not do; undefined if it will.
 *
 * @param version As in `Deno.version.deno`
 * @param command The words after `deno task`
 */
export function whyTooOld(version: string, command: string): string | undefined {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = OLDEST.split(".").map(Number);
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return undefined;
  return `Cannot run \`deno task ${command}\`: it needs Deno ${OLDEST} or later, got ${version}; ` +
    `run \`npx -y deno@${TESTED} task ${command}\`, or update with \`deno upgrade\``;
}
