/**
 * Reports what the machine has and lacks for this project: `deno task doctor`.
 *
 * @module
 */
import { statfs } from "node:fs/promises";
import { join } from "node:path";
import { howToInstall } from "./advice.ts";
import { askDriver, type BackendChoice, readBackendChoice } from "./backend_choice.ts";
import { expectedBinding } from "./binding.ts";
import { runChild } from "./child.ts";
import { type Layout, PROJECT } from "./layout.ts";
import { isComplete, TENSORFLOW_VERSION } from "./libtensorflow.ts";
import { requireAvx } from "./platform.ts";
import { exists, isCurrent } from "./prepared.ts";
import { ignoredVariables, privateEnvironment } from "./private_environment.ts";
import { findPython, PYTHONS } from "./python.ts";
import { ONEDNN_SWITCH } from "./runtime_environment.ts";
import { canLock } from "./setup_lock.ts";
import { isWritable } from "./user_folder.ts";
import { expectedVirtualEnvironment } from "./virtual_environment.ts";

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

/** What set-up needs on the disk: JupyterLab and the CPU's libtensorflow with its wheel. */
const GIGABYTES = 3;

/** What to check. */
export interface DiagnoseOptions {
  /** The checkout; by default this one. */
  readonly layout?: Layout;
  /** The value of oneDNN's switch; undefined if not set. */
  readonly oneDnn?: string | undefined;
  /** Called before TensorFlow loads; its errors become part of the finding. */
  readonly beforeLoading?: () => void;
  /** Where to look for a Python, by default `PYTHONS`. */
  readonly pythons?: readonly string[];
  /** The C++ compiler, by default `g++`. */
  readonly compiler?: string;
  /** The text of `/proc/cpuinfo`; by default this machine's. */
  readonly cpus?: string;
}

/** What set-up has made. */
interface Made {
  readonly jupyter: boolean;
  readonly binding: boolean;
  readonly backend: boolean;
}

/** Checks everything that set-up makes and needs; changes nothing. */
export async function diagnose(options: DiagnoseOptions = {}): Promise<Finding[]> {
  const { layout = PROJECT, oneDnn, beforeLoading = () => {} } = options;
  const { pythons = PYTHONS, compiler = "g++" } = options;
  const choice = await readBackendChoice(layout);
  const made: Made = {
    jupyter: await isCurrent(await expectedVirtualEnvironment(layout)),
    binding: await exists(layout.tfjs) &&
      await isCurrent(await expectedBinding({ layout, compilerProgram: compiler })),
    backend: choice !== undefined && await isComplete(layout, choice.folder),
  };
  return [
    systemFinding(),
    cpuFinding(options.cpus),
    await checkoutFinding(layout, made),
    await compilerFinding(compiler, made),
    await pythonFinding(pythons, made),
    await jupyterFinding(layout, made),
    ...settingsFindings(),
    await driverFinding(),
    backendFinding(choice, made),
    ...(choice?.backend === "gpu" ? [await cudaFinding(choice)] : []),
    oneDnnFinding(oneDnn),
    await tensorflowFinding(layout, choice, made, beforeLoading),
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

function cpuFinding(cpus: string | undefined): Finding {
  const topic = "CPU";
  const { arch } = Deno.build;
  try {
    requireAvx(arch, cpus);
    return { topic, state: arch === "x86_64" ? "has AVX" : arch };
  } catch (error) {
    return { topic, ...apart(error) };
  }
}

/** Finds out whether set-up could work here; if all is made, it need not. */
async function checkoutFinding(layout: Layout, made: Made): Promise<Finding> {
  const topic = "Checkout";
  const isComplete = made.jupyter && made.binding && made.backend;
  const { root } = layout;
  if (!await isWritable(root)) {
    if (isComplete) return { topic, state: `${root}, read-only for you: all is set up` };
    const cure = "run `deno task setup` as the user who owns it, or use a clone of your own";
    return { topic, state: `${root}, read-only for you`, cure };
  }
  const { bavail, bsize } = await statfs(root);
  const free = bavail * bsize / 1e9;
  const locks = await canLock(join(root, "deno.json"))
    ? ""
    : ", no locks on this file system: run one set-up at a time";
  const state = `${root}, ${free.toFixed(1)} GB free${locks}`;
  if (isComplete || free >= GIGABYTES) return { topic, state };
  return { topic, state, cure: `free ${GIGABYTES} GB of disk space` };
}

async function compilerFinding(program: string, { binding }: Made): Promise<Finding> {
  const topic = "Compiler";
  const cure = await howToInstall("compiler");
  try {
    const words = await runChild(program, ["--version"], { action: `run ${program}`, cure });
    return { topic, state: words.split("\n")[0]! };
  } catch (error) {
    if (binding) return { topic, state: "none, nor is one needed: the native binding is built" };
    return { topic, state: `missing (${apart(error).state})`, cure };
  }
}

async function pythonFinding(programs: readonly string[], { jupyter }: Made): Promise<Finding> {
  const topic = "Python";
  try {
    const { program, version } = await findPython("make .venv", programs, 10);
    return { topic, state: `${program} is Python ${version}` };
  } catch (error) {
    if (jupyter) return { topic, state: "none outside .venv, nor is one needed" };
    return { topic, ...apart(error) };
  }
}

async function jupyterFinding({ python }: Layout, { jupyter }: Made): Promise<Finding> {
  const topic = "JupyterLab";
  try {
    const words = await runChild(python, ["-m", "jupyterlab", "--version"], {
      action: `run ${python}`,
      cure: SET_UP,
      environment: privateEnvironment(),
    });
    if (jupyter) return { topic, state: words.split("\n")[0]! };
    return { topic, state: `${words}, but .venv is incomplete, outdated or moved`, cure: SET_UP };
  } catch (error) {
    // A stamp that is right keeps set-up from making it again.
    const cure = jupyter ? "remove .venv and run `deno task setup`" : SET_UP;
    return { topic, state: `missing (${apart(error).state})`, cure };
  }
}

/** Names settings that are about other Pythons, since they look like causes. */
function settingsFindings(): Finding[] {
  const names = ignoredVariables();
  return names.length === 0
    ? []
    : [{ topic: "Settings", state: `${names.join(", ")}: not used in .venv` }];
}

/** Takes an error in our words apart. */
function apart(error: unknown): { state: string; cure?: string } {
  const [state, ...cures] = (error as Error).message.split("; ");
  const cure = cures.join("; ");
  return { state: state!, ...(cure && { cure }) };
}

async function driverFinding(): Promise<Finding> {
  const { found, text } = await askDriver();
  return { topic: "NVIDIA driver", state: found ? text : `none (${text})` };
}

function backendFinding(choice: BackendChoice | undefined, { backend }: Made): Finding {
  if (choice === undefined) return { topic: "Backend", state: "not set up", cure: SET_UP };
  const state = `${choice.backend}, because ${choice.reason}`;
  if (backend) return { topic: "Backend", state };
  return {
    topic: "Backend",
    state: `${state}, but "${choice.folder}" is incomplete`,
    cure: SET_UP,
  };
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
  { binding: isBuilt }: Made,
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
    // What set-up believes complete, it does not make again.
    const again = `remove .backend and node_modules, then ${SET_UP}`;
    const { state, cure = isBuilt ? again : SET_UP } = apart(error);
    return { topic, state: `does not load (${state})`, cure };
  }
}
