/**
 * The machine that computes: its name for the record, and what it is good at.
 *
 * @module
 */
import { nativeBackend } from "./native.ts";

/**
 * Describes this machine by what decides its speed, such as "2 CPU cores" or "16 CPU cores, NVIDIA
 * H200", without names that say whose it is. Cores are those that this process may use.
 */
export function describeMachine(): string {
  const count = navigator.hardwareConcurrency;
  const cores = `${count} CPU ${count === 1 ? "core" : "cores"}`;
  return nativeBackend().isUsingGpuDevice ? `${cores}, ${askGpu("name") ?? "NVIDIA GPU"}` : cores;
}

/** Instructions that multiply bfloat16 numbers, by the names that Linux gives them. */
const BFLOAT16_INSTRUCTIONS = ["amx_bf16", "avx512_bf16"];
/** The first NVIDIA GPUs that multiply bfloat16 numbers: Ampere's. */
const BFLOAT16_CAPABILITY = 8;

/** The part of a machine that would compute, in its own words. */
export type Processor =
  /** The text of `/proc/cpuinfo`. */
  | { readonly cpuinfo: string }
  /** A GPU's compute capability, such as "9.0"; undefined if it cannot be asked. */
  | { readonly computeCapability: string | undefined };

/**
 * Says why bfloat16 would be slow: the processor has no instructions that multiply it.
 *
 * @param processor What would compute; this machine's unless given
 * @returns The reason, in words for the user; undefined where bfloat16 is fast
 */
export function whyNotBfloat16(processor: Processor = thisProcessor()): string | undefined {
  if ("cpuinfo" in processor) {
    const flags = /^flags\s*:(.*)$/m.exec(processor.cpuinfo)?.[1]?.split(/\s+/) ?? [];
    if (BFLOAT16_INSTRUCTIONS.some((instruction) => flags.includes(instruction))) return undefined;
    return `the CPU has none of ${BFLOAT16_INSTRUCTIONS.join(", ")}`;
  }
  const { computeCapability } = processor;
  if (Number(computeCapability) >= BFLOAT16_CAPABILITY) return undefined;
  return `the GPU's compute capability must be ${BFLOAT16_CAPABILITY}.0 or more, ` +
    `got ${computeCapability ?? "no answer from nvidia-smi"}`;
}

function thisProcessor(): Processor {
  return nativeBackend().isUsingGpuDevice
    ? { computeCapability: askGpu("compute_cap") }
    : { cpuinfo: Deno.readTextFileSync("/proc/cpuinfo") };
}

/** Asks the first GPU; undefined where its driver works and only the tool to ask is missing. */
function askGpu(property: "name" | "compute_cap"): string | undefined {
  try {
    const query = new Deno.Command("nvidia-smi", {
      args: [`--query-gpu=${property}`, "--format=csv,noheader"],
    }).outputSync();
    return new TextDecoder().decode(query.stdout).split("\n")[0]!.trim() || undefined;
  } catch {
    return undefined;
  }
}
