/**
 * Chooses the native backend: GPU if an NVIDIA driver is found, CPU otherwise, or what the user
 * asks for.
 *
 * @module
 */
import { join } from "node:path";
import { writeAtomically } from "@/engine/files.ts";
import type { SetupContext } from "./context.ts";
import type { Layout } from "./layout.ts";
import { readTextIfThere } from "./prepared.ts";

/** The device that libtensorflow computes on. */
export type Backend = "cpu" | "gpu";

/** The prepared backend. */
export interface BackendChoice {
  /** The device it computes on. */
  readonly backend: Backend;
  /** Why it was chosen, for the user. */
  readonly reason: string;
  /**
   * Holds `lib/` and, if wheels brought CUDA, `nvidia/`: XLA's data (libdevice, ptxas) is in
   * `nvidia/cuda_nvcc`.
   */
  readonly folder: string;
}

/**
 * Chooses the backend.
 *
 * @param asked `auto` queries the driver
 * @param driver Returns the driver's answer, or why there is none
 */
export async function chooseBackend(
  asked: Backend | "auto",
  driver: () => Promise<DriverAnswer> = askDriver,
): Promise<Pick<BackendChoice, "backend" | "reason">> {
  if (asked !== "auto") return { backend: asked, reason: `you chose --backend ${asked}` };
  const answer = await driver();
  return answer.found
    ? { backend: "gpu", reason: `an NVIDIA driver was found: ${answer.text}` }
    : { backend: "cpu", reason: `no NVIDIA driver was found: ${answer.text}` };
}

/** The answer of `nvidia-smi`: the GPUs, or why there are none. */
export interface DriverAnswer {
  /** Whether a driver answered. */
  readonly found: boolean;
  /** Name, driver and compute capability of each GPU, or the reason. */
  readonly text: string;
}

/** Queries the NVIDIA driver's GPUs: name, driver, compute capability. */
export async function askDriver(): Promise<DriverAnswer> {
  try {
    const { success, stdout, stderr } = await new Deno.Command("nvidia-smi", {
      args: ["--query-gpu=name,driver_version,compute_cap", "--format=csv,noheader"],
    }).output();
    const words = new TextDecoder().decode(success ? stdout : stderr).trim();
    return { found: success, text: words.split("\n").join("; ") || "nvidia-smi failed" };
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return { found: false, text: "nvidia-smi is not installed" };
  }
}

/** Reads the choice of the last set-up; undefined before the first. */
export async function readBackendChoice(layout: Layout): Promise<BackendChoice | undefined> {
  const text = await readTextIfThere(choiceFile(layout));
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // a disk that lost it: set-up chooses again
  }
}

/** Saves the choice for later commands and `deno task doctor`. */
export async function writeBackendChoice(
  { layout, lock }: Pick<SetupContext, "layout" | "lock">,
  choice: BackendChoice,
): Promise<void> {
  const text = JSON.stringify(choice, null, 2) + "\n";
  if (await readTextIfThere(choiceFile(layout)) === text) return;
  await lock();
  await writeAtomically(choiceFile(layout), text);
}

function choiceFile(layout: Layout): string {
  return join(layout.backends, "choice.json");
}
