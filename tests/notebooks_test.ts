/** The rules about notebooks that no reader should have to check, and one of them run for real. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { basename, join } from "node:path";
import { checkStoredConfig, PRESETS } from "@/method/registry.ts";
import { createVae } from "@/method/vae.ts";
import { imageFormat } from "@/show/plot/bitmap.ts";
import { executeNotebook } from "@/tools/runner/execute_notebook.ts";
import { KERNEL_NAME } from "@/tools/setup/kernelspec.ts";
import { PROJECT } from "@/tools/setup/layout.ts";
import { withFolder } from "./data/fixtures.ts";
import {
  codeCells,
  NAMES,
  type Notebook,
  type NotebookCell,
  NOTEBOOKS,
  readNotebook,
  textOf,
} from "./notebooks.ts";

const FIGURES = join(PROJECT.root, "figures");

/** The lines of a cell that hold code. */
const codeLines = (cell: NotebookCell) =>
  textOf(cell).split("\n").filter((line) => line.trim() !== "" && !line.trim().startsWith("//"));

const isImport = (cell: NotebookCell) => /^import\b/m.test(textOf(cell));
const tagsOf = ({ metadata }: NotebookCell) => metadata.tags ?? [];

/** The card: what each of its rows says. */
function cardOf({ cells }: Notebook): Record<string, string> {
  const rows = textOf(cells[1]!).split("\n").map((line) => line.split("|").map((it) => it.trim()));
  return Object.fromEntries(rows.slice(2).map(([, name, words]) => [name!, words!]));
}

/** The figures that a card promises, as names of files. */
const figuresOf = (notebook: Notebook) =>
  [...cardOf(notebook)["Gives"]!.matchAll(/`(?:figures\/)?([^`]+)`/g)].map(([, name]) => name!);

Deno.test("there is a notebook for each part of the story, in order", () => {
  assert.deepEqual(NAMES, [
    "00-quickstart.ipynb",
    "01-architecture.ipynb",
    "02-renderer.ipynb",
    "03-training.ipynb",
    "04-turntables.ipynb",
    "05-performance.ipynb",
    "06-faces.ipynb",
    "07-texture.ipynb",
    "08-objectives.ipynb",
    "09-latent-space.ipynb",
    "10-pose-and-truth.ipynb",
    "11-your-own-images.ipynb",
    "12-searched-pose.ipynb",
    "13-digits-and-clothing-again.ipynb",
  ]);
});

for (const name of NAMES) {
  const path = join(NOTEBOOKS, name);
  const notebook = readNotebook(path);
  const code = codeCells(notebook);

  Deno.test(`${name} opens with a title, one question and a card`, () => {
    const [title, card] = notebook.cells;
    assert.match(textOf(title!), /^# [^\n]+\n\n> [^\n]+\?$/);
    assert.match(textOf(card!), /^\|[ ]+\|[ ]+\|\n\| -+ \| -+ \|\n/);
    assert.deepEqual(Object.keys(cardOf(notebook)), [
      "Figure of the post",
      "Time",
      "Needs",
      "Gives",
    ]);
    for (const [row, words] of Object.entries(cardOf(notebook))) assert.ok(words !== "", row);
  });

  Deno.test(`${name} imports once, from the library, and has one cell of parameters`, () => {
    const imports = code.filter(isImport);
    assert.deepEqual(imports, [code[0]]);
    const sources = [...textOf(code[0]!).matchAll(/\bfrom "([^"]+)"/g)].map(([, from]) => from);
    assert.deepEqual(sources, ["@/mod.ts"]);
    assert.ok(!code.some((cell) => /\bimport\(/.test(textOf(cell))));
    const tagged = code.filter((cell) => tagsOf(cell).includes("parameters"));
    assert.deepEqual(tagged, [code[1]]);
  });

  Deno.test(`${name} is short: under 15 lines in a cell and 120 in all, no class, no function`, () => {
    const counts = code.map((cell) => codeLines(cell).length);
    for (const [i, cell] of code.entries()) {
      assert.ok(isImport(cell) || counts[i]! < 15, `${counts[i]} lines:\n${textOf(cell)}`);
      assert.doesNotMatch(textOf(cell), /\b(class|function)\s+\w/);
    }
    const total = counts.reduce((sum, count) => sum + count, 0);
    assert.ok(total < 120, `${total} lines`);
  });

  Deno.test(`${name} tags every cell that shows something with what it shows, and has it`, () => {
    for (const cell of code) {
      const expected = tagsOf(cell).filter((tag) => tag.startsWith("expects:"));
      const isShowing = /\b(show|showViewer|watchRuns?)\(/.test(textOf(cell));
      assert.equal(expected.length > 0, isShowing, textOf(cell));
      const shown = new Set(cell.outputs!.flatMap(({ data }) => Object.keys(data ?? {})));
      for (const tag of expected) assert.ok(shown.has(tag.slice("expects:".length)), tag);
    }
  });

  Deno.test(`${name} is committed as one clean run left it, in under 4 MB`, () => {
    assert.deepEqual(code.map((cell) => cell.execution_count), code.map((_, i) => i + 1));
    for (const { outputs } of code) {
      for (const { output_type } of outputs!) {
        assert.ok(["display_data", "execute_result"].includes(output_type), output_type);
      }
    }
    assert.equal(notebook.metadata.kernelspec?.name, KERNEL_NAME);
    assert.ok(Deno.statSync(path).size < 4_000_000);
  });

  Deno.test(`${name} gives figures that are there, each with a whole record`, () => {
    const figures = figuresOf(notebook);
    assert.ok(figures.length > 0);
    const saved = code.flatMap((cell) => [...textOf(cell).matchAll(/saveFigure\(\s*"([^"]+)"/g)])
      .map(([, figure]) => figure!);
    assert.deepEqual(saved.toSorted(), figures.map(withoutEnding).toSorted());
    for (const figure of figures) checkFigure(figure);
  });
}

const withoutEnding = (name: string) => name.replace(/\.[a-z]+$/, "");

/** Checks that a figure is a file of its kind, beside a record that says how it was made. */
function checkFigure(name: string): void {
  const bytes = Deno.readFileSync(join(FIGURES, name));
  const kind = imageFormat(bytes) ?? (bytes[0] === "<".charCodeAt(0) ? "svg" : "unknown");
  assert.equal(name.split(".").at(-1), kind);
  assert.ok(bytes.length <= 4_000_000, name);
  const { figure, config, seed, commit, minutes, machine, data, metrics, ...rest } = JSON.parse(
    Deno.readTextFileSync(join(FIGURES, `${withoutEnding(name)}.json`)),
  );
  assert.deepEqual(rest, {});
  assert.ok(data === undefined || data.length > 0);
  assert.equal(figure, name);
  if ("imageSize" in config) checkStoredConfig(config); // else it is no run's
  assert.equal(seed, config.seed);
  assert.match(commit, /^[0-9a-f]{40}$/);
  assert.ok(minutes >= 0);
  assert.match(machine, /^\d+ CPU cores?(, .+)?$/);
  assert.ok(Object.keys(metrics).length > 0);
  for (const [metric, value] of Object.entries(metrics)) {
    assert.ok(Number.isFinite(value), `${name}: ${metric} ${value}`);
  }
}

/** The picture of the gallery, by `deno task gallery --picture`. */
const GALLERY = "gallery.png";

Deno.test("the picture of the gallery has a record, and is small enough for the README", () => {
  checkFigure(GALLERY);
  const { size } = Deno.statSync(join(FIGURES, GALLERY));
  assert.ok(size <= 500_000, `${size} bytes`);
});

Deno.test("every other figure is one that a notebook gives", () => {
  const given = NAMES.flatMap((name) => figuresOf(readNotebook(join(NOTEBOOKS, name))));
  given.push(GALLERY);
  const expected = given.flatMap((name) => [name, `${withoutEnding(name)}.json`]);
  const found = [...Deno.readDirSync(FIGURES)].map(({ name }) => name);
  assert.deepEqual(found.toSorted(), expected.toSorted());
});

Deno.test("links between notebooks lead somewhere", () => {
  for (const name of NAMES) {
    const text = readNotebook(join(NOTEBOOKS, name)).cells.map(textOf).join("\n");
    for (const [, to] of text.matchAll(/\]\(([^)]+\.ipynb)\)/g)) {
      assert.ok(NAMES.includes(to!), `${name} links to ${to}`);
    }
  }
});

Deno.test("02-renderer.ipynb shows a gradient that its difference quotient confirms", () => {
  const { cells } = readNotebook(join(NOTEBOOKS, "02-renderer.ipynb"));
  const text = JSON.stringify(cells.flatMap(({ outputs }) => outputs ?? []));
  const said = /autodiff \*\*(-?[\d.]+)\*\*, difference quotient \*\*(-?[\d.]+)\*\*/.exec(text);
  const [autodiff, difference] = said!.slice(1).map(Number) as [number, number];
  assert.ok(Math.abs(autodiff / difference - 1) < 0.01, `${autodiff} against ${difference}`);
});

// `deno fmt --check` 2.9.6 takes every notebook that it has not seen before for unformatted.
Deno.test("notebooks are formatted", async () => {
  for (const name of NAMES) {
    const child = new Deno.Command(Deno.execPath(), {
      args: ["fmt", "--ext=ipynb", "-"],
      cwd: PROJECT.root,
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    const text = Deno.readTextFileSync(join(NOTEBOOKS, name));
    const formatted = new Response(child.stdout).text();
    await new Response(text).body!.pipeTo(child.stdin);
    assert.ok(await formatted === text, `${name}: run \`deno fmt --ext=ipynb - < ${name}\``);
    assert.ok((await child.status).success);
  }
});

// The kernel never checks types: a renamed field would only show as `undefined` in a figure.
Deno.test("the code of every notebook type-checks", () =>
  withFolder(async (folder) => {
    for (const name of NAMES) {
      const cells = codeCells(readNotebook(join(NOTEBOOKS, name))).map(textOf);
      await Deno.writeTextFile(join(folder, `${basename(name, ".ipynb")}.ts`), cells.join("\n"));
    }
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["check", `--config=${join(PROJECT.root, "deno.json")}`, folder],
      cwd: PROJECT.root,
      env: { NO_COLOR: "1" },
    }).output();
    assert.ok(success, new TextDecoder().decode(stderr));
  }));

/** Counts the trained parameters of a part of the quick preset's model. */
function trainedCount(prefix: string): number {
  return Object.entries(createVae(PRESETS.quick).parameters)
    .filter(([name, { isTrained }]) => isTrained && name.startsWith(prefix))
    .reduce((sum, [, { shape }]) => sum + shape.reduce((a, b) => a * b, 1), 0);
}

Deno.test("01-architecture.ipynb runs on the real kernel and draws the preset that it is given", async () => {
  // Inside the project, where the kernel finds its imports; a level down, since figures go beside.
  const folder = await Deno.makeTempDir({ dir: PROJECT.backends, prefix: "notebook-test-" });
  try {
    const path = join(folder, "notebooks", "01-architecture.ipynb");
    await Deno.mkdir(join(folder, "notebooks"));
    await Deno.copyFile(join(NOTEBOOKS, "01-architecture.ipynb"), path);
    await executeNotebook(path, { env: { SHAPES_PRESET: "quick" } });
    const executed = readNotebook(path);
    const shown = codeCells(executed).flatMap(({ outputs }) => outputs!)
      .filter(({ output_type }) => output_type === "display_data").map(({ data }) => data!);
    assert.deepEqual(shown.map((data) => Object.keys(data)), [
      ["image/png", "text/plain"],
      ["text/markdown", "text/plain"],
    ]);
    const image = Buffer.from([shown[0]!["image/png"]].flat().join(""), "base64");
    assert.equal(imageFormat(image), "png");
    const parts = ["encoder", "decoder", "pose"].map((part) => [part, trainedCount(part)] as const);
    const counts = { ...Object.fromEntries(parts), total: trainedCount("") };
    const rows = Object.entries(counts).map(([part, count]) =>
      `| ${part} | ${count.toLocaleString("en-US")} |`
    );
    assert.equal(
      [shown[1]!["text/markdown"]].flat().join(""),
      `| part | trained parameters |\n| --- | ---: |\n${rows.join("\n")}`,
    );
    const figure = join(folder, "figures", "01_architecture");
    const { config, metrics } = JSON.parse(await Deno.readTextFile(`${figure}.json`));
    assert.deepEqual([config, metrics], [PRESETS.quick, { ...counts }]);
    const svg = await Deno.readTextFile(`${figure}.svg`);
    assert.ok(svg.includes(`14×14×${PRESETS.quick.filters}`));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
