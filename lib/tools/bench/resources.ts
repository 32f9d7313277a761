/**
 * Resources used by a process, from the system's counters.
 *
 * @module
 */
/** Clock ticks per second: Linux's value on all supported architectures. */
const TICKS_PER_SECOND = 100;

/** Reads the peak memory of this process, or another one, in bytes (VmHWM). */
export function peakMemory(process: number | "self" = "self"): number {
  return statusOf(process, "VmHWM");
}

/** Reads the present memory of this process, in bytes (VmRSS). */
export function residentMemory(): number {
  return statusOf("self", "VmRSS");
}

/** Reads a size from the system's description of a process, in bytes. */
function statusOf(process: number | "self", field: string): number {
  const status = Deno.readTextFileSync(`/proc/${process}/status`);
  const [, kilobytes] = new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(status)!;
  return Number(kilobytes) * 1024;
}

/** Returns the seconds since this process started, loading included. */
export function processAge(): number {
  const self = Deno.readTextFileSync("/proc/self/stat");
  const [upSeconds] = Deno.readTextFileSync("/proc/uptime").split(" ").map(Number);
  const started = Number(self.slice(self.lastIndexOf(")") + 2).split(" ")[19]);
  return upSeconds! - started / TICKS_PER_SECOND;
}

/**
 * Reads the total memory in use on the first GPU, in bytes; undefined if there is no NVIDIA driver.
 * TensorFlow never frees GPU memory, so its use at the end of a process is its peak.
 */
export function graphicsMemory(): number | undefined {
  try {
    const { success, stdout } = new Deno.Command("nvidia-smi", {
      args: ["--query-gpu=memory.used", "--format=csv,noheader,nounits"],
    }).outputSync();
    const megabytes = Number.parseInt(new TextDecoder().decode(stdout));
    return success && Number.isFinite(megabytes) ? megabytes * 2 ** 20 : undefined;
  } catch {
    return undefined; // nvidia-smi is not installed
  }
}
