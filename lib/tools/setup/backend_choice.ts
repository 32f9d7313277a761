/**
 * Which native backend to prepare, and why: the graphics card's where an NVIDIA driver answers,
 * the processor's elsewhere, or the one that the user names.
 *
 * @module
 */
import { join } from "node:path";
import { writeAtomically } from "@/engine/files.ts";
import type { Layout } from "./layout.ts";
import { readTextIfThere } from "./prepared.ts";

/** What libtensorflow computes on. */
export type Backend = "cpu" | "gpu";

/** The prepared backend. */
export interface BackendChoice {
  /** What it computes on. */
  readonly backend: Backend;
  /** Why this one, in words for the user. */
  readonly reason: string;
  /**
   * Holds `lib/` and, where wheels brought CUDA, `nvidia/`: XLA's data (libdevice, ptxas) is in
   * `nvidia/cuda_nvcc`.
   */
  readonly folder: string;
}

/**
 * Chooses the backend.
 *
 * @param asked `auto` asks the driver
 * @param driver Gives the driver's answer, or the reason why there is none
 */
export async function chooseBackend(
  asked: Backend | "auto",
  driver: () => Promise<DriverAnswer> = askDriver,
): Promise<Pick<BackendChoice, "backend" | "reason">> {
  if (asked !== "auto") return { backend: asked, reason: `asked for with --backend ${asked}` };
  const answer = await driver();
  return answer.found
    ? { backend: "gpu", reason: `an NVIDIA driver answers: ${answer.text}` }
    : { backend: "cpu", reason: `no NVIDIA driver answers: ${answer.text}` };
}

/** What `nvidia-smi` says: the cards, or why there are none. */
export interface DriverAnswer {
  /** Whether a driver answered. */
  readonly found: boolean;
  /** Name, driver and compute capability of each card, or the reason. */
  readonly text: string;
}

/** Asks the NVIDIA driver for its cards: name, driver, compute capability. */
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

/** Reads what the last set-up chose; undefined before the first. */
export async function readBackendChoice(layout: Layout): Promise<BackendChoice | undefined> {
  const text = await readTextIfThere(choiceFile(layout));
  return text === undefined ? undefined : JSON.parse(text);
}

/** Keeps the choice for the next start and for `deno task doctor`. */
export async function writeBackendChoice(layout: Layout, choice: BackendChoice): Promise<void> {
  const text = JSON.stringify(choice, null, 2) + "\n";
  if (await readTextIfThere(choiceFile(layout)) !== text) {
    await writeAtomically(choiceFile(layout), text);
  }
}

function choiceFile(layout: Layout): string {
  return join(layout.backends, "choice.json");
}
