/**
 * `deno task data`
 *
 * @module
 */
import { type Command, Option } from "commander";
import { prepare } from "./prepare.ts";
import { action, checkTyped, type Session } from "./session.ts";

/** The sets that the figures need. */
const DEFAULT_NAMES = ["mnist", "fashion-mnist"];

/** Adds `deno task data` to the program. */
export function addData(program: Command): void {
  program.command("data")
    .description("fetch data sets and check them")
    .argument(
      "[names...]",
      `mnist, fashion-mnist, embedded, images:PATH, voxels:PATH (default: ${
        DEFAULT_NAMES.join(" ")
      })`,
    )
    .addOption(
      new Option("--data-dir <folder>", "where the sets lie, or go")
        .env("SHAPES_DATA_DIR").default("data"),
    )
    .action(action("data", async (session, names: string[], options: { dataDir: string }) => {
      await prepare(session);
      await load(session, names.length > 0 ? names : DEFAULT_NAMES, options.dataDir);
    }));
}

async function load(session: Session, names: string[], dataDir: string): Promise<void> {
  // Rendering voxels loads TensorFlow, which set-up must have prepared before.
  const { loadImageSet, parseSpecification } = await import("@/data/sources.ts");
  for (const name of names) checkTyped(() => parseSpecification(name));
  for (const name of names) {
    for (const split of ["train", "test"] as const) {
      const set = await loadImageSet(name, split, {
        dataDir,
        signal: session.signal,
        onProgress: ({ task, done, total, unit }) => session.progress(task, done, total, unit),
      });
      session.say(`${name} ${split}: ${set.count} pictures of ${set.size} x ${set.size} pixels`);
    }
  }
}
