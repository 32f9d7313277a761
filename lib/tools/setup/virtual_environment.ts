/**
 * The project's own Python environments, with pinned packages: `.venv` with JupyterLab, nbclient
 * and pip, `.backend/peers` with the frameworks for `bench --peer`, and `.backend/readers` with other
 * people's readers of files for `faults`.
 *
 * @module
 */
import { join } from "node:path";
import type { Backend } from "./backend_choice.ts";
import { runChild } from "./child.ts";
import type { SetupContext } from "./context.ts";
import type { Layout } from "./layout.ts";
import { requireDisk } from "./platform.ts";
import { isCurrent, type Prepared, prepareFolder } from "./prepared.ts";

/** An environment to make. */
interface PythonEnvironment {
  /** Its path. */
  readonly folder: string;
  /** The folder's name in messages. */
  readonly name: string;
  /** What is installed, for messages. */
  readonly content: string;
  /** The file that pins the packages. */
  readonly requirements: string;
  /** Arguments of `pip install`. */
  readonly install: readonly string[];
  /** Distinguishes environments with the same requirements. */
  readonly variant?: Backend;
  /** Minor version of the oldest Python 3 that the pinned packages support. */
  readonly pythonAtLeast: number;
  /** Disk space. */
  readonly gigabytes: number;
}

/** Makes `.venv` from `requirements.txt`. */
export async function ensureVirtualEnvironment(context: SetupContext): Promise<void> {
  const requirements = join(import.meta.dirname!, "requirements.txt");
  await ensureEnvironment(context, {
    folder: context.layout.venv,
    name: ".venv",
    content: "JupyterLab",
    requirements,
    install: ["--no-deps", "--requirement", requirements],
    pythonAtLeast: 10,
    gigabytes: 1,
  });
}

/**
 * Makes the environment of PyTorch and JAX.
 *
 * @param backend Whether JAX needs CUDA; PyTorch's wheels include it
 * @returns Its interpreter
 */
export async function ensurePeers(context: SetupContext, backend: Backend): Promise<string> {
  const requirements = join(import.meta.dirname!, "..", "bench", "twins", "requirements.txt");
  const jax = backend === "gpu" ? "jax[cuda13]" : "jax";
  return await ensureEnvironment(context, {
    folder: context.layout.peers,
    name: ".backend/peers",
    content: "PyTorch and JAX",
    requirements,
    install: ["--constraint", requirements, "torch", jax, "numpy", "safetensors"],
    variant: backend,
    pythonAtLeast: 11,
    gigabytes: 10,
  });
}

/**
 * Makes the environment of NumPy, Pillow, trimesh and safetensors, which read files independently.
 *
 * @returns Its interpreter
 */
export async function ensureReaders(context: SetupContext): Promise<string> {
  const requirements = join(import.meta.dirname!, "..", "faults", "requirements.txt");
  return await ensureEnvironment(context, {
    folder: context.layout.readers,
    name: ".backend/readers",
    content: "NumPy, Pillow, trimesh and safetensors",
    requirements,
    install: ["--no-deps", "--require-hashes", "--requirement", requirements],
    pythonAtLeast: 10,
    gigabytes: 1,
  });
}

/** Makes an environment unless an up-to-date one exists; returns its interpreter. */
async function ensureEnvironment(
  context: SetupContext,
  environment: PythonEnvironment,
): Promise<string> {
  const { layout, pythonProgram, report, signal } = context;
  const { folder, name, content, requirements, install, variant, gigabytes } = environment;
  const python = join(folder, "bin", "python");
  const expected: Prepared = {
    folder,
    stamp: {
      // Its programs contain their own path, so a moved checkout needs a new one.
      path: folder,
      requirements: await Deno.readTextFile(requirements),
      ...(variant && { variant }),
    },
    // A link, which dangles once the Python it was made with is gone.
    probe: python,
  };
  if (await isCurrent(expected)) return python;
  const needPython = await requirePython(pythonProgram, environment);
  await requireDisk(`install ${content}`, layout.root, gigabytes);
  report({ step: `Install ${content} into ${name}` });
  await prepareFolder({
    ...expected,
    inPlace: true,
    make: async () => {
      await runChild(pythonProgram, ["-m", "venv", folder], {
        action: `make ${name}`,
        cure: needPython,
        signal,
      });
      const pip = ["-m", "pip", "install", ...install];
      await runChild(python, [...pip, "--no-input", "--disable-pip-version-check"], {
        action: `install ${content}`,
        cure: "check the network and pip's settings (`pip config list`), then rerun the command",
        signal,
      });
    },
  });
  return python;
}

/** Variables that keep everything Jupyter writes inside `.venv` and the user's settings out. */
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

/** Checks the Python for an environment; returns what to do if it lacks venv. */
async function requirePython(
  program: string,
  { name, pythonAtLeast }: PythonEnvironment,
): Promise<string> {
  const action = `make ${name}`;
  const cure = `install Python 3.${pythonAtLeast} or later with its venv module, ` +
    "e.g. with `sudo apt install python3 python3-venv`";
  const version = await runChild(
    program,
    ["-c", "import sys; print('%d.%d' % sys.version_info[:2])"],
    { action, cure },
  );
  const [major, minor] = version.trim().split(".").map(Number);
  if (major !== 3 || minor! < pythonAtLeast) {
    throw new Error(
      `Cannot ${action}: ${program} must be Python 3.${pythonAtLeast} or later, ` +
        `got ${version.trim()}; ${cure}`,
    );
  }
  return cure;
}
