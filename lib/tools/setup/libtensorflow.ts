/**
 * Gets libtensorflow from the pinned TensorFlow wheel, which supports current CPUs and GPUs; the
 * one that tfjs itself would download dates from 2022.
 *
 * @module
 */
import { join } from "node:path";
import type { Backend } from "./backend_choice.ts";
import { runChild } from "./child.ts";
import { type CpuArchitecture, requireDisk } from "./platform.ts";
import { exists, isCurrent, prepareFolder, type Stamp } from "./prepared.ts";
import type { SetupContext } from "./context.ts";

/** The pinned version of libtensorflow. */
export const TENSORFLOW_VERSION = "2.21.0";

/** The wheel of each library; there is none for a GPU on ARM. */
const PACKAGES: Record<CpuArchitecture, Partial<Record<Backend, string>>> = {
  x86_64: { cpu: "tensorflow-cpu", gpu: "tensorflow" },
  aarch64: { cpu: "tensorflow" },
};

/** Peak disk use: wheel, library and, for a GPU, CUDA's wheels and libraries. */
const GIGABYTES: Record<Backend, number> = { cpu: 2, gpu: 10 };

/** The libraries that the binding opens. */
const LIBRARIES = ["libtensorflow_cc.so.2", "libtensorflow_framework.so.2"];

const CUDA_REQUIREMENTS = join(import.meta.dirname!, "cuda_requirements.txt");

/**
 * Makes the folder of a backend: `lib/`, `include/` and, for `gpu`, `nvidia/` beside them, where
 * libtensorflow looks for CUDA.
 *
 * @returns The folder
 */
export async function ensureLibtensorflow(
  context: SetupContext,
  backend: Backend,
  architecture: CpuArchitecture,
): Promise<string> {
  const { layout } = context;
  const name = PACKAGES[architecture][backend];
  if (name === undefined) {
    throw new Error(
      `Cannot set up the ${backend} backend: the CPU must be x86_64, got ${architecture}; ` +
        `run \`deno task setup --backend cpu\``,
    );
  }
  const folder = join(layout.backends, `${backend}-${TENSORFLOW_VERSION}`);
  const stamp: Stamp = {
    wheel: `${name}==${TENSORFLOW_VERSION}`,
    cuda: backend === "gpu" ? await Deno.readTextFile(CUDA_REQUIREMENTS) : "none",
  };
  if (await isCurrent({ folder, stamp })) return folder;
  await requireDisk("download libtensorflow", layout.root, GIGABYTES[backend]);
  await prepareFolder({
    folder,
    stamp,
    make: async (partial) => {
      await downloadLibrary(context, stamp.wheel!, partial);
      if (backend === "gpu") await downloadCuda(context, partial);
    },
  });
  return folder;
}

/**
 * Checks a folder that the user provides (`SHAPES_TENSORFLOW_DIR`).
 *
 * @throws {Error} If a library is missing
 */
export async function requireLibtensorflow(folder: string): Promise<void> {
  for (const library of LIBRARIES) {
    const path = join(folder, "lib", library);
    if (!await exists(path)) {
      throw new Error(
        `Cannot use SHAPES_TENSORFLOW_DIR: "${folder}" must hold lib/${library}, got no such file; ` +
          `unset the variable to download it`,
      );
    }
  }
}

async function downloadLibrary(
  context: SetupContext,
  requirement: string,
  folder: string,
): Promise<void> {
  const { layout, signal } = context;
  const wheels = join(folder, "wheel");
  await runPip(context, `download ${requirement}`, [
    "download",
    "--no-deps",
    // All wheels hold the same library, so the user's Python may be newer than TensorFlow supports.
    "--python-version=3.12",
    "--only-binary=:all:",
    `--dest=${wheels}`,
    requirement,
  ]);
  context.report({ step: "Extract libtensorflow" });
  for await (const wheel of Deno.readDir(wheels)) {
    const script = join(import.meta.dirname!, "extract_wheel.py");
    await runChild(layout.python, [script, join(wheels, wheel.name), folder], {
      action: `extract ${requirement}`,
      cure: "rerun the command",
      signal,
    });
  }
  await Deno.remove(wheels, { recursive: true });
}

async function downloadCuda(context: SetupContext, folder: string): Promise<void> {
  await runPip(context, "download CUDA's libraries", [
    "install",
    "--no-deps",
    `--target=${folder}`,
    `--requirement=${CUDA_REQUIREMENTS}`,
  ]);
}

/** Runs the virtual environment's pip and reports its download progress. */
async function runPip(context: SetupContext, action: string, args: string[]): Promise<void> {
  const step = action[0]!.toUpperCase() + action.slice(1);
  context.report({ step });
  const options = ["--no-cache-dir", "--no-input", "--disable-pip-version-check"];
  await runChild(context.layout.python, ["-m", "pip", ...args, ...options, "--progress-bar=raw"], {
    action,
    cure: "check the network and pip's settings (`pip config list`), then rerun the command",
    signal: context.signal,
    onLine: (line) => {
      const progress = /^Progress (\d+) of (\d+)$/.exec(line);
      if (progress) {
        context.report({ step, done: Number(progress[1]), total: Number(progress[2]) });
      }
    },
  });
}
