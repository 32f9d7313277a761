/** The rules about the files of this project that no compiler checks. */
import assert from "node:assert/strict";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** Folders that set-up, training and tools make; `data` holds what was fetched or trained. */
const MADE = ["node_modules", "data"];
const HIDDEN_KEPT = [".ci", ".github"];

/** Every file of the project, relative to its root. */
const FILES = [...filesBelow("")].toSorted();

function* filesBelow(folder: string): Generator<string> {
  for (const { name, isFile, isDirectory } of Deno.readDirSync(join(ROOT, folder))) {
    const path = join(folder, name);
    if (isFile) yield path;
    const isHidden = name.startsWith(".") && !HIDDEN_KEPT.includes(path);
    if (isDirectory && !isHidden && !MADE.includes(path)) yield* filesBelow(path);
  }
}

const LIB_FOLDER = join(ROOT, "lib");

/** The library's files, relative to `lib`. */
const LIB = FILES.filter((path) => path.startsWith("lib/") && path.endsWith(".ts"))
  .map((path) => path.slice("lib/".length));

function exists(path: string): boolean {
  try {
    return Deno.statSync(join(ROOT, path)).isFile;
  } catch {
    return false;
  }
}

/** A file's text without its comments, whose examples import too. */
function codeOf(path: string): string {
  return Deno.readTextFileSync(join(ROOT, "lib", path))
    .replaceAll(/\/\*\*[^]*?\*\//g, "")
    .replaceAll(/^\s*\/\/.*$/gm, "");
}

/** One import of another file of the library, of types or of values. */
interface Import {
  readonly from: string;
  readonly to: string;
}

function importsOf(from: string): Import[] {
  const statement = /(?:^|\s)(?:import|export)\s+(?:[^;"'()]*?\sfrom\s+)?"([^"]+)"/g;
  const dynamic = /import\("([^"]+)"\)/g;
  const code = codeOf(from);
  const found = [...code.matchAll(statement), ...code.matchAll(dynamic)].map(([, to]) => to!);
  return found.filter((to) => /^(@\/|\.)/.test(to)).map((to) => ({
    from,
    to: to.startsWith("@/")
      ? to.slice(2)
      : relative(LIB_FOLDER, join(LIB_FOLDER, dirname(from), to)),
  }));
}

const IMPORTS = LIB.flatMap(importsOf);

/**
 * The parts of the library, from the bottom up: each may import those before it, and nothing else.
 * `mod.ts` stands apart: it names what the others make.
 */
const LAYERS = [
  "config.ts",
  "engine",
  "render",
  "data",
  "model",
  "method",
  "infer",
  "train",
  "study",
  "show",
  "tools",
];

/** The folder of `lib` that holds a file, or the file itself. */
function partOf(path: string): string {
  return path.split("/")[0]!;
}

Deno.test("every part of lib is a layer", () => {
  assert.deepEqual(new Set(LIB.map(partOf)), new Set([...LAYERS, "mod.ts"]));
});

Deno.test("imports lead to files that exist", () => {
  const missing = IMPORTS.filter(({ to }) => !LIB.includes(to));
  assert.deepEqual(missing, []);
});

Deno.test("imports point one way, types included", () => {
  const wrong = IMPORTS.filter(({ from, to }) =>
    from !== "mod.ts" && LAYERS.indexOf(partOf(to)) > LAYERS.indexOf(partOf(from))
  );
  assert.deepEqual(wrong, []);
});

Deno.test("nothing in lib imports mod.ts: it is for notebooks and tests", () => {
  assert.deepEqual(IMPORTS.filter(({ to }) => to === "mod.ts"), []);
});

Deno.test("only the one file imports TensorFlow.js", () => {
  const importers = LIB.filter((path) => codeOf(path).includes('"@tensorflow/'));
  assert.deepEqual(importers, ["engine/tfjs.ts"]);
});

Deno.test("show/plot/ knows no tensors", () => {
  const known = ["engine/files.ts", "engine/stop_button.ts"];
  const wrong = IMPORTS.filter(({ from, to }) =>
    from.startsWith("show/plot/") && to.startsWith("engine/") && !known.includes(to)
  );
  assert.deepEqual(wrong, []);
});

/** Gives the cycles among nodes, each written from its first member in the order of the alphabet. */
function cyclesOf(nodes: Iterable<string>, next: (node: string) => readonly string[]): string[] {
  const cycles = new Set<string>();
  const done = new Set<string>();
  const walk = (node: string, trail: readonly string[]) => {
    const at = trail.indexOf(node);
    if (at >= 0) {
      const cycle = trail.slice(at);
      const first = cycle.indexOf(cycle.toSorted()[0]!);
      cycles.add([...cycle.slice(first), ...cycle.slice(0, first)].join(" -> "));
    } else if (!done.has(node)) {
      for (const each of next(node)) walk(each, [...trail, node]);
      done.add(node);
    }
  };
  for (const node of nodes) walk(node, []);
  return [...cycles];
}

Deno.test("imports make no cycles between files, types included", () => {
  const next = (path: string) => IMPORTS.filter(({ from }) => from === path).map(({ to }) => to);
  assert.deepEqual(cyclesOf(LIB, next), []);
});

/** What touches the world outside of a function's arguments. */
const WORLD = /\b(Deno\.(env|exit|stdout|stderr|stdin|args)|console\.\w+|process\.\w+)/g;

/** Uses of it outside `cli/`, each with its reason. */
const WORLD_ELSEWHERE: readonly string[] = [
  "show/notebook/interrupt.ts: console.error", // the default of parameters: words under a running cell
  "tools/setup/private_environment.ts: Deno.env", // what the programs of set-up inherit
];

Deno.test("only the command line reads the environment, prints, and exits", () => {
  const found = LIB.filter((path) => !path.startsWith("tools/cli/"))
    .flatMap((path) => [...codeOf(path).matchAll(WORLD)].map(([use]) => `${path}: ${use}`));
  assert.deepEqual(found, WORLD_ELSEWHERE);
});

Deno.test("nothing in lib draws from Math.random", () => {
  const users = LIB.filter((path) => /Math\.random\(|util\.shuffle/.test(codeOf(path)));
  assert.deepEqual(users, []);
});

/** Files without a test file of the same name, each with its reason. */
const UNTESTED: readonly string[] = [
  "data/source.ts", // types alone
  "engine/tfjs.ts", // TensorFlow.js itself: tests/engine/tf_test.ts
  "method/method.ts", // a worked method tests it: tests/method/worked_method_test.ts
  "method/objective/objective.ts", // types alone
  "model/learner.ts", // types alone
  "model/stage.ts", // types alone
  "show/gallery/theme.ts", // runs in the browser: tests/show/gallery/page_in_browser_test.ts
  "show/notebook/stop_watch.ts", // a thread that interrupt_test.ts and pressed_kernel_test.ts start
  "show/plot/architecture_parts.ts", // types alone
  "show/viewer/elements.ts", // runs in the browser, as do the next ones: tests/show/viewer/in_browser_test.ts
  "show/viewer/gestures.ts",
  "show/viewer/renderer.ts",
  "show/viewer/shaders.ts",
  "show/viewer/start.ts",
  "show/viewer/viewer.ts",
  "tools/bench/methods/known_method.ts", // types alone
  "tools/cli/bench_kernels.ts", // an option of `bench`, which refuses it without a GPU
  "tools/cli/bench_peers.ts", // an option of `bench`, whose tests run it
  "tools/cli/lab.ts", // starts JupyterLab and waits; its help is tested with the others
  "tools/cli/prepare.ts", // set-up and the quiet loading, run by every test that runs a command
  "tools/cli/quiet.ts", // the same
  "tools/cli/setup.ts", // the same
  "tools/faults/checkpoint_cut.ts", // campaign_test.ts runs the short form of every fault
  "tools/faults/clock_set_back.ts",
  "tools/faults/disk_full.ts",
  "tools/faults/fault.ts", // types alone
  "tools/faults/faults.ts", // a list, checked by campaign_test.ts
  "tools/faults/hostile_server.ts", // as above
  "tools/faults/rank_killed.ts",
  "tools/faults/training_killed.ts",
  "tools/faults/two_processes.ts",
  "tools/setup/context.ts", // types alone
  "tools/setup/layout.ts", // paths alone
  "train/place/place.ts", // types alone
];

Deno.test("every file of lib has its file of tests", () => {
  const missing = LIB.filter((path) => !exists(`tests/${path.replace(/\.ts$/, "_test.ts")}`));
  assert.deepEqual(missing, UNTESTED);
});

Deno.test("no file names a place of one machine", () => {
  const home = /(?<![\w.}])\/(home|root|Users|work|tmp|private|mnt)\/[\w.]|\b[A-Z]:\\\\?Users\b/;
  const named = FILES.filter((path) => {
    const bytes = Deno.readFileSync(join(ROOT, path));
    return !bytes.subarray(0, 4096).includes(0) && home.test(new TextDecoder().decode(bytes));
  });
  assert.deepEqual(named, []);
});

Deno.test("no file of lib or tests has more than 300 lines: split it", () => {
  // `mod.ts` is a list of names.
  const long = FILES.filter((path) => /^(lib|tests)\/.*\.ts$/.test(path) && path !== "lib/mod.ts")
    .filter((path) => Deno.readTextFileSync(join(ROOT, path)).split("\n").length > 301);
  assert.deepEqual(long, []);
});
