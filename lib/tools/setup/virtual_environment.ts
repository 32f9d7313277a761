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
import { isMade, type SetupContext } from "./context.ts";
import type { Layout } from "./layout.ts";
import { runPip } from "./pip.ts";
import { requireDisk } from "./platform.ts";
import { type Prepared, prepareFolder } from "./prepared.ts";
import { privateEnvironment } from "./private_environment.ts";
import { findPython, NEWEST } from "./python.ts";

/** An environment to make. */
interface PythonEnvironment {
  /** Its path. */
  readonly folder: string;
  /** The folder's name in messages. */
  readonly name: string;
  /** What is installed, for messages. */
  readonly content: string;
  /** How much that is and what for, for messages. */
  readonly download: string;
  /** The file that pins the packages. */
  readonly requirements: string;
  /** Arguments of `pip install`. */
  readonly install: readonly string[];
  /** A program or package that it brings, relative to the folder. */
  readonly brings?: string;
  /** Distinguishes environments with the same requirements. */
  readonly variant?: Backend;
  /** Minor version of the oldest Python 3 that the pinned packages support. */
  readonly pythonAtLeast: number;
  /** Disk space. */
  readonly gigabytes: number;
}

/** Makes `.venv` from `requirements.txt`. */
export async function ensureVirtualEnvironment(context: SetupContext): Promise<void> {
  await ensureEnvironment(context, jupyterIn(context.layout));
}

/** What `.venv` is when it is complete. */
export async function expectedVirtualEnvironment(layout: Layout): Promise<Prepared> {
  return await preparedOf(jupyterIn(layout));
}

function jupyterIn({ venv }: Layout): PythonEnvironment {
  const requirements = join(import.meta.dirname!, "requirements.txt");
  return {
    folder: venv,
    name: ".venv",
    content: "JupyterLab",
    download: "48 MB, to run notebooks",
    requirements,
    install: ["--no-deps", "--requirement", requirements],
    brings: join("bin", "jupyter-lab"),
    pythonAtLeast: 10,
    gigabytes: 1,
  };
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
    download: "gigabytes, to race",
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
    download: "27 MB, to read files independently",
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
  const { layout, pythonPrograms, report, signal } = context;
  const { folder, name, content, download, install, gigabytes, pythonAtLeast } = environment;
  const python = join(folder, "bin", "python");
  const expected = await preparedOf(environment);
  if (await isMade(context, expected)) return python;
  const { program, version, minor } = await findPython(
    `make ${name}`,
    pythonPrograms,
    pythonAtLeast,
  );
  await requireDisk(`install ${content}`, layout.root, gigabytes);
  const isTried = minor <= NEWEST;
  report({
    step: `Install ${content} into ${name} (${download})` +
      (isTried ? "" : ` with Python ${version}, newer than any that was tried (3.${NEWEST})`),
  });
  const disk = { folder: layout.root, gigabytes };
  await prepareFolder({
    ...expected,
    inPlace: true,
    make: async (_, temporary) => {
      await runChild(program, ["-m", "venv", folder], {
        action: `make ${name}`,
        cure: `mend or replace ${program}, then rerun the command`,
        environment: privateEnvironment({ TMPDIR: temporary }),
        disk,
        signal,
      });
      await runPip(python, ["install", ...install], {
        action: `install ${content}`,
        temporary,
        disk,
        signal,
      });
    },
  });
  return python;
}

async function preparedOf(
  { folder, requirements, variant, brings }: PythonEnvironment,
): Promise<Prepared> {
  return {
    folder,
    stamp: {
      // Its programs contain their own path, so a moved checkout needs a new one.
      path: folder,
      requirements: await Deno.readTextFile(requirements),
      ...(variant && { variant }),
    },
    probes: [
      // A link, which dangles once the Python it was made with is gone.
      join(folder, "bin", "python"),
      ...(brings === undefined ? [] : [join(folder, brings)]),
    ],
  };
}
