/**
 * Set-up as the commands run it: first, with progress.
 *
 * @module
 */
import type { Backend, BackendChoice } from "@/tools/setup/backend_choice.ts";
import { PROJECT } from "@/tools/setup/layout.ts";
import { backendEnvironment } from "@/tools/setup/runtime_environment.ts";
import { setUp } from "@/tools/setup/set_up.ts";
import { loadQuietly } from "./quiet.ts";
import type { Session } from "./session.ts";

/**
 * Sets up what is missing. Afterwards TensorFlow can be imported, without its greetings.
 *
 * @param backend By default the one that is ready, or on the first run what the machine has
 * @param devices GPUs that are computed on
 */
export async function prepare(
  session: Session,
  backend?: Backend | "auto",
  devices = 1,
): Promise<BackendChoice> {
  const choice = await setUp({
    backend,
    tensorflowFolder: Deno.env.get("SHAPES_TENSORFLOW_DIR") || undefined,
    signal: session.signal,
    report: ({ step, done, total }) => session.progress(step, done, total),
  });
  await applyBackendEnvironment(choice, devices);
  loadQuietly();
  return choice;
}

/** Sets the variables that TensorFlow reads when it loads, unless the user has set them. */
export async function applyBackendEnvironment(choice: BackendChoice, devices = 1): Promise<void> {
  const variables = await backendEnvironment(PROJECT, choice, devices);
  for (const [name, value] of Object.entries(variables)) {
    if (!Deno.env.has(name)) Deno.env.set(name, value);
  }
}
