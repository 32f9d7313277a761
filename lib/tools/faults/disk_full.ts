/**
 * A disk that fills up while the project writes to it.
 *
 * @module
 */
import { join } from "node:path";
import { readConversion, writeConversion } from "@/data/conversions.ts";
import { download } from "@/data/download.ts";
import type { Random } from "@/engine/random.ts";
import { exportShapes } from "@/show/export/shape_archive.ts";
import type { Exhibit } from "@/show/plot/figures.ts";
import { saveFigure } from "@/show/plot/figure_file.ts";
import type { Fault, FaultContext, FaultResult } from "./fault.ts";
import { SHA256, STORED, withHonestServer } from "./hostile_server.ts";
import {
  type Outcome,
  outcomeOf,
  readAll,
  requireSame,
  tinyConfig,
  trainTiny,
} from "./tiny_run.ts";
import { checkWords, failureOf, makeTries, namesIn, requireThat } from "./tries.ts";

/** Size of the disk, and what is left of it at most, in bytes. */
const [DISK, MOST_LEFT] = [8 * 2 ** 20, 60_000];

/** Each try is one kind of file; what is free on the disk is drawn, from nothing to a half of the file. */
export const DISK_FULL: Fault = {
  name: "disk full",
  right:
    "the message names the folder and says that it is full; old files stay whole, none is half " +
    "there, and with room again the same command succeeds",
  tries: { whole: 50, short: 5 },
  run,
};

/** A file that is written: how, and whether it is right afterwards. */
interface Writing {
  readonly name: string;
  /** Writes into a folder. */
  write(folder: string): Promise<unknown>;
  /** Throws unless all that it wrote is right. */
  check(folder: string): Promise<void>;
  /** Throws if what lies there after a full disk cannot be used, where more than one file is written. */
  checkPart?(folder: string): Promise<void>;
  /** Names that may be left for the next time. */
  readonly kept?: RegExp;
}

async function run(context: FaultContext): Promise<FaultResult> {
  const disk = join(context.folder, "small disk");
  await Deno.mkdir(disk);
  const reason = await mount(disk);
  if (reason !== undefined) return { tried: 0, failures: [], skipped: reason };
  try {
    const config = tinyConfig("vae", 24);
    const whole = join(context.folder, "whole");
    await trainTiny(config, whole);
    const writings = [
      ...[downloading(), converting(), training(await outcomeOf(whole))],
      ...[exporting(context.seed), drawing()],
    ];
    return await makeTries(context, async (random, index) => {
      const writing = writings[index % writings.length]!;
      try {
        return await fillOnce(disk, writing, random);
      } catch (error) {
        throw new Error(`${writing.name}: ${(error as Error).message}`);
      }
    });
  } finally {
    await new Deno.Command("umount", { args: ["--lazy", disk] }).output();
  }
}

/** Mounts a small disk in memory; gives the reason if that is not possible. */
async function mount(folder: string): Promise<string | undefined> {
  try {
    const { success, stderr } = await new Deno.Command("mount", {
      args: ["-t", "tmpfs", "-o", `size=${DISK}`, "tmpfs", folder],
    }).output();
    if (success) return undefined;
    const text = new TextDecoder().decode(stderr).trim().replace(/^mount: [^:]*: /, "");
    return `a small disk cannot be mounted (${text.split("\n")[0]})`;
  } catch {
    return "there is no `mount`";
  }
}

/** Writes where there is too little room, then with room again. */
async function fillOnce(disk: string, writing: Writing, random: Random): Promise<string> {
  const folder = join(disk, writing.name);
  await Deno.mkdir(folder);
  await Deno.writeTextFile(join(folder, "old.txt"), "old");
  const filler = await fill(disk, random.integer(MOST_LEFT));
  const message = await failureOf(() => writing.write(folder));
  checkWords(message, folder, "got a full one");
  requireThat(await Deno.readTextFile(join(folder, "old.txt")) === "old", "old files must stay");
  for (const name of await filesBelow(folder)) {
    const isLeft = name === "old.txt" || writing.kept?.test(name);
    requireThat(isLeft === true, `nothing must be left but old files, got ${name}`);
  }
  await writing.checkPart?.(folder);
  await Deno.remove(filler);
  await writing.write(folder);
  await writing.check(folder);
  await Deno.remove(folder, { recursive: true });
  return writing.name;
}

/** Fills a disk but for so many bytes. */
async function fill(disk: string, left: number): Promise<string> {
  const path = join(disk, "filler");
  using file = await Deno.open(path, { write: true, create: true });
  const block = new Uint8Array(2 ** 16);
  let size = 0;
  try {
    for (;;) size += await file.write(block);
  } catch {
    // It is full.
  }
  await file.truncate(Math.max(0, size - left));
  return path;
}

async function filesBelow(folder: string, prefix = ""): Promise<string[]> {
  const names: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(join(folder, prefix))) {
    if (isDirectory) names.push(...await filesBelow(folder, join(prefix, name)));
    else names.push(join(prefix, name));
  }
  return names;
}

function downloading(): Writing {
  return {
    name: "download",
    kept: /^images\.gz\.part$/, // the next download goes on from there
    write: (folder) =>
      withHonestServer((url) =>
        download({ file: join(folder, "images.gz"), urls: [url], sha256: SHA256 })
      ),
    async check(folder) {
      const { size } = await Deno.stat(join(folder, "images.gz"));
      requireThat(size === STORED.length, `the file must be whole, got ${size} bytes`);
      const names = await namesIn(folder);
      requireThat(names.join() === "images.gz,old.txt", `nothing must be left, got ${names}`);
    },
  };
}

function converting(): Writing {
  const fileIn = (folder: string) => join(folder, "set-0.safetensors");
  const values = STORED.slice();
  return {
    name: "conversion",
    write: (folder) =>
      writeConversion(fileIn(folder), {
        tensors: { pixels: { shape: [values.length], values } },
        metadata: {},
      }),
    async check(folder) {
      const found = (await readConversion(fileIn(folder)))?.tensors.pixels?.values;
      requireThat(found?.every((value, i) => value === values[i]) === true, "it must read back");
    },
  };
}

function training(whole: Outcome): Writing {
  const config = tinyConfig("vae", 24);
  return {
    name: "training",
    // What the steps before the full disk have left: the lock, whole files of the run, and its history.
    kept:
      /^(lock|config\.json|machine\.txt|history\.jsonl|(checkpoints|frames)\/step-\d+\.safetensors)$/,
    write: (folder) => trainTiny(config, folder, { resume: true }),
    checkPart: async (folder) => void await readAll(folder),
    check: (folder) => requireSame(folder, whole),
  };
}

/** A figure's record that fits any figure. */
const RECORD = { config: {}, seed: 1, commit: "none", minutes: 0, machine: "any", metrics: {} };

function exporting(seed: number): Writing {
  const exhibit = (label: string): Exhibit => {
    const size = [28, 28, 28] as const;
    const occupancy = Float32Array.from({ length: 28 ** 3 }, (_, i) => {
      const [d, h, w] = [Math.floor(i / 784), Math.floor(i / 28) % 28, i % 28];
      const noise = Math.imul(i + seed, 2654435761) >>> 24;
      return Math.hypot(d - 13.5, h - 13.5, w - 13.5) < 9 ? 0.5 + noise / 1024 : 0;
    });
    return { label, image: new Float32Array(28 * 28).fill(0.5), grid: { occupancy, size } };
  };
  return {
    name: "export",
    write: (folder) =>
      exportShapes(join(folder, "shapes.zip"), [exhibit("ball")], {
        record: RECORD,
        step: 1,
      }),
    async check(folder) {
      const { size } = await Deno.stat(join(folder, "shapes.zip"));
      requireThat(size > MOST_LEFT, `the archive must exceed what was left, got ${size} bytes`);
    },
  };
}

function drawing(): Writing {
  // Noise, which no format makes smaller.
  const rgba = new Uint8ClampedArray(300 * 300 * 4).map((_, i) => STORED[i % STORED.length]!);
  return {
    name: "figure",
    write: (folder) =>
      saveFigure("fig", { width: 300, height: 300, pixels: rgba }, RECORD, { folder }),
    async check(folder) {
      const names = await namesIn(folder);
      requireThat(names.join() === "fig.json,fig.png,old.txt", `both must be there, got ${names}`);
    },
  };
}
