import assert from "node:assert/strict";
import { join } from "node:path";
import type { Config } from "@/config.ts";
import { createLearner } from "@/method/registry.ts";
import { initialValues } from "@/model/parameters.ts";
import { findModels } from "@/show/gallery/models.ts";
import { gallerySections } from "@/show/gallery/sections.ts";
import { saveCheckpoint } from "@/train/checkpoint.ts";
import { withFolder } from "../../data/fixtures.ts";
import { TINY } from "../../tiny.ts";

Deno.test("gallerySections() makes a section of each set that there is, and says what is missing", () =>
  withFolder(async (folder) => {
    const snapshot = initialValues(createLearner(TINY).parameters, 1);
    const save = (name: string, data: string) => {
      const config: Config = { ...TINY, data };
      return saveCheckpoint(join(folder, name, "checkpoints"), { step: 12, config, snapshot });
    };
    await save("a", "embedded-digits:1,embedded-garments:1");
    await save("b", "embedded-digits:1");
    await save("c", "images:nowhere:1");
    const found = await findModels(folder, []);
    const titles: string[] = [];
    const { sections, missing } = await gallerySections(found, {
      dataDir: folder,
      onSection: (title) => titles.push(title),
    });
    assert.deepEqual(sections.map(({ title, items }) => [title, items.length]), [
      ["embedded-digits", 10],
      ["embedded-garments", 10],
    ]);
    for (const { items } of sections) {
      for (const { shapes } of items) assert.equal(shapes.length, 1, "one model of each method");
    }
    assert.deepEqual(titles.slice(0, 3), [
      "embedded-digits",
      "embedded-garments",
      "images:nowhere",
    ]);
    assert.deepEqual(missing.map((words) => words.slice(0, 55)), [
      "embedded-digits, searched pose: no run was found. `deno",
      "embedded-garments, searched pose: no run was found. `de",
      "images:nowhere: Cannot load images:nowhere: the path mu",
      "Growth: no run with frames was found. A run keeps them ",
    ]);
  }));
