/**
 * The environment that Jupyter runs in.
 *
 * @module
 */
import { join } from "node:path";
import { copyKernelspec } from "./kernelspec.ts";
import type { Layout } from "./layout.ts";
import { privateEnvironment } from "./private_environment.ts";
import { firstWritable, isWritable, userFolder } from "./user_folder.ts";

/**
 * Gives the environment of `.venv`'s Jupyter: the user's, with Jupyter's own settings in place of
 * theirs. Set-up comes first.
 *
 * @param added Variables for the kernel
 * @throws {Error} If Jupyter can write neither to `.venv` nor to a folder of the user's
 */
export async function jupyterEnvironment(
  layout: Layout,
  added: Readonly<Record<string, string>> = {},
): Promise<Record<string, string>> {
  const home = await isWritable(layout.venv) ? layout.venv : await homeOfUser(layout);
  return privateEnvironment({ ...added, ...jupyterFolders(layout, home) });
}

/**
 * Gives the variables that keep everything Jupyter writes in one folder, and the user's settings out.
 *
 * @param home The folder: `.venv`, unless another user runs it
 */
export function jupyterFolders(
  layout: Layout,
  home: string = layout.venv,
): Record<string, string> {
  const inside = (...names: string[]) => join(home, ...names);
  return {
    JUPYTER_CONFIG_DIR: inside("etc", "jupyter"),
    JUPYTER_DATA_DIR: inside("share", "jupyter"),
    JUPYTER_RUNTIME_DIR: inside("run", "jupyter"),
    JUPYTER_PATH: [...new Set([home, layout.venv])].map((each) => join(each, "share", "jupyter"))
      .join(":"),
    IPYTHONDIR: inside("etc", "ipython"),
  };
}

async function homeOfUser(layout: Layout): Promise<string> {
  const folder = join(userFolder(layout), "jupyter");
  const home = await firstWritable([folder]);
  if (home === undefined) {
    throw new Error(
      `Cannot run notebooks: "${folder}" must be writable, since "${layout.venv}" is not, got ` +
        "neither; set XDG_CACHE_HOME to a folder of your own",
    );
  }
  await copyKernelspec(layout, home);
  return home;
}
