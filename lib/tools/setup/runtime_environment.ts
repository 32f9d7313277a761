/**
 * The environment of every process that computes: variables that must be set before Deno starts,
 * because the C library reads them once, and those that TensorFlow reads at its first computation.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import type { BackendChoice } from "./backend_choice.ts";
import type { Layout } from "./layout.ts";
import { exists } from "./prepared.ts";
import { firstWritable, userFolder } from "./user_folder.ts";

/**
 * Set before Deno starts: the tasks of `deno.json` repeat them (a test compares), the kernel gets
 * them from its kernelspec. They keep freed buffers in the process. By default glibc returns every
 * large buffer to the system and faults it in again at the next step.
 */
export const RUNTIME_ENVIRONMENT: Readonly<Record<string, string>> = {
  /** Buffers up to 1 GiB come from the heap rather than from their own mapping. */
  MALLOC_MMAP_THRESHOLD_: "1073741824",
  /** The heap shrinks only when 4 GiB at its end are free. */
  MALLOC_TRIM_THRESHOLD_: "4294967296",
  /** The heap grows by 64 MiB at a time. */
  MALLOC_TOP_PAD_: "67108864",
  /** TensorFlow prints warnings and errors, not its greetings. */
  TF_CPP_MIN_LOG_LEVEL: "1",
};

/** How XLA compiles for a GPU. */
const XLA_FLAGS: readonly string[] = [
  // Channels last, as in TensorFlow: cuDNN's kernels for this layout are faster.
  "--xla_gpu_force_conv_nhwc=true",
  // Cached programs start fully compiled instead of being partly recompiled: 0.7 s instead of 2 s
  // for a training step.
  "--xla_gpu_experimental_aot_compiled_thunks=true",
];

/** Makes TensorFlow's CPU kernels use oneDNN. */
export const ONEDNN_SWITCH = "TF_ENABLE_ONEDNN_OPTS";

/**
 * Settings for the CPU, where some operations run on any backend. By default TensorFlow enables
 * oneDNN only on CPUs with AVX-512; without it a training step takes up to twice the time and twice
 * the memory. On ARM this has not been measured, so TensorFlow decides there.
 */
const CPU_ENVIRONMENT: Readonly<Record<string, string>> = Deno.build.arch === "x86_64"
  ? { [ONEDNN_SWITCH]: "1" }
  : {};

/**
 * Returns the variables that TensorFlow must see before it computes. The user's own values take
 * precedence. On a GPU, XLA compiles the graph and caches the result, so the second start takes
 * seconds. On a CPU, XLA is many times slower, so it stays off.
 *
 * @param layout The checkout, which holds the cache
 * @param choice The prepared backend
 * @param devices GPUs that are computed on
 */
export async function backendEnvironment(
  layout: Layout,
  { backend, folder }: BackendChoice,
  devices = 1,
): Promise<Record<string, string>> {
  if (backend === "cpu") return { ...CPU_ENVIRONMENT };
  // If no wheel brought CUDA's compiler, XLA looks in the system folders.
  const cuda = join(folder, "nvidia", "cuda_nvcc");
  const flags = [...XLA_FLAGS, ...(await exists(cuda) ? [`--xla_gpu_cuda_data_dir=${cuda}`] : [])]
    .join(" ");
  // XLA's cache ignores compiler flags, so each set of flags has its own folder.
  const hash = createHash("sha256").update(flags).digest("hex").slice(0, 8);
  const name = `xla-${hash}`;
  const cache = await firstWritable(
    [layout.backends, userFolder(layout)].map((folder) => join(folder, name)),
  );
  return {
    ...CPU_ENVIRONMENT,
    // Without a cache, every start compiles.
    ...(cache && { TF_XLA_FLAGS: `--tf_xla_persistent_cache_directory=${cache}` }),
    // Eager tensors would take the last GPU and a graph the first: memory on GPUs that compute nothing.
    CUDA_VISIBLE_DEVICES: Array.from({ length: devices }, (_, i) => i).join(),
    // Eager tensors and the graph's session share the GPU.
    TF_FORCE_GPU_ALLOW_GROWTH: "true",
    XLA_FLAGS: flags,
    // XLA autotunes its own kernels; traced operations need no tuning.
    TF_CUDNN_USE_AUTOTUNE: "0",
    // Reading a result waits for it; another sync with the GPU costs a twentieth of a step.
    TF_SYNC_ON_FINISH: "0",
  };
}
