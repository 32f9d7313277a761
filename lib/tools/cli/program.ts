/**
 * The command line: `deno task <command>`. To add a command, write a file here that exports a
 * function like `addSetup`, list it in `COMMANDS`, and add it to the tasks of `deno.json`.
 *
 * Only this folder prints, reads the environment and exits. Actions import whatever loads
 * TensorFlow lazily, so help is instant and set-up can build the binding first.
 *
 * @module
 */
import { Command, CommanderError } from "commander";
import { systemReason } from "@/engine/system_error.ts";
import { addBench } from "./bench.ts";
import { addData } from "./data.ts";
import { addDoctor } from "./doctor.ts";
import { addExport } from "./export.ts";
import { addFaults } from "./faults.ts";
import { addGallery } from "./gallery.ts";
import { addLab } from "./lab.ts";
import { addRender } from "./render.ts";
import { addReproduce } from "./reproduce.ts";
import { Exit, Misuse } from "./session.ts";
import { addSetup } from "./setup.ts";
import { addShape } from "./shape.ts";
import { addSweep } from "./sweep.ts";
import { addTest } from "./test.ts";
import { addTrain } from "./train.ts";

/** Every command, in the order of `--help`. */
const COMMANDS = [
  addReproduce,
  addTest,
  addSetup,
  addLab,
  addData,
  addShape,
  addTrain,
  addSweep,
  addRender,
  addExport,
  addGallery,
  addBench,
  addFaults,
  addDoctor,
];

/** The exit code of wrong usage. */
const MISUSED = 2;

/** Creates the program with all its commands. */
export function createProgram(): Command {
  const program = new Command("deno task")
    .description("3D shapes from single images")
    .option("--verbose", "show where an error comes from (or set DEBUG)")
    .configureHelp({ showGlobalOptions: true })
    .exitOverride();
  for (const add of COMMANDS) add(program);
  // Commander copies these settings only to commands that it creates itself.
  for (const command of program.commands) command.copyInheritedSettings(program);
  return program;
}

/**
 * Runs a command.
 *
 * @param args What follows `deno task`, the command's name first
 * @returns The exit code: 0 done, 1 failed, 2 misused, 130 interrupted
 */
export async function main(args: string[]): Promise<number> {
  const program = createProgram();
  try {
    await program.parseAsync(args, { from: "user" });
    return 0;
  } catch (error) {
    if (error instanceof Exit) return error.code;
    // Commander has already printed its help or error.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : MISUSED;
    const isVerbose = program.opts().verbose || Boolean(Deno.env.get("DEBUG"));
    console.error(explain(error, isVerbose));
    return error instanceof Misuse ? MISUSED : 1;
  }
}

function explain(error: unknown, isVerbose: boolean): string {
  if (!(error instanceof Error)) return `error: ${error}`;
  return isVerbose ? error.stack ?? error.message : `error: ${inWords(error)}`;
}

/** Says in words what the system refused, where nobody has done so before. */
function inWords(error: Error): string {
  const reason = systemReason(error);
  if (reason === undefined) return error.message;
  const path = /'([^']+)'/.exec(error.message)?.[1];
  return `Cannot use ${path ? `"${path}"` : "a file"}: ${reason}`;
}
