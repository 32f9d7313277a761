import assert from "node:assert/strict";
import { layOut } from "@/show/plot/architecture_layout.ts";
import { exampleArchitecture } from "./example_architecture.ts";

const { panels, stages, width, height } = layOut(exampleArchitecture);
const at = (name: string) => stages.get(name)!;

Deno.test("layOut() keeps panels inside the figure and apart from each other", () => {
  for (const [i, a] of panels.entries()) {
    assert.ok(a.left >= 0 && a.top >= 0 && a.left + a.width <= width && a.top + a.height <= height);
    for (const b of panels.slice(i + 1)) {
      const isApart = a.left + a.width <= b.left || b.left + b.width <= a.left ||
        a.top + a.height <= b.top || b.top + b.height <= a.top;
      assert.ok(isApart, `${a.panel.title} and ${b.panel.title} overlap`);
    }
  }
});

Deno.test("layOut() keeps stages and their text inside their panel", () => {
  for (const { panel, left, top, width, height } of panels) {
    for (const { name } of panel.columns.flat()) {
      const stage = at(name);
      assert.ok(stage.x - stage.halfWidth >= left && stage.x + stage.halfWidth <= left + width);
      assert.ok(stage.top >= top && stage.bottom <= top + height, name);
    }
  }
});

Deno.test("layOut() puts single stages of a row on one axis, and centres parallel ones on it", () => {
  const main = ["image", "conv 1", "z", "deconv 1", "rotation", "projection"].map(at);
  assert.ok(main.every(({ y, wordsTop }) => y === main[0]!.y && wordsTop === main[0]!.wordsTop));
  assert.equal(at("mean").x, at("log variance").x);
  assert.ok(at("mean").y < main[0]!.y && at("log variance").y > main[0]!.y);
});

Deno.test("layOut() ends a panel of a lower row under the stage it names", () => {
  assert.ok(Math.abs(at("s").x - at("rotation").x) < 1e-9);
  assert.ok(at("s").top > at("rotation").bottom);
  assert.deepEqual([at("rotation").row, at("s").row], [0, 1]);
});
