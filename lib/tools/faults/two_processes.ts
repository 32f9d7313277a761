/**
 * Two processes in one run's folder, and two in one data folder.
 *
 * @module
 */
import { join } from "node:path";
import { readConversion } from "@/data/conversions.ts";
import type { Random } from "@/engine/random.ts";
import { flagsOf } from "@/tools/cli/config_options.ts";
import { PROJECT } from "@/tools/setup/layout.ts";
import { printedBy, startCommand, trainArguments } from "./command.ts";
import type { Fault, FaultContext, FaultResult } from "./fault.ts";
import { SHA256, STORED, withSlowServer } from "./hostile_server.ts";
import { type Outcome, outcomeOf, requireSame, tinyConfig, trainTiny } from "./tiny_run.ts";
import { checkWords, makeTries, namesIn, requireThat } from "./tries.ts";

/** Tries alternate between a run and a download; the second process starts after a drawn time. */
export const TWO_PROCESSES: Fault = {
  name: "two processes",
  right:
    "of two trainings one is refused, the other has the losses of one alone; of two downloads " +
    "both have the right bytes and conversion, and they are sent once",
  tries: { whole: 20, short: 2 },
  run,
};

async function run(context: FaultContext): Promise<FaultResult> {
  const config = tinyConfig("vae", 200);
  const out = join(context.folder, "whole");
  await trainTiny(config, out);
  const whole = await outcomeOf(out);
  return await makeTries(context, async (random, index) => {
    const folder = join(context.folder, String(index));
    const word = index % 2 === 0
      ? await trainTwice(folder, flagsOf(config), whole, random)
      : await downloadTwice(folder, random);
    await Deno.remove(folder, { recursive: true });
    return word;
  });
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Trains into one folder twice at a time. */
async function trainTwice(
  out: string,
  flags: readonly string[],
  whole: Outcome,
  random: Random,
): Promise<string> {
  const start = () => printedBy(startCommand(trainArguments(flags, out)));
  const first = start();
  await pause(random.uniform(0, 400));
  const both = await Promise.all([first, start()]);
  const refused = both.filter(({ code }) => code !== 0);
  for (const { message } of refused) checkWords(message, out, "another training is under way");
  requireThat(refused.length < 2, `one of them must train, got ${refused[0]?.message}`);
  await requireSame(out, whole);
  return refused.length > 0 ? "trainings refused" : "trainings one after the other";
}

/** Downloads one file and converts it, twice at a time. */
async function downloadTwice(folder: string, random: Random): Promise<string> {
  const file = join(folder, "images.gz");
  const sent = await withSlowServer(async (url) => {
    const request = JSON.stringify({ file, urls: [url], sha256: SHA256 });
    const cache = join(folder, "cache", "set-0.safetensors");
    const program = `
      import { download } from "@/data/download.ts";
      import { writeConversion } from "@/data/conversions.ts";
      await download(${request});
      const values = await Deno.readFile(${JSON.stringify(file)});
      const tensors = { pixels: { shape: [values.length], values } };
      await writeConversion(${JSON.stringify(cache)}, { tensors, metadata: {} });`;
    const start = () =>
      new Deno.Command(Deno.execPath(), {
        args: ["eval", program],
        cwd: PROJECT.root,
        stdout: "null",
        stderr: "piped",
      }).output();
    const first = start();
    await pause(random.uniform(0, 400));
    for (const { code, stderr } of await Promise.all([first, start()])) {
      requireThat(code === 0, `both must end well, got ${new TextDecoder().decode(stderr)}`);
    }
  });
  requireThat(sent === STORED.length, `the file must be sent once, got ${sent} bytes`);
  const bytes = await Deno.readFile(file);
  requireThat(bytes.every((byte, i) => byte === STORED[i]), "the bytes must be right");
  const names = await namesIn(folder);
  requireThat(names.join() === "cache,images.gz", `nothing else must be left, got ${names}`);
  const cached = await namesIn(join(folder, "cache"));
  requireThat(cached.join() === "set-0.safetensors", `one conversion must be left, got ${cached}`);
  const conversion = await readConversion(join(folder, "cache", cached[0]!));
  const isRight = conversion?.tensors.pixels?.values.every((byte, i) => byte === STORED[i]);
  requireThat(isRight === true, "the conversion must be right");
  return "pairs of downloads";
}
