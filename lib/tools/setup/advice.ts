/**
 * What to install, in the words of the user's Linux distribution.
 *
 * @module
 */
import { readTextIfThere } from "./prepared.ts";

/** What a distribution may lack. */
export type Tool = "python" | "compiler";

/** The commands of the package managers. */
const COMMANDS: Readonly<Record<string, Readonly<Record<Tool, string>>>> = {
  debian: {
    python: "sudo apt install python3 python3-venv",
    compiler: "sudo apt install g++",
  },
  fedora: {
    python: "sudo dnf install python3.12",
    compiler: "sudo dnf install gcc-c++",
  },
  suse: {
    python: "sudo zypper install python312",
    compiler: "sudo zypper install gcc-c++",
  },
  arch: {
    python: "sudo pacman -S python",
    compiler: "sudo pacman -S gcc",
  },
};

/** Distributions by the names in `/etc/os-release`. */
const FAMILIES: Readonly<Record<string, string>> = {
  debian: "debian",
  ubuntu: "debian",
  fedora: "fedora",
  rhel: "fedora",
  centos: "fedora",
  suse: "suse",
  opensuse: "suse",
  arch: "arch",
};

/**
 * Gives the command that installs a tool here; Debian's, as an example, on an unknown distribution.
 *
 * @param release The text of `/etc/os-release`
 */
export async function howToInstall(tool: Tool, release?: string): Promise<string> {
  const text = release ?? await readTextIfThere("/etc/os-release") ?? "";
  const names = [...text.matchAll(/^(?:ID|ID_LIKE)="?([^"\n]*)"?$/gm)]
    .flatMap(([, value]) => value!.split(/\s+/));
  const family = names.map((name) => FAMILIES[name]).find((each) => each !== undefined);
  const command = COMMANDS[family ?? "debian"]![tool];
  return family === undefined ? `e.g. \`${command}\`` : `\`${command}\``;
}
