/**
 * The paths of everything that set-up makes, all inside the project.
 *
 * @module
 */
import { join, resolve } from "node:path";

/** Absolute paths of one checkout. */
export interface Layout {
  /** The folder with `deno.json`. */
  readonly root: string;
  /** Notebooks, run with the project's own kernel. */
  readonly notebooks: string;
  /** The Python environment with JupyterLab and nbclient. */
  readonly venv: string;
  /** Its interpreter. */
  readonly python: string;
  /** Libtensorflow for each backend, and the choice between them. */
  readonly backends: string;
  /** The Python environment with the frameworks for `bench --peer`. */
  readonly peers: string;
  /** The Python environment with the independent readers for `faults`. */
  readonly readers: string;
  /** The tfjs package whose native binding set-up compiles. */
  readonly tfjs: string;
  /** Node-API headers for the binding. */
  readonly nodeHeaders: string;
}

/** Returns the paths of the checkout in `root`. */
export function layoutOf(root: string): Layout {
  const absolute = resolve(root);
  const venv = join(absolute, ".venv");
  return {
    root: absolute,
    notebooks: join(absolute, "notebooks"),
    venv,
    python: join(venv, "bin", "python"),
    backends: join(absolute, ".backend"),
    peers: join(absolute, ".backend", "peers"),
    readers: join(absolute, ".backend", "readers"),
    tfjs: join(absolute, "node_modules", "@tensorflow", "tfjs-node-gpu"),
    nodeHeaders: join(absolute, "node_modules", "node-api-headers", "include"),
  };
}

/** The checkout that this file belongs to. */
export const PROJECT: Layout = layoutOf(join(import.meta.dirname!, "..", "..", ".."));
