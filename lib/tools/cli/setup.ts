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
                         and include/ or a ready tfjs_binding.node, for machines that reach no
                         package index; nothing is downloaded then, JupyterLab neither`;

/** Adds `deno task setup` to the program. */
export function addSetup(program: Command): void {
  program.command("setup")
    .description("make everything that the other tasks need: native backend, JupyterLab, kernel")
    .addOption(
      new Option("--backend <backend>", "what to compute on; auto takes a card that answers")
        .choices(["auto", "cpu", "gpu"]).default("auto"),
    )
    .addHelpText("after", ENVIRONMENT)
    .action(action("setup", async (session, options: { backend: Backend | "auto" }) => {
      const { backend, reason } = await prepare(session, options.backend);
      session.say(`Backend: ${backend}, because ${reason}`);
    }));
}
