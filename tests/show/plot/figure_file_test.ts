import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createBitmap, encodePng } from "@/show/plot/bitmap.ts";
import { type FigureRecord, saveFigure } from "@/show/plot/figure_file.ts";

const record: FigureRecord = {
  config: { batchSize: 64, data: ["mnist"] },
  seed: 7,
  commit: "0123abc",
  minutes: 12.5,
  machine: "2 CPU cores",
  metrics: { testErrorPerPixel: 0.011 },
};

async function inFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "figures-"));
  try {
    await body(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

Deno.test("saveFigure() writes the bitmap and its record, and leaves nothing else", () =>
  inFolder(async (parent) => {
    const folder = join(parent, "figures");
    const bitmap = createBitmap(2, 2);
    const saved = await saveFigure("fig04_digits", bitmap, record, { folder });
    assert.deepEqual((await readdir(folder)).sort(), ["fig04_digits.json", "fig04_digits.png"]);
    assert.deepEqual(new Uint8Array(await readFile(saved.file)), encodePng(bitmap));
    assert.equal(saved.byteCount, encodePng(bitmap).length);
    const text = await readFile(saved.record, "utf8");
    assert.deepEqual(JSON.parse(text), { figure: "fig04_digits.png", ...record });
    assert.ok(text.endsWith("}\n"));
  }));

Deno.test("saveFigure() chooses the extension by the kind of figure", () =>
  inFolder(async (folder) => {
    const bitmap = createBitmap(2, 2);
    const save = async (figure: Parameters<typeof saveFigure>[1]) =>
      (await saveFigure("figure", figure, record, { folder })).file.split(".").at(-1);
    assert.equal(await save([bitmap, bitmap]), "gif");
    assert.equal(await save("<svg/>"), "svg");
    assert.equal(await save(encodePng(bitmap)), "png");
    assert.equal(await save(new TextEncoder().encode("GIF89a...")), "gif");
  }));

Deno.test("saveFigure() replaces an older figure of the same name", () =>
  inFolder(async (folder) => {
    await saveFigure("figure", "<svg/>", record, { folder });
    const { file } = await saveFigure("figure", "<svg>2</svg>", record, { folder });
    assert.equal(await readFile(file, "utf8"), "<svg>2</svg>");
  }));

Deno.test("saveFigure() refuses names with folders, unknown bytes and files over 4 MB", () =>
  inFolder(async (folder) => {
    const save = (name: string, bytes: Uint8Array) => saveFigure(name, bytes, record, { folder });
    await assert.rejects(save("../figure", new Uint8Array(4)), {
      name: "TypeError",
      message: 'Cannot save a figure: name must consist of a-z, 0-9, _ and -, got "../figure"',
    });
    await assert.rejects(save("figure", new TextEncoder().encode("JFIF")), {
      name: "TypeError",
      message: "Cannot save a figure: bytes must be those of a PNG or GIF file, got 4 other bytes",
    });
    const large = new Uint8Array(4_000_001);
    large.set(new TextEncoder().encode("GIF89a"));
    await assert.rejects(save("figure", large), {
      name: "RangeError",
      message: /figure: the file must have at most 4000000 bytes, got 4000001; draw fewer frames/,
    });
    assert.deepEqual(await readdir(folder), []);
  }));
