import assert from "node:assert/strict";
import { type Config, PRESETS } from "@/config.ts";
import { architectureOf } from "@/figures/architecture.ts";
import { createModel } from "@/model/vae.ts";
import { type Architecture, architectureSvg, type DrawnStage } from "@/plot/architecture.ts";
import { createPicture } from "@/plot/picture.ts";
import { TINY } from "../tiny.ts";

const panelOf = ({ panels }: Architecture, title: string) =>
  panels.find((panel) => panel.title === title)!;

const stagesOf = ({ panels }: Architecture): DrawnStage[] =>
  panels.flatMap(({ columns }) => columns.flat());

/** The names and shapes of a panel's columns, each written as `name 1x2x3`. */
const words = (architecture: Architecture, title: string) =>
  panelOf(architecture, title).columns.map((column) =>
    column.map(({ name, shape }) => `${name} ${shape.join("x")}`).join(" | ")
  );

Deno.test("architectureOf() describes the paper's model, layer by layer", () => {
  const architecture = architectureOf(PRESETS.paper);
  assert.deepEqual(architecture.panels.map(({ title }) => title), [
    "Encoder",
    "Shape latent",
    "Decoder",
    "Renderer",
    "Pose: free",
    "Texture",
  ]);
  assert.deepEqual(words(architecture, "Encoder"), [
    "image 28x28x1",
    "conv 1 14x14x128",
    "conv 2 7x7x128",
    "conv 3 4x4x128",
    "conv 4 2x2x128",
  ]);
  assert.deepEqual(words(architecture, "Shape latent"), ["mean 19 | log-variance 19", "z 19"]);
  assert.deepEqual(words(architecture, "Decoder"), [
    "grid 7x7x7x128",
    "deconv 1 14x14x14x64",
    "deconv 2 28x28x28x1",
  ]);
  assert.deepEqual(words(architecture, "Renderer"), [
    "rotation 28x28x28",
    "projection 28x28x1",
  ]);
});

Deno.test("architectureOf() draws every stage of the model once, with the model's own shapes", () => {
  const configs: Config[] = [TINY, { ...TINY, texture: true }, { ...TINY, pose: "constant" }];
  for (const config of configs) {
    const drawn = stagesOf(architectureOf(config));
    assert.equal(new Set(drawn.map(({ name }) => name)).size, drawn.length, "names are unique");
    const stages = Object.values(createModel({ ...config, texture: true }).stages).flat();
    for (const stage of stages) {
      assert.deepEqual(drawn.find(({ name }) => name === stage.name), stage);
    }
    const added = drawn.filter(({ name }) => !stages.some((stage) => stage.name === name));
    assert.deepEqual(added.map(({ name }) => name), ["z", "rotation", "projection"]);
  }
});

Deno.test("architectureOf() dashes the texture exactly where the config leaves it out", () => {
  for (const texture of [false, true]) {
    const architecture = architectureOf({ ...TINY, texture });
    assert.equal(panelOf(architecture, "Texture").isOptional, !texture);
    const { isOptional } = architecture.links!.find(({ from }) => from === "projection")!;
    assert.equal(isOptional, !texture);
  }
});

Deno.test("architectureOf() names the pose strategy and leads its azimuth to the rotation", () => {
  for (const pose of ["free", "constant"]) {
    const architecture = architectureOf({ ...TINY, pose });
    const { columns, row, endsUnder } = panelOf(architecture, `Pose: ${pose}`);
    assert.deepEqual([row, endsUnder], [1, "rotation"]);
    assert.equal(architecture.links![0]!.from, columns.at(-1)![0]!.name);
    assert.equal(architecture.links![0]!.to, "rotation");
  }
});

Deno.test("architectureOf() puts pictures in the place of symbols, by the stage's name", () => {
  const names = stagesOf(architectureOf(TINY)).map(({ name }) => name);
  const pictures = Object.fromEntries(names.map((name, i) => [name, createPicture(1, i + 1)]));
  for (const { name, picture } of stagesOf(architectureOf(TINY, pictures))) {
    assert.equal(picture, pictures[name], name);
  }
  const { image } = pictures;
  const drawn = stagesOf(architectureOf(TINY, { image: image! })).filter((stage) => stage.picture);
  assert.deepEqual(drawn.map(({ name }) => name), ["image"]);
});

Deno.test("architectureOf() is what architectureSvg() can draw", () => {
  const architecture = architectureOf(TINY);
  const svg = architectureSvg(architecture);
  for (const { name } of stagesOf(architecture)) assert.ok(svg.includes(name), name);
});
