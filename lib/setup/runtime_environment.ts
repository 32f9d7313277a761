/**
 * Variables that must be set before Deno starts, because the C library reads them once. The tasks of
 * `deno.json` repeat them (a test compares), the kernel gets them from its kernelspec.
 *
 * @module
 */

/**
 * Freed buffers stay with the process. By default glibc gives every large buffer back to the system
 * and faults it in again at the next step.
 */
export const RUNTIME_ENVIRONMENT: Readonly<Record<string, string>> = {
  /** Buffers up to 1 GiB come from the heap rather than from a mapping of their own. */
  MALLOC_MMAP_THRESHOLD_: "1073741824",
  /** The heap shrinks only when 4 GiB at its end are free. */
  MALLOC_TRIM_THRESHOLD_: "4294967296",
  /** The heap grows by 64 MiB at a time. */
  MALLOC_TOP_PAD_: "67108864",
  /** TensorFlow prints warnings and errors, not its greetings. */
  TF_CPP_MIN_LOG_LEVEL: "1",
};
