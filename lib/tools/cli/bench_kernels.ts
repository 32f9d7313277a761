/**
 * `deno task bench --kernels`
 *
 * @module
 */
import type { Config } from "@/config.ts";
import { writeAtomically } from "@/engine/files.ts";
import type { BackendChoice } from "@/tools/setup/backend_choice.ts";
import { usableConfig } from "./config_options.ts";
import type { Outcome, Session } from "./session.ts";

/** Traces the step's kernels and prints a table; nothing may have been computed before. */
export async function benchKernels(
  session: Session,
  config: Config,
  { backend, folder: backendFolder }: BackendChoice,
  out: string | undefined,
): Promise<Outcome> {
  if (backend !== "gpu") {
    throw new Error(
      `Cannot list kernels: the backend must be gpu, got ${backend}; ` +
        "run `deno task setup --backend gpu` on a machine with an NVIDIA GPU",
    );
  }
  const { dumpFlags, measureKernels } = await import("@/tools/bench/kernels/measure.ts");
  const { cudaRoots } = await import("@/tools/bench/kernels/tracer.ts");
  const { kernelLines } = await import("@/tools/bench/kernels/kernels.ts");
  const folder = await Deno.makeTempDir({ prefix: "kernels-" });
  try {
    Deno.env.set("XLA_FLAGS", `${Deno.env.get("XLA_FLAGS") ?? ""} ${dumpFlags(folder)}`);
    Deno.env.delete("TF_XLA_FLAGS"); // no cache
    session.say("bench: kernels of a step; XLA compiles it anew");
    const usable = await usableConfig(session, config);
    const named = ["CUDA_HOME", "CUDA_PATH"].flatMap((name) => Deno.env.get(name) ?? []);
    const roots = await cudaRoots(named, backendFolder);
    const report = await measureKernels(usable, folder, roots);
    for (const line of kernelLines(report)) session.say(line);
    if (out !== undefined) await writeAtomically(out, JSON.stringify(report, null, 2) + "\n");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  return {};
}
