/**
 * `deno task lab`
 *
 * @module
 */
import { join, resolve } from "node:path";
import { type Command, InvalidArgumentError } from "commander";
import { passTerminationTo } from "@/engine/stop_signals.ts";
import { jupyterEnvironment } from "@/tools/setup/jupyter.ts";
import { KERNEL_NAME } from "@/tools/setup/kernelspec.ts";
import { PROJECT } from "@/tools/setup/layout.ts";
import { dataDirOption } from "./config_options.ts";
import { prepare } from "./prepare.ts";
import { action } from "./session.ts";

interface LabOptions {
  readonly port: number;
  readonly browser: boolean;
  readonly dataDir: string;
}

/** Adds `deno task lab` to the program. */
export function addLab(program: Command): void {
  program.command("lab")
    .description("open the notebooks in JupyterLab, with the project's own kernel")
    .option("--port <number>", "port to listen on", parsePort, 8888)
    .option("--no-browser", "only print the address")
    .addOption(dataDirOption())
    .action(action("lab", async (session, options: LabOptions) => {
      await prepare(session);
      session.say("Starting JupyterLab; press Ctrl-C to stop");
      const lab = await startLab(options);
      using _ = passTerminationTo(lab);
      const { code } = await lab.status;
      return { exitCode: session.signal.aborted ? 0 : code };
    }));
}

/** Where it opens: the list of the notebooks, which `SETTINGS` show rendered. */
const START_PAGE = "/lab/tree/README.md";

/** Defaults of JupyterLab's settings; users' own settings come first. */
const SETTINGS = join(import.meta.dirname!, "..", "setup", "lab_settings");

/** Starts JupyterLab in this terminal; Ctrl-C reaches it directly. */
async function startLab({ port, browser, dataDir }: LabOptions): Promise<Deno.ChildProcess> {
  const args = [
    "-m",
    "jupyterlab",
    `--ServerApp.root_dir=${PROJECT.notebooks}`,
    `--MultiKernelManager.default_kernel_name=${KERNEL_NAME}`,
    `--KernelSpecManager.allowed_kernelspecs=${KERNEL_NAME}`,
    `--LabApp.default_url=${START_PAGE}`,
    `--LabApp.app_settings_dir=${SETTINGS}`,
    `--ServerApp.port=${port}`,
    `--ServerApp.open_browser=${browser ? "True" : "False"}`,
    // In containers, root is the only user.
    `--ServerApp.allow_root=${Deno.uid() === 0 ? "True" : "False"}`,
    // The kernel provides completion; no language server is installed.
    "--LanguageServerManager.autodetect=False",
    // Stop at the first Ctrl-C, without confirmation.
    "--JupyterApp.answer_yes=True",
  ];
  // The kernel runs in notebooks/, where a relative path would resolve differently.
  const env = await jupyterEnvironment(PROJECT, { SHAPES_DATA_DIR: resolve(dataDir) });
  return new Deno.Command(PROJECT.python, { args, env, clearEnv: true }).spawn();
}

function parsePort(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65535) {
    throw new InvalidArgumentError("It must be an integer from 1 to 65535.");
  }
  return port;
}
