/**
 * Which of the user's and the company's settings for pip reach the project's own Pythons: those for
 * where packages come from, and none for where they go.
 *
 * @module
 */

/**
 * The settings that are kept: which index, and how to reach it. Others, such as `user`, `target`,
 * `require-virtualenv` or `no-index`, are about other environments than ours.
 */
const KEPT = [
  "index-url",
  "extra-index-url",
  "find-links",
  "trusted-host",
  "cert",
  "client-cert",
  "proxy",
  "timeout",
  "retries",
  "keyring-provider",
  "cache-dir",
  "no-cache-dir",
];

/** Whether a variable sets one that is kept. */
export function isKeptByPip(name: string): boolean {
  return KEPT.some((setting) => variableOf(setting) === name);
}

/**
 * Turns pip's settings into the variables that make pip use the kept ones and no others.
 *
 * @param listed What `pip config list` prints, e.g. `global.index-url='https://pypi.org/simple'`
 * @param command The command whose section counts, e.g. `install`
 */
export function variablesOf(listed: string, command: string): Record<string, string> {
  const found: Record<string, string> = {};
  const lines = listed.split("\n").map((line) => /^\s*([\w:-]+)\.([\w-]+)=(.*)$/.exec(line));
  for (const section of ["global", command, ":env:"]) { // the later one wins
    for (const line of lines) {
      if (line?.[1] === section && KEPT.includes(line[2]!)) found[line[2]!] = textOf(line[3]!);
    }
  }
  const variables = Object.entries(found).map(([name, text]) => [variableOf(name), text]);
  // This name makes pip skip all of its files.
  return { ...Object.fromEntries(variables), PIP_CONFIG_FILE: "/dev/null" };
}

function variableOf(setting: string): string {
  return `PIP_${setting.toUpperCase().replaceAll("-", "_")}`;
}

/** Reads a Python string literal. */
function textOf(literal: string): string {
  return literal.trim().replace(/^(['"])(.*)\1$/, "$2")
    .replaceAll(/\\(.)/g, (_, letter) => letter === "n" ? "\n" : letter === "t" ? "\t" : letter);
}
