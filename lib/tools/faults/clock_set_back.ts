/**
 * A clock that is set back between one file and the next.
 *
 * @module
 */
import { join } from "node:path";
import { conversionFile, readConversion, writeConversion } from "@/data/conversions.ts";
import { download } from "@/data/download.ts";
import { listZip } from "@/data/formats/zip.ts";
import type { Random } from "@/engine/random.ts";
import { exportShapes } from "@/show/export/shape_archive.ts";
import { listCheckpoints, loadNewestCheckpoint } from "@/train/checkpoint.ts";
import type { Fault, FaultContext, FaultResult } from "./fault.ts";
import { SHA256, STORED, withHonestServer } from "./hostile_server.ts";
import { type Outcome, outcomeOf, requireSame, tinyConfig, trainTiny } from "./tiny_run.ts";
import { makeTries, namesIn, requireThat } from "./tries.ts";

/**
 * In each try this process has a clock that jumps back with every question, and files get times from 1970
 * to 2100 in a drawn order.
 */
export const CLOCK_SET_BACK: Fault = {
  name: "clock set back",
  right: "the newest checkpoint is that of the last step, caches stay valid, no file is fetched, " +
    "converted or removed that would not have been",
  tries: { whole: 40, short: 4 },
  run,
};

async function run(context: FaultContext): Promise<FaultResult> {
  const config = tinyConfig("vae", 24);
  const out = join(context.folder, "whole");
  await trainTiny(config, out);
  const whole = await outcomeOf(out);
  const kinds = [tryTraining(whole), tryCache, tryDownload, tryExport];
  return await makeTries(context, async (random, index) => {
    const folder = join(context.folder, String(index));
    await Deno.mkdir(folder);
    const word = await withJumpingClock(
      random,
      () => kinds[index % kinds.length]!(folder, random),
    );
    await Deno.remove(folder, { recursive: true });
    return word;
  });
}

/** Runs a body in a process whose clock tells an earlier time at every question. */
async function withJumpingClock<T>(random: Random, body: () => Promise<T>): Promise<T> {
  const { Date: RealDate } = globalThis;
  let now = RealDate.now() + random.uniform(0, 1e12);
  const tell = () => Math.max(0, now -= random.uniform(0, 3e11));
  globalThis.Date = class extends RealDate {
    constructor(...given: unknown[]) {
      super(...(given.length > 0 ? given : [tell()]) as [number]);
    }
    static override now = tell;
  } as DateConstructor;
  try {
    return await body();
  } finally {
    globalThis.Date = RealDate;
  }
}

/** Gives files the times of a clock that anybody may have set. */
async function disorder(paths: readonly string[], random: Random): Promise<void> {
  for (const path of paths) {
    const seconds = random.integer(4_102_444_800); // 1970 to 2100
    await Deno.utime(path, seconds, seconds);
  }
}

function tryTraining(whole: Outcome) {
  return async (folder: string, random: Random): Promise<string> => {
    const config = tinyConfig("vae", 24);
    for (const until of [9, 17, 24]) {
      await trainTiny(config, folder, { until, resume: true });
      const paths = await listCheckpoints(join(folder, "checkpoints"));
      await disorder(paths, random);
      const newest = await loadNewestCheckpoint(join(folder, "checkpoints"));
      requireThat(
        newest?.step === until,
        `the newest must be of step ${until}, got ${newest?.step}`,
      );
    }
    const kept = (await namesIn(join(folder, "checkpoints"))).map((name) => /\d+/.exec(name)![0]);
    requireThat(
      kept.map(Number).join() === "17,20,24",
      `the last three must be kept, got ${kept}`,
    );
    await requireSame(folder, whole);
    return "trainings";
  };
}

async function tryCache(folder: string, random: Random): Promise<string> {
  const archive = join(folder, "set.zip");
  await Deno.writeFile(archive, STORED);
  await disorder([archive], random);
  const conversion = { name: "set", archive, options: { version: 1 } };
  const file = await conversionFile(join(folder, "cache"), conversion);
  await writeConversion(file, {
    tensors: { pixels: { shape: [STORED.length], values: STORED } },
    metadata: {},
  });
  await disorder([file], random);
  const again = await conversionFile(join(folder, "cache"), conversion);
  requireThat(again === file, `the cache must be found again, got ${again}`);
  requireThat(await readConversion(again) !== undefined, "the cache must be read again");
  await Deno.writeFile(archive, STORED.subarray(1)); // another archive, wherever the clock stands
  await disorder([archive], random);
  const other = await conversionFile(join(folder, "cache"), conversion);
  requireThat(other !== file, "another archive must be converted anew");
  return "caches";
}

async function tryDownload(folder: string, random: Random): Promise<string> {
  const file = join(folder, "images.gz");
  await Deno.writeFile(`${file}.part`, STORED.subarray(0, random.integer(STORED.length)));
  await disorder([`${file}.part`], random);
  await withHonestServer((url) => download({ file, urls: [url], sha256: SHA256 }));
  await disorder([file], random);
  await download({ file, urls: [], sha256: SHA256 }); // there is nothing to fetch
  const { size } = await Deno.stat(file);
  requireThat(size === STORED.length, `the file must be whole, got ${size} bytes`);
  return "downloads";
}

async function tryExport(folder: string): Promise<string> {
  const size = [4, 4, 4] as const;
  const occupancy = new Float32Array(64).fill(0);
  for (const cell of [21, 22, 25, 26, 37, 38, 41, 42]) occupancy[cell] = 1;
  const exhibit = { label: "cube", image: new Float32Array(16), grid: { occupancy, size } };
  const record = { config: {}, seed: 1, commit: "none", minutes: 0, machine: "any", metrics: {} };
  const [first, second] = ["a", "b"].map((name) => join(folder, `${name}.zip`));
  for (const path of [first!, second!]) await exportShapes(path, [exhibit], { record, step: 1 });
  const [a, b] = await Promise.all([Deno.readFile(first!), Deno.readFile(second!)]);
  requireThat(a.length === b.length && a.every((byte, i) => byte === b[i]), "bytes must be equal");
  requireThat((await listZip(first!)).length > 0, "the archive must be readable");
  return "exports";
}
