/**
 * The kind of machine that a run was trained on.
 *
 * @module
 */
import { cpus } from "node:os";
import { nativeBackend } from "./native.ts";

/**
 * Describes this machine by what decides its speed, such as "2 CPU cores" or "16 CPU cores, NVIDIA
 * H200", without names that say whose it is.
 */
export function describeMachine(): string {
  const count = cpus().length;
  const cores = `${count} CPU ${count === 1 ? "core" : "cores"}`;
  return nativeBackend().isUsingGpuDevice ? `${cores}, ${gpuName()}` : cores;
}

function gpuName(): string {
  try {
    const query = new Deno.Command("nvidia-smi", {
      args: ["--query-gpu=name", "--format=csv,noheader"],
    }).outputSync();
    return new TextDecoder().decode(query.stdout).split("\n")[0]!.trim();
  } catch {
    return "NVIDIA GPU"; // its driver works, only the tool that names it is missing
  }
}
