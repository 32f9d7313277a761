/**
 * Records what the GPU runs, through a small C++ library on CUPTI, NVIDIA's tracing interface.
 *
 * @module
 */
import { join } from "node:path";
import { runChild } from "@/tools/setup/child.ts";
import { exists } from "@/tools/setup/prepared.ts";

/** One kernel, copy or fill, as the GPU ran it. */
export interface Activity {
  /** When it started, in nanoseconds. */
  readonly start: number;
  /** How long it took, in nanoseconds. */
  readonly duration: number;
  /** A kernel's name, or `copy on the GPU`, `copy from or to the host`, `fill`. */
  readonly name: string;
}

/** Records what this process has the GPU do. */
export interface Tracer {
  /** Records from now on. */
  start(): void;
  /** Gives what has been recorded, in the order of the starts; work must have finished. */
  stop(): Activity[];
}

const SOURCE = join(import.meta.dirname!, "tracer.cc");

const CURE = "install CUDA's toolkit, or pip install nvidia-cuda-cupti nvidia-cuda-runtime";

/**
 * Compiles the library and starts to record, before anything runs on the GPU.
 *
 * @param folder Where to write the library and traces
 * @param roots Where CUDA may be, in the order in which they are tried
 * @throws {Error} If CUPTI's headers are nowhere, or CUPTI refuses, as it does without a GPU
 */
export async function startTracer(folder: string, roots: readonly string[]): Promise<Tracer> {
  const library = join(folder, "tracer.so");
  await compile(library, roots);
  const { symbols } = Deno.dlopen(library, {
    start_tracing: { parameters: [], result: "i32" },
    stop_tracing: { parameters: ["buffer"], result: "i32" },
  });
  const path = join(folder, "trace.tsv");
  const tracer = {
    start: () => check(symbols.start_tracing()),
    stop() {
      check(symbols.stop_tracing(new TextEncoder().encode(`${path}\0`)));
      return parseTrace(Deno.readTextFileSync(path));
    },
  };
  tracer.start();
  return tracer;
}

function check(code: number): void {
  if (code === 0) return;
  const reason = code === -1
    ? "some activities were lost"
    : code === -2
    ? "the trace cannot be written"
    : "see `CUptiResult`";
  throw new Error(
    `Cannot trace the GPU: CUPTI must give code 0, got ${code} (${reason}); ` +
      `end other profilers, and check that nvidia-smi finds a GPU`,
  );
}

/** Reads lines of start, duration and name; sorts them by start. */
export function parseTrace(text: string): Activity[] {
  return text.split("\n").filter((line) => line !== "").map((line) => {
    const [start, duration, ...name] = line.split("\t");
    return { start: Number(start), duration: Number(duration), name: name.join(" ") };
  }).sort((a, b) => a.start - b.start);
}

/**
 * Lists where CUDA's toolkit and NVIDIA's Python packages put it.
 *
 * @param named Folders that the user names
 * @param backendFolder Holds `nvidia/` if wheels brought CUDA
 */
export async function cudaRoots(
  named: readonly string[],
  backendFolder: string,
): Promise<string[]> {
  const script = "import sysconfig; print(sysconfig.get_paths()['purelib'])";
  const packages = await runChild("python3", ["-c", script], {
    action: "find Python's packages",
    cure: CURE,
  });
  return [
    ...named,
    "/usr/local/cuda",
    ...await foldersIn("/usr/local", /^cuda-/),
    "/opt/cuda",
    ...await foldersIn(join(backendFolder, "nvidia")),
    ...await foldersIn(join(packages.trim(), "nvidia")),
    "/usr", // Debian's nvidia-cuda-toolkit
  ];
}

async function foldersIn(folder: string, pattern = /./): Promise<string[]> {
  if (!await exists(folder)) return [];
  const names = (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name);
  return names.filter((name) => pattern.test(name)).sort().map((name) => join(folder, name));
}

async function compile(library: string, roots: readonly string[]): Promise<void> {
  const places = roots.flatMap((root) => [root, join(root, "extras", "CUPTI")]);
  const cupti = await firstWith(places, ["include/cupti.h"]);
  const cuda = await firstWith(places, ["include/cuda.h"]);
  const [folder, name] = await libraryOf(places);
  await runChild("g++", [
    ..."-O2 -std=c++17 -fPIC -shared".split(" "),
    `-I${join(cupti, "include")}`,
    `-I${join(cuda, "include")}`,
    SOURCE,
    `-L${folder}`,
    `-l:${name}`,
    `-Wl,-rpath,${folder}`,
    "-o",
    library,
  ], { action: "compile the tracer of kernels", cure: CURE });
}

async function libraryOf(places: readonly string[]): Promise<[string, string]> {
  for (const place of places) {
    for (const folder of ["lib64", "lib", "lib/x86_64-linux-gnu", "targets/x86_64-linux/lib"]) {
      const [library] = (await foldersIn(join(place, folder), /^libcupti\.so\.\d+$/)).reverse();
      if (library) return [join(place, folder), library.slice(library.lastIndexOf("/") + 1)];
    }
  }
  throw missing("libcupti.so", places);
}

async function firstWith(places: readonly string[], paths: readonly string[]): Promise<string> {
  for (const place of places) {
    for (const path of paths) if (await exists(join(place, path))) return place;
  }
  throw missing(paths.join(" or "), places);
}

function missing(what: string, places: readonly string[]): Error {
  return new Error(
    `Cannot trace the GPU: CUPTI must be installed, got no ${what} in ${
      places.join(", ")
    }; ${CURE}`,
  );
}
