/**
 * `deno task setup`
 *
 * @module
 */
import { type Command, Option } from "commander";
import type { Backend } from "@/tools/setup/backend_choice.ts";
import { prepare } from "./prepare.ts";
import { action } from "./session.ts";

const ENVIRONMENT = `
Environment:
  SHAPES_TENSORFLOW_DIR  a folder with lib/libtensorflow_cc.so.2, lib/libtensorflow_framework.so.2
                         and include/ or a prebuilt tfjs_binding.node, for machines without access
                         to a package index; then nothing is downloaded, not even JupyterLab`;

/** Adds `deno task setup` to the program. */
export function addSetup(program: Command): void {
  program.command("setup")
    .description("set up what the other tasks need: native backend, JupyterLab, kernel")
    .addOption(
      new Option("--backend <backend>", "where to compute; auto uses the GPU if a driver is found")
        .choices(["auto", "cpu", "gpu"]).default("auto"),
    )
    .addHelpText("after", ENVIRONMENT)
    .action(action("setup", async (session, options: { backend: Backend | "auto" }) => {
      const { backend, reason } = await prepare(session, options.backend);
      session.say(`Backend: ${backend}, because ${reason}`);
    }));
}
