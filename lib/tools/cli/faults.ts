/**
 * `deno task faults`
 *
 * @module
 */
import { type Command, InvalidArgumentError } from "commander";
import { writeAtomically } from "@/engine/files.ts";
import { parseCount } from "./config_options.ts";
import { prepare } from "./prepare.ts";
import { action, inWords, Misuse, type Outcome, type Session } from "./session.ts";

interface FaultsFlags {
  readonly only?: readonly string[];
  readonly short?: boolean;
  readonly seed: number;
  readonly tries?: number;
  readonly out?: string;
}

/** Adds `deno task faults` to the program. */
export function addFaults(program: Command): void {
  program.command("faults")
    .description("make faults on purpose, many times, and tell in a table what came of them")
    .option("--only <names...>", "these faults (default: all)")
    .option("--short", "few tries of each, as in the tests")
    .option("--tries <count>", "so many tries of each fault", parseCount)
    .option("--seed <seed>", "every random choice follows from it", parseSeed, 1)
    .option("--out <file>", "write the table in Markdown")
    .action(action("faults", async (session, flags: FaultsFlags) => {
      await prepare(session);
      return await run(session, flags);
    }));
}

async function run(session: Session, flags: FaultsFlags): Promise<Outcome> {
  const { only, short, seed, tries, out } = flags;
  // The faults train, so import after set-up.
  const [{ FAULTS }, campaign] = await Promise.all([
    import("@/tools/faults/faults.ts"),
    import("@/tools/faults/campaign.ts"),
  ]);
  const names = FAULTS.map(({ name }) => name);
  const unknown = only?.find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw new Misuse(
      `Cannot make faults: --only must be some of ${names.join(", ")}, got "${unknown}"`,
    );
  }
  const rows = await campaign.runCampaign(
    FAULTS.filter(({ name }) => only?.includes(name) ?? true),
    {
      seed,
      isShort: short ?? false,
      ...(tries !== undefined && { tries }),
      signal: session.signal,
      onStart: ({ name }, count) => session.progress(name, 0, count, "tries"),
      onTry: ({ name }, done, count) => session.progress(name, done, count, "tries"),
      onEnd: ({ fault, result: { tried, failures, skipped }, seconds }) =>
        session.say(
          `faults: ${fault.name}: ` +
            (skipped === undefined
              ? `${tried} tries, ${failures.length} wrong, ${inWords(1000 * seconds)}`
              : `skipped: ${skipped}`),
        ),
    },
  );
  for (const line of ["", ...campaign.tableInText(rows), ""]) session.say(line);
  for (const line of campaign.failureLines(rows, seed)) session.say(line);
  if (out !== undefined) await writeAtomically(out, campaign.tableInMarkdown(rows) + "\n");
  return { exitCode: campaign.hasFailed(rows) ? 1 : 0 };
}

function parseSeed(text: string): number {
  const seed = Number(text);
  if (text.trim() === "" || !Number.isInteger(seed) || seed < 0) {
    throw new InvalidArgumentError("It must be an integer >= 0.");
  }
  return seed;
}
