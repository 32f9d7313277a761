/**
 * Runs the pip of the project's own Pythons.
 *
 * @module
 */
import { type ChildOptions, runChild } from "./child.ts";
import { variablesOf } from "./pip_settings.ts";
import { privateEnvironment, userEnvironment } from "./private_environment.ts";

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
async function readSettings(
  python: string,
  command: string,
  signal?: AbortSignal,
): Promise<Record<string, string>> {
  const user = Object.entries(userEnvironment()).filter(([name]) => name.startsWith("PIP_"));
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
