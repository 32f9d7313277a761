/**
 * The entry of the command line. It loads the rest only if this Deno is new enough: an older one would
 * stop at an import of something that it lacks.
 *
 * @module
 */
import { whyTooOld } from "./deno_version.ts";

const reason = whyTooOld(Deno.version.deno, Deno.args.join(" "));
if (reason !== undefined) {
  console.error(`error: ${reason}`);
  Deno.exit(1);
}
Deno.exit(await (await load()).main(Deno.args));

async function load() {
  try {
    return await import("./program.ts");
  } catch (error) {
    // What it names is seldom the cause.
    const { message } = error as Error;
    console.error(
      `error: Cannot load the command line: node_modules must be complete and readable, got an error ` +
        `(${message.split("\n")[0]}); as the owner of the checkout, remove node_modules and run ` +
        "`deno task setup`",
    );
    Deno.exit(1);
  }
}
