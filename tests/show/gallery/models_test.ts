import assert from "node:assert/strict";
import { join } from "node:path";
import type { Config } from "@/config.ts";
import { configWith, createLearner } from "@/method/registry.ts";
import { initialValues } from "@/model/parameters.ts";
import { findModels, type GalleryModel, labelOf, oneOfEach } from "@/show/gallery/models.ts";
import { saveCheckpoint } from "@/train/checkpoint.ts";
import { withFolder } from "../../data/fixtures.ts";
import { TINY } from "../../tiny.ts";

const snapshot = initialValues(createLearner(TINY).parameters, 1);
const save = (folder: string, step: number, changes: Partial<Config> = {}) =>
  saveCheckpoint(folder, {
    step,
    snapshot,
    config: { ...TINY, data: "embedded-digits:1", ...changes },
  });

Deno.test("findModels() finds the newest checkpoint of each run, however deep, and files", () =>
  withFolder(async (folder) => {
    const file = await save(join(folder, "shipped"), 12);
    const runs = join(folder, "runs");
    await save(join(runs, "deep", "er", "run", "checkpoints"), 4);
    await save(join(runs, "deep", "er", "run", "checkpoints"), 8);
    await save(join(runs, "done", "checkpoints"), 12);
    await Deno.mkdir(join(runs, "empty", "checkpoints"), { recursive: true });
    const { models, unread } = await findModels(runs, [file]);
    assert.deepEqual(unread, []);
    assert.deepEqual(models.map(({ step, folder }) => [step, folder]), [
      [12, undefined],
      [12, join(runs, "done")],
      [8, join(runs, "deep", "er", "run")], // not done: last
    ]);
    assert.deepEqual(await findModels(join(folder, "nowhere"), []), { models: [], unread: [] });
  }));

Deno.test("findModels() tells of what it cannot read, and goes on", () =>
  withFolder(async (folder) => {
    await Deno.mkdir(join(folder, "bad", "checkpoints"), { recursive: true });
    await Deno.writeTextFile(join(folder, "bad", "checkpoints", "step-000001.safetensors"), "?");
    await save(join(folder, "good", "checkpoints"), 12);
    const { models, unread } = await findModels(folder, []);
    assert.equal(models.length, 1);
    assert.equal(unread.length, 1);
    assert.match(unread[0]!, /^bad: Cannot read /);
  }));

Deno.test("labelOf() names methods by what sets them apart", () => {
  assert.equal(labelOf(TINY), "paper's method");
  const other = { ...TINY, objective: "adversarial", pose: "encoder" } as Config;
  assert.equal(labelOf(other), "adversarial, encoder pose");
  const searched = configWith("quick", { method: "searched" });
  assert.equal(labelOf(searched), "searched pose");
  assert.equal(
    labelOf({ ...searched, supervision: "pose" } as Config),
    "searched pose, pose known",
  );
});

Deno.test("oneOfEach() keeps the longest of each label, the first of equals, in the order compared", () => {
  const model = (label: string, step: number, path: string): GalleryModel => ({
    label,
    step,
    path,
    config: TINY,
  });
  const chosen = oneOfEach([
    model("other", 5, "a"),
    model("searched pose", 5, "b"),
    model("searched pose", 9, "c"),
    model("searched pose", 9, "d"),
    model("paper's method", 1, "e"),
  ]);
  assert.deepEqual(chosen.map(({ path }) => path), ["e", "c", "a"]);
});
