/**
 * Finds a Python that can make the project's environments.
 *
 * @module
 */
import { howToInstall } from "./advice.ts";
import { runChild } from "./child.ts";
import { privateEnvironment } from "./private_environment.ts";

/** Where to look, in this order: the user's own first. */
export const PYTHONS = ["python3", "python3.13", "python3.12", "python3.11", "python3.10"];

/** Minor version of the newest Python 3 that was tried. */
export const NEWEST = 13;

/** A Python on this machine. */
export interface FoundPython {
  /** The program. */
  readonly program: string;
  /** Its version, e.g. `3.12`. */
  readonly version: string;
  /** Its minor version. */
  readonly minor: number;
  /** Whether it has the modules that make environments; Debian packs them apart. */
  readonly hasVenv: boolean;
}

const ASK_VERSION =
  "import sys; print('%d.%d' % sys.version_info[:2], flush=True); import ensurepip, venv";

/** Asks a Python for its version; undefined if there is none. */
export async function askPython(program: string): Promise<FoundPython | undefined> {
  const lines: string[] = [];
  let hasVenv = true;
  try {
    await runChild(program, ["-c", ASK_VERSION], {
      action: `run ${program}`,
      cure: "",
      environment: privateEnvironment(),
      onLine: (line) => lines.push(line),
    });
  } catch {
    hasVenv = false; // the version, if it got that far, says whether it is a Python at all
  }
  const version = /^3\.(\d+)$/.exec(lines[0] ?? "");
  return version ? { program, version: version[0], minor: Number(version[1]), hasVenv } : undefined;
}

/**
 * Finds a Python: the first that was tried and, if there is none, the first that is newer.
 *
 * @param action What it is for; starts the error message
 * @param programs Where to look
 * @param oldest Minor version of the oldest that will do
 * @throws {Error} If there is none; the message names those that there are
 */
export async function findPython(
  action: string,
  programs: readonly string[],
  oldest: number,
): Promise<FoundPython> {
  const others: FoundPython[] = [];
  for (const program of programs) {
    const python = await askPython(program);
    if (python === undefined) continue;
    if (python.hasVenv && python.minor >= oldest && python.minor <= NEWEST) return python;
    others.push(python);
  }
  const newer = others.find(({ minor, hasVenv }) => hasVenv && minor > NEWEST);
  if (newer !== undefined) return newer;
  const names = others.map(({ program, version, hasVenv }) =>
    `${program} ${version}${hasVenv ? "" : " without its venv module"}`
  );
  throw new Error(
    `Cannot ${action}: Python 3.${oldest} to 3.${NEWEST} must be installed with its venv module, ` +
      `got ${names.join(", ") || "none"}; install it, ${await howToInstall("python")}`,
  );
}
