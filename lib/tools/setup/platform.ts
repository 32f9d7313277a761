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
