import assert from "node:assert/strict";
import { join } from "node:path";
import { type QualityRecord, qualityTable, readQuality } from "@/show/figures/quality.ts";
import { withFolder } from "../../data/fixtures.ts";
import { NOTEBOOKS } from "../../notebooks.ts";

const chairs = (method: string, seed: number, scores: Partial<QualityRecord>): QualityRecord => ({
  objects: "chairs",
  method,
  images: 1,
  seed,
  ...scores,
});

Deno.test("qualityTable() averages over runs, in units of the table, with dashes for what is missing", () => {
  const table = qualityTable([
    chairs("searched", 1, { iou: 0.3, iouRefined: 0.4, within30: 0.9, azimuthError: 9 }),
    chairs("known-pose", 1, { iou: 0.375 }),
    chairs("searched", 2, { iou: 0.5, within30: 1, azimuthError: 11 }),
  ]);
  assert.deepEqual(table.split("\n"), [
    "| method | runs | IoU | IoU, refined | azimuth error, ° | ≤ 30°, % |",
    "| --- | ---: | ---: | ---: | ---: | ---: |",
    "| searched | 2 | .400 ± .141 | .400 | 10.0 ± 1.4 | 95 ± 7 |",
    "| known-pose | 1 | .375 | – | – | – |",
  ]);
});

Deno.test("qualityTable() names objects and numbers of images where they differ", () => {
  const { images: _, ...unsaid } = chairs("searched", 3, { pieces: 1.25 });
  const table = qualityTable([
    unsaid,
    { ...unsaid, seed: 2, images: 1 },
    { ...unsaid, images: 8 },
    { ...unsaid, objects: "beds" },
  ]);
  assert.deepEqual(table.split("\n"), [
    "| objects | method | images of each | runs | pieces |",
    "| --- | --- | --- | ---: | ---: |",
    "| chairs | searched | 1 | 2 | 1.25 ± .00 |",
    "| chairs | searched | 8 | 1 | 1.25 |",
    "| beds | searched | 1 | 1 | 1.25 |",
  ]);
});

Deno.test("qualityTable() refuses no records", () => {
  assert.throws(() => qualityTable([]), {
    name: "RangeError",
    message: "Cannot write a table: records must not be empty",
  });
});

Deno.test("readQuality() names records after their files, in order", () =>
  withFolder(async (folder) => {
    const record = { method: "searched", seed: 1, iou: 0.5 };
    await Deno.writeTextFile(join(folder, "sofas.json"), JSON.stringify([record]));
    await Deno.writeTextFile(
      join(folder, "beds.json"),
      JSON.stringify([record, { ...record, seed: 2 }]),
    );
    await Deno.writeTextFile(join(folder, "notes.md"), "not records");
    assert.deepEqual(await readQuality(folder), [
      { objects: "beds", ...record },
      { objects: "beds", ...record, seed: 2 },
      { objects: "sofas", ...record },
    ]);
  }));

Deno.test("readQuality() refuses records that it would misread", () =>
  withFolder(async (folder) => {
    const refused = async (record: Record<string, unknown>, message: string | RegExp) => {
      await Deno.writeTextFile(join(folder, "beds.json"), JSON.stringify([record]));
      await assert.rejects(readQuality(folder), { name: "SyntaxError", message });
    };
    const whole = { method: "searched", seed: 1 };
    await refused(
      { ...whole, iuo: 1 },
      /^Cannot read record 0 of "beds.json": iuo must be one of method, seed, images, iou, .*, got an unknown field$/,
    );
    await refused(
      { seed: 1 },
      'Cannot read record 0 of "beds.json": method must be a string, got nothing',
    );
    await refused(
      { ...whole, iou: "much" },
      'Cannot read record 0 of "beds.json": iou must be a number, got much',
    );
    await refused(
      { ...whole, iou: null },
      'Cannot read record 0 of "beds.json": iou must be a number, got nothing',
    );
  }));

Deno.test("every committed record is of a run of its own", async () => {
  const records = await readQuality(join(NOTEBOOKS, "quality"));
  const names = records.map(({ objects, method, images = 1, seed }) =>
    `${objects}, ${method}, ${images}, seed ${seed}`
  );
  assert.ok(records.length > 0);
  assert.equal(new Set(names).size, names.length);
});
