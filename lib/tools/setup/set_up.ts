/**
 * Sets up everything the project needs besides Deno, inside the checkout. It is idempotent and fast
 * if there is nothing to do, so every task starts with it. It does not import tfjs, which cannot
 * load before set-up has built its binding.
 *
 * @module
 */
import { join } from "node:path";
import { type Backend, type BackendChoice, chooseBackend } from "./backend_choice.ts";
import { readBackendChoice, writeBackendChoice } from "./backend_choice.ts";
import { ensureBinding, linkLibraries, requireCompiler } from "./binding.ts";
import type { SetupContext, SetupProgress } from "./context.ts";
import { ensureKernelspec } from "./kernelspec.ts";
import { type Layout, PROJECT } from "./layout.ts";
import { ensureLibtensorflow, requireLibtensorflow } from "./libtensorflow.ts";
import { requirePackages } from "./packages.ts";
import { requireAvx, requirePlatform } from "./platform.ts";
import { PYTHONS } from "./python.ts";
import { backendEnvironment } from "./runtime_environment.ts";
import { SetupLock } from "./setup_lock.ts";
import { ensurePeers, ensureReaders, ensureVirtualEnvironment } from "./virtual_environment.ts";

/** Options of set-up. */
export interface SetupOptions {
  /** By default the backend of the last set-up, and `auto` on the first. */
  readonly backend?: Backend | "auto";
  /**
   * A folder with `lib/libtensorflow_cc.so.2`, `lib/libtensorflow_framework.so.2` and either
   * `include/` or a prebuilt `tfjs_binding.node`, for machines without access to a package index.
   * Then nothing is downloaded, not even JupyterLab.
   */
  readonly tensorflowFolder?: string;
  /** Called for each step that takes time. */
  readonly report?: (progress: SetupProgress) => void;
  /** Aborts set-up; the next one resumes. */
  readonly signal?: AbortSignal;
  /** The checkout; by default this one. */
  readonly layout?: Layout;
  /** The Python that makes `.venv`; by default the first of `PYTHONS` that is supported. */
  readonly pythonProgram?: string;
  /** The C++ compiler, by default `g++`. */
  readonly compilerProgram?: string;
}

/**
 * Sets everything up.
 *
 * @returns The prepared backend, and why it was chosen
 * @throws {Error} If the machine lacks something; the message says what to install
 */
export async function setUp(options: SetupOptions = {}): Promise<BackendChoice> {
  using context = contextOf(options);
  const architecture = requirePlatform();
  await requirePackages(context.layout);
  const chosen = await backendFor(context, options.backend);
  if (options.tensorflowFolder !== undefined) {
    return await useFolder(context, chosen, options.tensorflowFolder);
  }
  requireAvx(architecture);
  await requireCompiler(context);
  await ensureVirtualEnvironment(context);
  const folder = await ensureLibtensorflow(context, chosen.backend, architecture);
  const choice = await useLibtensorflow(context, { ...chosen, folder });
  const environment = await backendEnvironment(context.layout, choice);
  await ensureKernelspec(context.layout, Deno.execPath(), environment);
  return choice;
}

/**
 * Makes the Python environment with the frameworks for `bench --peer`.
 *
 * @param backend The device they compute on
 * @returns Its interpreter
 * @throws {Error} If the machine lacks something; the message says what to install
 */
export async function setUpPeers(backend: Backend, options: SetupOptions = {}): Promise<string> {
  using context = contextOf(options);
  return await ensurePeers(context, backend);
}

/**
 * Sets up the independent readers of the faults campaign.
 *
 * @returns Their interpreter
 * @throws {Error} If the machine lacks something; the message says what to install
 */
export async function setUpReaders(options: SetupOptions = {}): Promise<string> {
  using context = contextOf(options);
  return await ensureReaders(context);
}

/** Disposing it releases the lock, if it was taken. */
function contextOf(options: SetupOptions): SetupContext & Disposable {
  const { layout = PROJECT, report = () => {}, pythonProgram } = options;
  const lock = new SetupLock(layout.backends, report);
  return {
    layout,
    signal: options.signal,
    report,
    lock: () => lock.take(),
    pythonPrograms: pythonProgram === undefined ? PYTHONS : [pythonProgram],
    compilerProgram: options.compilerProgram ?? "g++",
    [Symbol.dispose]: () => lock[Symbol.dispose](),
  };
}

/** Uses libtensorflow from a folder that the user provides. */
async function useFolder(
  context: SetupContext,
  chosen: Pick<BackendChoice, "backend" | "reason">,
  folder: string,
): Promise<BackendChoice> {
  const real = await Deno.realPath(folder).catch(() => folder);
  await requireLibtensorflow(real);
  return await useLibtensorflow(context, { ...chosen, folder: real });
}

/** Builds the binding and links it to the chosen libraries. */
async function useLibtensorflow(
  context: SetupContext,
  choice: BackendChoice,
): Promise<BackendChoice> {
  await ensureBinding(context, choice.folder);
  await linkLibraries(context, join(choice.folder, "lib"));
  await writeBackendChoice(context, choice);
  return choice;
}

async function backendFor(
  context: SetupContext,
  asked: Backend | "auto" | undefined,
): Promise<Pick<BackendChoice, "backend" | "reason">> {
  const last = asked === undefined ? await readBackendChoice(context.layout) : undefined;
  return last ?? await chooseBackend(asked ?? "auto");
}
