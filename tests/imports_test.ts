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

/** One import of another file of the library. */
interface Import {
  readonly from: string;
  readonly to: string;
  /** Gone once the types are: it cannot make a cycle. */
  readonly isTypeOnly: boolean;
}

function importsOf(from: string): Import[] {
  const statement = /(?:^|\s)(?:import|export)\s+(?:(type\s)?[^;"'()]*?\sfrom\s+)?"([^"]+)"/g;
  const dynamic = /import\("([^"]+)"\)/g;
  const code = codeOf(from);
  const found = [
    ...[...code.matchAll(statement)].map(([, type, to]) => ({ to: to!, isTypeOnly: !!type })),
    ...[...code.matchAll(dynamic)].map(([, to]) => ({ to: to!, isTypeOnly: false })),
  ];
  return found.filter(({ to }) => /^(@\/|\.)/.test(to)).map(({ to, isTypeOnly }) => ({
    from,
    to: to.startsWith("@/") ? to.slice(2) : relative(ROOT, join(ROOT, dirname(from), to)),
    isTypeOnly,
  }));
}

const IMPORTS = LIB.flatMap(importsOf);

/**
 * The parts of the library, and which of the others each may import. Every part may import itself and
 * `base`. A model is made of layers, pose strategies and objectives, so these come before it.
 */
const MAY_IMPORT: Record<string, readonly string[]> = {
  base: [],
  graph: [],
  render: [],
  mesh: [],
  score: [],
  data: ["render", "mesh"],
  layers: ["graph"],
  pose: ["layers"],
  objective: ["graph", "layers"],
  model: ["graph", "render", "layers", "pose", "objective"],
  train: ["graph", "data", "layers", "objective", "model"],
  bench: ["graph", "data", "render", "layers", "pose", "objective", "model", "train"],
  experiments: ["graph", "data", "render", "score", "layers", "model", "train"],
  plot: [],
  viewer: ["plot"],
  export: ["data", "plot"],
  figures: ["data", "render", "score", "layers", "model", "train", "bench", "experiments", "plot"],
  notebook: ["data", "train", "plot", "viewer"],
  setup: [],
  runner: ["setup"],
  cli: ["data", "model", "train", "bench", "plot", "figures", "export", "setup", "runner"],
};

/** Files of `model/` that put the layers together; the others are the layers. */
const WHOLE_MODELS = ["model/vae.ts", "model/inference.ts"];

function partOf(path: string): string {
  if (!path.includes("/")) return "base";
  if (path.startsWith("model/")) return WHOLE_MODELS.includes(path) ? "model" : "layers";
  return path.slice(0, path.indexOf("/"));
}

/** Imports against the direction, each with its reason; all of them types alone. */
const TYPES_AGAINST: readonly string[] = [
  "objective/objective.ts -> model/vae.ts", // an objective is given the whole forward pass
];

Deno.test("every part of lib is known here", () => {
  assert.deepEqual(new Set(LIB.map(partOf)), new Set(Object.keys(MAY_IMPORT)));
});

Deno.test("imports lead to files that exist", () => {
  const missing = IMPORTS.filter(({ to }) => !LIB.includes(to));
  assert.deepEqual(missing, []);
});

Deno.test("imports point one way", () => {
  const wrong = IMPORTS
    .filter(({ from, to }) => {
      const [part, other] = [partOf(from), partOf(to)];
      // `mod.ts` exports from everywhere; it is not part of the base.
      return from !== "mod.ts" && part !== other && other !== "base" &&
        !MAY_IMPORT[part]!.includes(other);
    })
    .map(({ from, to, isTypeOnly }) => `${from} -> ${to}${isTypeOnly ? "" : " (not only a type)"}`);
  assert.deepEqual(wrong, TYPES_AGAINST);
});

Deno.test("nothing in lib imports mod.ts: it is for notebooks and tests", () => {
  assert.deepEqual(IMPORTS.filter(({ to }) => to === "mod.ts"), []);
});

Deno.test("only the one file imports TensorFlow.js", () => {
  const importers = LIB.filter((path) => codeOf(path).includes('"@tensorflow/'));
  assert.deepEqual(importers, ["tf.ts"]);
});

Deno.test("plot/ knows no tensors", () => {
  const base = ["config.ts", "files.ts"];
  const wrong = IMPORTS.filter(({ from, to }) =>
    partOf(from) === "plot" && partOf(to) === "base" && !base.includes(to)
  );
  assert.deepEqual(wrong, []);
});

/** Cycles of imports that are there for a reason. */
const CYCLES: readonly string[] = [
  // tf.ts registers our gradients for whoever imports it; they need tfjs and the binding.
  "gradients.ts -> native.ts -> tf.ts",
  "gradients.ts -> tf.ts",
];

Deno.test("imports make no cycles, types apart", () => {
  const runtime = IMPORTS.filter(({ isTypeOnly }) => !isTypeOnly);
  const cycles = new Set<string>();
  const walk = (path: string, trail: readonly string[]) => {
    const at = trail.indexOf(path);
    if (at >= 0) {
      const cycle = trail.slice(at);
      const first = cycle.indexOf(cycle.toSorted()[0]!);
      cycles.add([...cycle.slice(first), ...cycle.slice(0, first)].join(" -> "));
      return;
    }
    for (const { to } of runtime.filter(({ from }) => from === path)) walk(to, [...trail, path]);
  };
  for (const path of LIB.filter((path) => partOf(path) !== "cli")) walk(path, []);
  assert.deepEqual([...cycles].toSorted(), CYCLES);
});

/** What touches the world outside of a function's arguments. */
const WORLD = /\b(Deno\.(env|exit|stdout|stderr|stdin|args)|console\.\w+|process\.\w+)/g;

/** Uses of it outside `cli/`, each with its reason. */
const WORLD_ELSEWHERE: readonly string[] = [
  "notebook/interrupt.ts: console.error", // the default of a parameter: words under a running cell
];

Deno.test("only the command line reads the environment, prints, and exits", () => {
  const found = LIB.filter((path) => partOf(path) !== "cli")
    .flatMap((path) => [...codeOf(path).matchAll(WORLD)].map(([use]) => `${path}: ${use}`));
  assert.deepEqual(found, WORLD_ELSEWHERE);
});

Deno.test("nothing in lib draws from Math.random", () => {
  const users = LIB.filter((path) => /Math\.random\(|util\.shuffle/.test(codeOf(path)));
  assert.deepEqual(users, []);
});

/** Files without a test file of the same name, each with its reason. */
const UNTESTED: readonly string[] = [
  "cli/bench_peers.ts", // an option of `bench`, whose tests run it
  "cli/lab.ts", // starts JupyterLab and waits; its help is tested with the others
  "cli/prepare.ts", // set-up and the quiet loading, run by every test that runs a command
  "cli/quiet.ts", // the same
  "cli/setup.ts", // the same
  "data/source.ts", // types alone
  "model/stage.ts", // types alone
  "setup/context.ts", // types alone
  "setup/layout.ts", // paths alone
  "viewer/elements.ts", // runs in the browser, as do the next ones: tests/viewer/in_browser_test.ts
  "viewer/gestures.ts",
  "viewer/renderer.ts",
  "viewer/shaders.ts",
  "viewer/start.ts",
  "viewer/viewer.ts",
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
  const long = FILES.filter((path) => /^(lib|tests)\/.*\.ts$/.test(path))
    .filter((path) => Deno.readTextFileSync(join(ROOT, path)).split("\n").length > 301);
  assert.deepEqual(long, []);
});
