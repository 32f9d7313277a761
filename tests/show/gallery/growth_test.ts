import assert from "node:assert/strict";
import { join } from "node:path";
import { growthSection, growthTitle, spread } from "@/show/gallery/growth.ts";
import { saveFrame } from "@/train/monitor.ts";
import { withFolder } from "../../data/fixtures.ts";
import { TINY, tinySets } from "../../tiny.ts";
import { handMadeRun } from "../figures/runs.ts";

Deno.test("spread() picks evenly, the first and the last among them", () => {
  assert.deepEqual(spread([0, 1, 2, 3, 4, 5, 6], 4), [0, 2, 4, 6]);
  assert.deepEqual(spread([1, 2], 4), [1, 2]);
});

Deno.test("growthTitle() names sets and method", () => {
  const data = "mnist:1,fashion-mnist:1";
  const title = "Growth: Handwritten digits (MNIST) and Clothing (Fashion-MNIST), x";
  assert.equal(growthTitle(data, "x"), title);
});

Deno.test("growthSection() gives tracked images their stages, labelled with their steps", () =>
  withFolder(async (folder) => {
    const { frames } = handMadeRun();
    const config = { ...TINY, data: "embedded-digits:1,embedded-garments:1" };
    const model = { label: "x", config, step: 12, path: "unused", folder };
    const load = () => Promise.resolve(tinySets());
    const refuse = () => assert.fail("nothing is loaded without frames");
    assert.equal(await growthSection(model, refuse), undefined, "no frames");
    await saveFrame(join(folder, "frames"), frames[0]!, TINY.batchSize);
    assert.equal(await growthSection(model, refuse), undefined, "one frame is no growth");
    for (const frame of frames) await saveFrame(join(folder, "frames"), frame, TINY.batchSize);
    const section = (await growthSection(model, load))!;
    assert.match(section.words[0]!, /up to step 12: /);
    const names = ["blobs round", "bars round", "bars square"];
    assert.deepEqual(section.items.map(({ name }) => name), names);
    const [shape] = section.items[1]!.shapes;
    const labels = [0, 3, 6, 9, 12].map((step) => `step ${step}`);
    assert.deepEqual(shape!.frames.map(({ label }) => label), labels);
    assert.ok(Math.abs(shape!.frames[0]!.front! - 1.5 * Math.PI) < 1e-5);
  }));
