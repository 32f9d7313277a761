/**
 * Where everything that set-up makes lies inside the project; nothing is written outside it.
 *
 * @module
 */
import { join, resolve } from "node:path";

/** Absolute paths of one checkout. */
export interface Layout {
  /** The folder of `deno.json`. */
  readonly root: string;
  /** Notebooks, run with the project's own kernel. */
  readonly notebooks: string;
  /** The Python environment that holds JupyterLab and nbclient. */
  readonly venv: string;
  /** Its interpreter. */
  readonly python: string;
  /** Libtensorflow for each backend, and which one is chosen. */
  readonly backends: string;
  /** The Python environment of the frameworks that `bench --peer` compares with. */
  readonly peers: string;
  /** The tfjs package whose native binding set-up compiles. */
  readonly tfjs: string;
  /** Node-API's headers, which the binding includes. */
  readonly nodeHeaders: string;
}

/** Gives the paths of the checkout in `root`. */
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
    tfjs: join(absolute, "node_modules", "@tensorflow", "tfjs-node-gpu"),
    nodeHeaders: join(absolute, "node_modules", "node-api-headers", "include"),
  };
}

/** The checkout that this file belongs to. */
export const PROJECT: Layout = layoutOf(join(import.meta.dirname!, "..", "..", ".."));
