/**
 * Checks the machine before anything is downloaded.
 *
 * @module
 */
import { statfs } from "node:fs/promises";

/** CPU architectures with a pinned wheel of libtensorflow. */
export type CpuArchitecture = "x86_64" | "aarch64";

/**
 * Returns the CPU architecture.
 *
 * @throws {Error} On a system without a libtensorflow wheel
 */
export function requirePlatform(
  os: string = Deno.build.os,
  architecture: string = Deno.build.arch,
): CpuArchitecture {
  if (os === "linux" && (architecture === "x86_64" || architecture === "aarch64")) {
    return architecture;
  }
  throw new Error(
    `Cannot set up the native backend: the system must be Linux on x86_64 or aarch64, ` +
      `got ${os} on ${architecture}; use a Linux container or virtual machine ` +
      `(on Windows: WSL 2, on a Mac: Docker)`,
  );
}

/**
 * Checks that the CPU has AVX, without which the libtensorflow that set-up downloads ends the process
 * as it loads. It picks kernels for AVX2 and AVX-512 by itself.
 *
 * @param cpus The text of `/proc/cpuinfo`
 * @throws {Error} On an x86_64 without AVX
 */
export function requireAvx(architecture: CpuArchitecture, cpus: string = readCpus()): void {
  if (architecture !== "x86_64") return;
  const flags = /^flags\s*:(.*)$/m.exec(cpus)?.[1]?.trim().split(/\s+/);
  if (flags === undefined || flags.includes("avx")) return; // some containers hide them
  const name = /^model name\s*:\s*(.*)$/m.exec(cpus)?.[1] ?? "one of an unknown name";
  throw new Error(
    `Cannot set up the native backend: the CPU must have AVX, got ${name}, which lacks it; ` +
      "use another machine (a virtual one needs its host's CPU type), or set SHAPES_TENSORFLOW_DIR " +
      "to a libtensorflow built without AVX",
  );
}

function readCpus(): string {
  try {
    return Deno.readTextFileSync("/proc/cpuinfo");
  } catch {
    return ""; // then the library itself will say
  }
}

/**
 * Checks that a download will fit.
 *
 * @param action What needs the space; starts the error message
 * @param folder An existing folder on the disk in question
 * @param gigabytes Required free space
 * @throws {Error} If less is free
 */
export async function requireDisk(
  action: string,
  folder: string,
  gigabytes: number,
): Promise<void> {
  const disk = await statfs(folder);
  const free = disk.bavail * disk.bsize / 1e9;
  if (free < gigabytes) {
    throw new Error(
      `Cannot ${action}: the disk of "${folder}" must have ${gigabytes} GB free, ` +
        `got ${free.toFixed(1)} GB; free some space and rerun the command`,
    );
  }
}
