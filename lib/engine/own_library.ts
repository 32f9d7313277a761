/**
 * Loads the project's own libtensorflow, whatever other one the machine leads the loader to.
 *
 * @module
 */
import { basename, join } from "node:path";

/** In the order in which they need each other. */
const LIBRARIES = ["libtensorflow_framework.so.2", "libtensorflow_cc.so.2"];

/**
 * Loads libtensorflow from a folder by its path. The loader takes a library that is loaded already
 * for any other that needs one of its name, so the binding, which names no folder, gets this one even
 * if LD_LIBRARY_PATH leads to another.
 *
 * @param folder Holds both libraries
 * @throws {Error} If another libtensorflow is in the process, as LD_PRELOAD puts it there
 */
export function loadOwnLibrary(folder: string): void {
  const strangers = strangersIn(Deno.readTextFileSync("/proc/self/maps"), folder);
  if (strangers.length > 0) {
    throw new Error(
      `Cannot load TensorFlow: libtensorflow must come from "${folder}", got ` +
        `${strangers.map((path) => `"${path}"`).join(" and ")}; unset LD_PRELOAD`,
    );
  }
  for (const library of LIBRARIES) Deno.dlopen(join(folder, library), {});
}

/**
 * Finds libraries of libtensorflow's names that are in a process but not from a folder.
 *
 * @param maps The process's `/proc/self/maps`
 * @param folder Ours
 * @returns Their paths
 */
export function strangersIn(maps: string, folder: string): string[] {
  const ours = LIBRARIES.map((name) => realPath(join(folder, name)));
  const paths = maps.split("\n").map((line) => line.slice(line.indexOf("/")));
  return [...new Set(paths)].filter((path) =>
    LIBRARIES.includes(basename(path)) && !ours.includes(path)
  );
}

function realPath(path: string): string {
  try {
    return Deno.realPathSync(path);
  } catch {
    return path; // loading it will say what is wrong
  }
}
