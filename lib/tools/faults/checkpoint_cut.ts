/**
 * The newest checkpoint of a run, cut at every block and at every boundary of its header.
 *
 * @module
 */
import { join } from "node:path";
import { listCheckpoints, loadCheckpoint, loadNewestCheckpoint } from "@/train/checkpoint.ts";
import type { Fault, FaultContext, FaultResult } from "./fault.ts";
import { outcomeOf, requireSame, tinyConfig, trainTiny } from "./tiny_run.ts";
import { checkWords, failureOf, makeTries, requireThat } from "./tries.ts";

/** What disks write at once, in bytes. */
const BLOCK = 4096;

/** The file ends at the cut, or is as long as before with zeros from there: a crash leaves either. */
export const CHECKPOINT_CUT: Fault = {
  name: "checkpoint cut",
  right: "refused with the way out; the run resumes from the checkpoint before, to the bit",
  tries: { whole: 400, short: 40 },
  run,
};

async function run(context: FaultContext): Promise<FaultResult> {
  const { folder } = context;
  const out = join(folder, "run");
  const config = { ...tinyConfig("vae", 12), filters: 16 };
  await trainTiny(config, out);
  const whole = await outcomeOf(out);
  const [before, newest] = (await listCheckpoints(join(out, "checkpoints"))).slice(-2);
  const bytes = await Deno.readFile(newest!);
  const cuts = cutsOf(bytes);
  const result = await makeTries(context, async (random, index) => {
    // Every cut in turn, those of the header first; then any byte.
    const cut = cuts[index >> 1] ?? random.integer(bytes.length);
    const isFilled = index % 2 === 1;
    const damaged = isFilled ? new Uint8Array(bytes.length) : new Uint8Array(cut);
    damaged.set(bytes.subarray(0, cut));
    // What is lost must not be zeros anyway.
    if (isFilled && bytes.subarray(cut).every((byte) => byte === 0)) return "of zeros anyway";
    await Deno.writeFile(newest!, damaged);
    const [alone, resumed] = [
      await failureOf(() => loadCheckpoint(newest!)),
      await failureOf(() => loadNewestCheckpoint(join(out, "checkpoints"))),
    ];
    checkWords(alone, newest!);
    checkWords(resumed, newest!, `remove it to go on from "${before}"`);
    return isFilled ? "zeroed" : "cut";
  });
  const words = await failureOf(() => trainTiny(config, out, { resume: true }));
  checkWords(words, newest!);
  await Deno.remove(newest!); // as the message says
  await trainTiny(config, out, { resume: true });
  await requireSame(out, whole);
  requireThat(
    (await Deno.stat(newest!)).size === bytes.length,
    "the checkpoint must be whole again",
  );
  return { ...result, note: `${result.note}; ${cuts.length} places in ${bytes.length} bytes` };
}

/** Where a file is cut: around its header's length, header and tensors, then at every block. */
function cutsOf(bytes: Uint8Array): number[] {
  const headerEnd = 8 + Number(new DataView(bytes.buffer).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, headerEnd)));
  const ends = Object.values<{ data_offsets?: [number, number] }>(header)
    .flatMap(({ data_offsets }) => data_offsets ? [headerEnd + data_offsets[1]] : []);
  const edges = [0, 1, 7, 8, 9, headerEnd - 1, headerEnd, headerEnd + 1, ...ends];
  const blocks = Array.from(
    { length: Math.floor(bytes.length / BLOCK) },
    (_, i) => BLOCK * (i + 1),
  );
  return [...new Set([...edges, ...blocks, bytes.length - 1])].filter((cut) => cut < bytes.length);
}
