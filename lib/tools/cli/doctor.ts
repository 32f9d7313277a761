/**
 * `deno task doctor`
 *
 * @module
 */
import type { Command } from "commander";
import { readBackendChoice } from "@/tools/setup/backend_choice.ts";
import { diagnose } from "@/tools/setup/diagnosis.ts";
import { PROJECT } from "@/tools/setup/layout.ts";
import { ONEDNN_SWITCH } from "@/tools/setup/runtime_environment.ts";
import { applyBackendEnvironment } from "./prepare.ts";
import { loadQuietly } from "./quiet.ts";
import { action } from "./session.ts";

/** Adds `deno task doctor` to the program. */
export function addDoctor(program: Command): void {
  program.command("doctor")
    .description("report what is installed, which backend is used and why, and what is missing")
    .action(action("doctor", async (session) => {
      session.progress("Check the machine");
      const choice = await readBackendChoice(PROJECT);
      if (choice) await applyBackendEnvironment(choice);
      const findings = await diagnose({
        oneDnn: Deno.env.get(ONEDNN_SWITCH),
        beforeLoading: loadQuietly,
      });
      for (const { topic, state, cure } of findings) {
        session.say(`${topic.padEnd(13)}  ${state}`);
        if (cure !== undefined) session.say(`${"".padEnd(13)}  cure: ${cure}`);
      }
      return { exitCode: findings.some(({ cure }) => cure !== undefined) ? 1 : 0 };
    }));
}
