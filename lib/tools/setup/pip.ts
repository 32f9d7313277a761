/**
 * Runs the pip of the project's own Pythons: with the user's and the company's settings for where
 * packages come from, and without those for where they go.
 *
 * @module
 */
import { type ChildOptions, runChild } from "./child.ts";
import { privateEnvironment } from "./private_environment.ts";

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

const OPTIONS = ["--no-input", "--disable-pip-version-check"];

/** How to run pip. */
export interface PipOptions extends ChildOptions {
  /** For what it unpacks; the system's folder may be too small. */
  readonly temporary: string;
}

/**
 * Runs pip.
 *
 * @param python The Python whose pip it is
 * @param args The command, e.g. `install`, and what follows it
 */
export async function runPip(
  python: string,
  args: readonly string[],
  { temporary, ...options }: Omit<PipOptions, "cure" | "environment">,
): Promise<void> {
  const settings = await readSettings(python, args[0]!, options.signal);
  await runChild(python, ["-m", "pip", ...args, ...OPTIONS], {
    ...options,
    cure: "check the network and pip's index and proxy (`pip config list`), then rerun the command",
    environment: privateEnvironment({ ...settings, TMPDIR: temporary }),
  });
}

/** Reads the user's settings as pip does, from its files and variables. */
async function readSettings(python: string, command: string, signal?: AbortSignal) {
  const user = Object.entries(Deno.env.toObject()).filter(([name]) => name.startsWith("PIP_"));
  const listed = await runChild(python, ["-m", "pip", "config", "list"], {
    action: "read pip's settings",
    cure: "mend pip's settings, then rerun the command",
    environment: privateEnvironment({
      ...Object.fromEntries(user),
      PIP_QUIET: "0", // or it would list nothing
    }),
    signal,
  });
  return variablesOf(listed, command);
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
  const variables = Object.entries(found)
    .map(([name, text]) => [`PIP_${name.toUpperCase().replaceAll("-", "_")}`, text]);
  // This name makes pip skip all of its files.
  return { ...Object.fromEntries(variables), PIP_CONFIG_FILE: "/dev/null" };
}

/** Reads a Python string literal. */
function textOf(literal: string): string {
  return literal.trim().replace(/^(['"])(.*)\1$/, "$2")
    .replaceAll(/\\(.)/g, (_, letter) => letter === "n" ? "\n" : letter === "t" ? "\t" : letter);
}
