/**
 * Refuses a Deno that is too old. It imports nothing, and the command line imports it first, so that
 * it runs before anything that an older Deno lacks.
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

const reason = whyTooOld(Deno.version.deno, Deno.args.join(" "));
if (reason !== undefined) {
  console.error(`error: ${reason}`);
  Deno.exit(1);
}
