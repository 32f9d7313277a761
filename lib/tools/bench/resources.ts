/**
 * What a process has used so far, as the system counts it.
 *
 * @module
 */
/** Ticks in a second: what Linux tells programs on every processor that this project runs on. */
const TICKS_PER_SECOND = 100;

/** Gives the most memory that this process, or another one, ever held, in bytes (VmHWM). */
export function peakMemory(process: number | "self" = "self"): number {
  const status = Deno.readTextFileSync(`/proc/${process}/status`);
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(status)!;
  return Number(kilobytes) * 1024;
}

/** Gives the seconds since this process started, loading included. */
export function processAge(): number {
  const self = Deno.readTextFileSync("/proc/self/stat");
  const [upSeconds] = Deno.readTextFileSync("/proc/uptime").split(" ").map(Number);
  const started = Number(self.slice(self.lastIndexOf(")") + 2).split(" ")[19]);
  return upSeconds! - started / TICKS_PER_SECOND;
}

/**
 * Gives the memory in use on the first graphics card in bytes, by everybody, or nothing where no
 * NVIDIA driver answers. TensorFlow gives none back, so at the end of a process its own share is its
 * peak.
 */
export function graphicsMemory(): number | undefined {
  try {
    const { success, stdout } = new Deno.Command("nvidia-smi", {
      args: ["--query-gpu=memory.used", "--format=csv,noheader,nounits"],
    }).outputSync();
    const megabytes = Number.parseInt(new TextDecoder().decode(stdout));
    return success && Number.isFinite(megabytes) ? megabytes * 2 ** 20 : undefined;
  } catch {
    return undefined; // it is not installed
  }
}
