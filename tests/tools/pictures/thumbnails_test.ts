import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { join } from "node:path";
import { PNG } from "pngjs";
import { createBitmap, encodePng } from "@/show/plot/bitmap.ts";
import { drawThumbnails, PARTS, thumbnailOf } from "@/tools/pictures/thumbnails.ts";
import { withFolder } from "../../data/fixtures.ts";
import { NAMES, NOTEBOOKS, readNotebook, textOf } from "../../notebooks.ts";

Deno.test("thumbnailOf() draws a part as large as fits, on white", async () => {
  const bitmap = createBitmap(40, 20);
  for (let i = 0; i < 4 * 40 * 20; i += 4) {
    const isRight = i / 4 % 40 >= 20;
    bitmap.pixels.set(isRight ? [255, 0, 0] : [0, 0, 255], i);
  }
  const bytes = await thumbnailOf(encodePng(bitmap), [0.5, 0, 0.5, 1]); // a red square
  const { width, height, data } = PNG.sync.read(Buffer.from(bytes));
  assert.deepEqual([width, height], [320, 200]);
  const at = (
    x: number,
    y: number,
  ) => [...data.subarray(4 * (y * width + x), 4 * (y * width + x) + 3)];
  assert.deepEqual(at(160, 100), [255, 0, 0]);
  assert.deepEqual(at(80, 20), [255, 0, 0]);
  assert.deepEqual(at(50, 100), [255, 255, 255]);
  assert.deepEqual(at(270, 100), [255, 255, 255]);
});

Deno.test("drawThumbnails() draws one for each notebook, from figures that there are", () =>
  withFolder(async (folder) => {
    await drawThumbnails(undefined, folder);
    const drawn = [...Deno.readDirSync(folder)].map(({ name }) => name).toSorted();
    assert.deepEqual(drawn, NAMES.map((name) => `${name.slice(0, 2)}.png`));
    assert.deepEqual(Object.keys(PARTS).toSorted(), NAMES.map((name) => name.slice(0, 2)));
  }));

Deno.test("the start page lists every notebook with its question and thumbnail", async () => {
  const page = await Deno.readTextFile(join(NOTEBOOKS, "README.md"));
  const rows = page.split("\n").filter((line) => line.startsWith("| <img"));
  const cells = rows.map((row) => row.split("|").map((cell) => cell.trim()).slice(1, -1));
  assert.deepEqual(
    cells.map(([, link, question]) => [link, question]),
    NAMES.map((name) => {
      const [, title, question] = /^# ([^\n]+)\n\n> ([^\n]+)/.exec(
        textOf(readNotebook(join(NOTEBOOKS, name)).cells[0]!),
      )!;
      return [`[${name.slice(0, 2)}: ${title}](${name})`, question!];
    }),
  );
  for (const [i, [image]] of cells.entries()) {
    const [, file] = /^<img src="(thumbnails\/\d\d\.png)" alt="[^"]+" width="160">$/.exec(image!)!;
    assert.equal(file, `thumbnails/${NAMES[i]!.slice(0, 2)}.png`);
    const { size } = await Deno.stat(join(NOTEBOOKS, file!));
    assert.ok(size < 60_000, `${file}: ${size} bytes`);
  }
});
