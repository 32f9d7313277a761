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
const { main } = await import("./program.ts");
Deno.exit(await main(Deno.args));
