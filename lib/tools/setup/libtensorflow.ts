/**
 * Gets libtensorflow from the pinned TensorFlow wheel, which supports current CPUs and GPUs; the
 * one that tfjs itself would download dates from 2022.
 *
 * @module
 */
import { dirname, join } from "node:path";
import type { Backend } from "./backend_choice.ts";
import { type Disk, runChild } from "./child.ts";
import type { Layout } from "./layout.ts";
import { type CpuArchitecture, requireDisk } from "./platform.ts";
import { exists, type Prepared, prepareFolder } from "./prepared.ts";
import { isMade, type SetupContext } from "./context.ts";
import { runPip } from "./pip.ts";
import { privateEnvironment } from "./private_environment.ts";

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
  const wheel = `${name}==${TENSORFLOW_VERSION}`;
  const folder = join(layout.backends, `${backend}-${TENSORFLOW_VERSION}`);
  const expected: Prepared = {
    folder,
    stamp: {
      wheel,
      cuda: backend === "gpu" ? await Deno.readTextFile(CUDA_REQUIREMENTS) : "none",
    },
    probes: LIBRARIES.map((library) => join(folder, "lib", library)),
  };
  if (await isMade(context, expected)) return folder;
  const disk = { folder: layout.root, gigabytes: GIGABYTES[backend] };
  await requireDisk("download libtensorflow", disk.folder, disk.gigabytes);
  await prepareFolder({
    ...expected,
    make: async (partial, temporary) => {
      const place = { folder: partial, temporary, disk };
      await downloadLibrary(context, wheel, place);
      if (backend === "gpu") await downloadCuda(context, place);
    },
  });
  return folder;
}

/** Whether a backend's folder is complete: with a stamp, unless the user provides it. */
export async function isComplete(layout: Layout, folder: string): Promise<boolean> {
  const paths = LIBRARIES.map((library) => join("lib", library));
  if (dirname(folder) === layout.backends) paths.push("stamp.json");
  const found = await Promise.all(paths.map((path) => exists(join(folder, path))));
  return found.every((isThere) => isThere);
}

/** Where a download goes. */
interface Place {
  readonly folder: string;
  readonly temporary: string;
  readonly disk: Disk;
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
  place: Place,
): Promise<void> {
  const { layout, signal } = context;
  const { folder, disk } = place;
  const wheels = join(folder, "wheel");
  context.report({ step: "Download libtensorflow (274 MB or more, to compute)" });
  await download(context, place, `download ${requirement}`, [
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
      environment: privateEnvironment(),
      disk,
      signal,
    });
  }
  await Deno.remove(wheels, { recursive: true });
}

async function downloadCuda(context: SetupContext, place: Place): Promise<void> {
  await download(context, place, "download CUDA's libraries", [
    "install",
    "--no-deps",
    `--target=${place.folder}`,
    `--requirement=${CUDA_REQUIREMENTS}`,
  ]);
}

/** Runs the virtual environment's pip and reports its download progress. */
async function download(
  context: SetupContext,
  { temporary, disk }: Place,
  action: string,
  args: string[],
): Promise<void> {
  const step = action[0]!.toUpperCase() + action.slice(1);
  context.report({ step });
  await runPip(context.layout.python, [...args, "--no-cache-dir", "--progress-bar=raw"], {
    action,
    temporary,
    disk,
    signal: context.signal,
    onLine: (line) => {
      const progress = /^Progress (\d+) of (\d+)$/.exec(line);
      if (progress) {
        context.report({ step, done: Number(progress[1]), total: Number(progress[2]) });
      }
    },
  });
}
