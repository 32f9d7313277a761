/**
 * Reports what the machine has and lacks for this project: `deno task doctor`.
 *
 * @module
 */
import { join } from "node:path";
import { askDriver, type BackendChoice, readBackendChoice } from "./backend_choice.ts";
import { runChild } from "./child.ts";
import { type Layout, PROJECT } from "./layout.ts";
import { TENSORFLOW_VERSION } from "./libtensorflow.ts";
import { exists } from "./prepared.ts";
import { ONEDNN_SWITCH } from "./runtime_environment.ts";

/** The result of one check. */
export interface Finding {
  /** What was checked. */
  readonly topic: string;
  /** Its state. */
  readonly state: string;
  /** How to fix it; absent if nothing is missing. */
  readonly cure?: string;
}

/** CUDA libraries, by the names that libtensorflow opens. */
const CUDA_LIBRARIES = [
  "libcudart.so.12",
  "libcublas.so.12",
  "libcublasLt.so.12",
  "libcudnn.so.9",
  "libcufft.so.11",
  "libcurand.so.10",
  "libcusolver.so.11",
  "libcusparse.so.12",
  "libcupti.so.12",
  "libnccl.so.2",
  "libnvJitLink.so.12",
];

const SET_UP = "run `deno task setup`";

/** What to check. */
export interface DiagnoseOptions {
  /** The checkout; by default this one. */
  readonly layout?: Layout;
  /** The value of oneDNN's switch; undefined if not set. */
  readonly oneDnn?: string | undefined;
  /** Called before TensorFlow loads; its errors become part of the finding. */
  readonly beforeLoading?: () => void;
}

/** Checks everything that set-up makes and needs; changes nothing. */
export async function diagnose(options: DiagnoseOptions = {}): Promise<Finding[]> {
  const { layout = PROJECT, oneDnn, beforeLoading = () => {} } = options;
  const choice = await readBackendChoice(layout);
  return [
    systemFinding(),
    await programFinding("Compiler", "g++", ["--version"], "`sudo apt install g++`"),
    await programFinding("Python", "python3", ["--version"], "`sudo apt install python3-venv`"),
    await programFinding("JupyterLab", layout.python, ["-m", "jupyterlab", "--version"], SET_UP),
    await driverFinding(),
    backendFinding(choice),
    ...(choice?.backend === "gpu" ? [await cudaFinding(choice)] : []),
    oneDnnFinding(oneDnn),
    await tensorflowFinding(layout, choice, beforeLoading),
  ];
}

function oneDnnFinding(value: string | undefined): Finding {
  const topic = "oneDNN";
  if (value === "1") return { topic, state: `on (${ONEDNN_SWITCH}=1)` };
  if (value === undefined) return { topic, state: "left to TensorFlow" };
  return {
    topic,
    state: `off (${ONEDNN_SWITCH}=${value}): training on the CPU takes more time and memory`,
    cure: `unset ${ONEDNN_SWITCH}`,
  };
}

function systemFinding(): Finding {
  const { os, arch } = Deno.build;
  const memory = Math.round(Deno.systemMemoryInfo().total / 2 ** 30);
  const state = `${os} ${arch}, ${navigator.hardwareConcurrency} cores, ${memory} GiB, ` +
    `Deno ${Deno.version.deno}`;
  return { topic: "System", state };
}

async function programFinding(
  topic: string,
  program: string,
  args: string[],
  cure: string,
): Promise<Finding> {
  try {
    const words = await runChild(program, args, { action: `run ${program}`, cure });
    return { topic, state: words.split("\n")[0]! };
  } catch (error) {
    return { topic, state: `missing (${(error as Error).message})`, cure };
  }
}

async function driverFinding(): Promise<Finding> {
  const { found, text } = await askDriver();
  return { topic: "NVIDIA driver", state: found ? text : `none (${text})` };
}

function backendFinding(choice: BackendChoice | undefined): Finding {
  if (choice === undefined) return { topic: "Backend", state: "not set up", cure: SET_UP };
  return { topic: "Backend", state: `${choice.backend}, because ${choice.reason}` };
}

async function cudaFinding({ folder }: BackendChoice): Promise<Finding> {
  const missing: string[] = [];
  for (const library of CUDA_LIBRARIES) {
    if (!await isAmongWheels(folder, library) && !isOnSystem(library)) missing.push(library);
  }
  if (missing.length === 0) return { topic: "CUDA", state: "all libraries found" };
  return {
    topic: "CUDA",
    state: `missing: ${missing.join(", ")}`,
    cure: "run `deno task setup --backend gpu`, or add their folders to LD_LIBRARY_PATH",
  };
}

async function isAmongWheels(folder: string, library: string): Promise<boolean> {
  const nvidia = join(folder, "nvidia");
  if (!await exists(nvidia)) return false;
  for await (const { name, isDirectory } of Deno.readDir(nvidia)) {
    if (isDirectory && await exists(join(nvidia, name, "lib", library))) return true;
  }
  return false;
}

/** Asks the system's loader, which knows LD_LIBRARY_PATH and the system folders. */
function isOnSystem(library: string): boolean {
  try {
    Deno.dlopen(library, {}).close();
    return true;
  } catch {
    return false; // The loader reports a missing library only by throwing.
  }
}

/** Loads TensorFlow, if its binding exists. */
async function tensorflowFinding(
  layout: Layout,
  choice: BackendChoice | undefined,
  beforeLoading: () => void,
): Promise<Finding> {
  const topic = "TensorFlow";
  if (!await exists(join(layout.tfjs, "lib", "napi-v8", "tfjs_binding.node"))) {
    return { topic, state: "no native binding", cure: SET_UP };
  }
  try {
    beforeLoading();
    const tf = await import("@/engine/tf.ts");
    const { binding } = tf.backend() as unknown as {
      binding: { TF_Version: string; isUsingGpuDevice(): boolean };
    };
    const device = binding.isUsingGpuDevice() ? "the GPU" : "the CPU";
    const state = `libtensorflow ${binding.TF_Version}, tfjs ${tf.version["tfjs-core"]}, ` +
      `runs on ${device}`;
    if (binding.TF_Version !== TENSORFLOW_VERSION) return { topic, state, cure: SET_UP };
    if (choice?.backend === "gpu" && !binding.isUsingGpuDevice()) {
      const cure = "install NVIDIA's driver, or run `deno task setup --backend cpu`";
      return { topic, state: `${state} although the backend is gpu`, cure };
    }
    return { topic, state };
  } catch (error) {
    return { topic, state: `does not load (${(error as Error).message})`, cure: SET_UP };
  }
}
