/**
 * The project's own Python environment, `.venv`, with pinned JupyterLab, nbclient and pip.
 *
 * @module
 */
import { join } from "node:path";
import { runChild } from "./child.ts";
import type { SetupContext } from "./context.ts";
import type { Layout } from "./layout.ts";
import { requireDisk } from "./machine.ts";
import { isCurrent, type Prepared, prepareFolder } from "./prepared.ts";

const REQUIREMENTS = join(import.meta.dirname!, "requirements.txt");

/** The oldest Python that the pinned packages run on. */
const PYTHON_AT_LEAST = [3, 10] as const;

const GIGABYTES = 1;

const NEED_PYTHON = "install Python 3.10 or later with its venv module, " +
  "such as by `sudo apt install python3 python3-venv`";

/** Makes `.venv` as `requirements.txt` says. */
export async function ensureVirtualEnvironment(context: SetupContext): Promise<void> {
  const { layout, pythonProgram, report, signal } = context;
  const wanted: Prepared = {
    folder: layout.venv,
    stamp: {
      // Its programs name their own path, so a moved checkout needs a new one.
      path: layout.venv,
      requirements: await Deno.readTextFile(REQUIREMENTS),
    },
    // A link, which leads nowhere once the Python that it was made with has gone.
    probe: layout.python,
  };
  if (await isCurrent(wanted)) return;
  await requirePython(pythonProgram);
  await requireDisk("install JupyterLab", layout.root, GIGABYTES);
  report({ step: "Install JupyterLab into .venv" });
  await prepareFolder({
    ...wanted,
    inPlace: true,
    make: async (folder) => {
      await runChild(pythonProgram, ["-m", "venv", folder], {
        action: "make .venv",
        cure: NEED_PYTHON,
        signal,
      });
      await installRequirements(layout, signal);
    },
  });
}

/** The variables that keep everything that Jupyter writes inside `.venv`, and the user's out. */
export function jupyterEnvironment(layout: Layout): Record<string, string> {
  const inside = (...names: string[]) => join(layout.venv, ...names);
  return {
    JUPYTER_CONFIG_DIR: inside("etc", "jupyter"),
    JUPYTER_DATA_DIR: inside("share", "jupyter"),
    JUPYTER_RUNTIME_DIR: inside("run", "jupyter"),
    JUPYTER_PATH: inside("share", "jupyter"),
    IPYTHONDIR: inside("etc", "ipython"),
    PYTHONNOUSERSITE: "1",
  };
}

async function requirePython(program: string): Promise<void> {
  const action = "make .venv";
  const version = await runChild(
    program,
    ["-c", "import sys; print('%d.%d' % sys.version_info[:2])"],
    { action, cure: NEED_PYTHON },
  );
  const [major, minor] = version.trim().split(".").map(Number);
  const [wantedMajor, wantedMinor] = PYTHON_AT_LEAST;
  if (major !== wantedMajor || minor! < wantedMinor) {
    throw new Error(
      `Cannot ${action}: ${program} must be Python ${PYTHON_AT_LEAST.join(".")} or later, ` +
        `got ${version.trim()}; ${NEED_PYTHON}`,
    );
  }
}

async function installRequirements(layout: Layout, signal?: AbortSignal): Promise<void> {
  const pip = ["-m", "pip", "install", "--no-deps", "--no-input", "--disable-pip-version-check"];
  await runChild(layout.python, [...pip, "--requirement", REQUIREMENTS], {
    action: "install JupyterLab",
    cure: "check the network and pip's settings (`pip config list`) and run it again",
    signal,
  });
}
