import assert from "node:assert/strict";
import { PRESETS } from "@/method/registry.ts";
import { architectureOf } from "@/show/figures/model_architecture.ts";
import { createVae, type VaeConfig } from "@/method/vae.ts";
import { architectureSvg } from "@/show/plot/architecture.ts";
import type { Architecture, DrawnStage } from "@/show/plot/architecture_parts.ts";
import { createBitmap } from "@/show/plot/bitmap.ts";
import { TINY } from "../../tiny.ts";

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
    "Pose: encoder",
    "Discriminator",
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
  assert.deepEqual(words(architecture, "Pose: encoder"), ["encoded s 1"]);
  assert.deepEqual(words(architecture, "Discriminator"), [
    "code 20",
    "hidden 1 1000",
    "hidden 2 1000",
    "drawn? 1",
  ]);
});

Deno.test("architectureOf() draws every stage of the model once, with the model's own shapes", () => {
  const configs: VaeConfig[] = [
    TINY,
    { ...TINY, texture: true, elevation: true },
    { ...TINY, pose: "constant", objective: "mmd" },
    { ...TINY, pose: "encoder", objective: "adversarial" },
  ];
  for (const config of configs) {
    const drawn = stagesOf(architectureOf(config));
    assert.equal(new Set(drawn.map(({ name }) => name)).size, drawn.length, "names are unique");
    for (const stage of Object.values(createVae(config).stages).flat()) {
      const { note: _, ...found } = drawn.find(({ name }) => name === stage.name)!;
      assert.deepEqual(found, stage);
    }
    // The paper's parts that the config leaves out are those of a model that has them.
    const paper = { ...config, objective: "adversarial", texture: true } as const;
    const known = (["free", "encoder", config.pose] as const)
      .flatMap((pose) => Object.values(createVae({ ...paper, pose }).stages).flat());
    const added = drawn.filter(({ name }) => !known.some((stage) => stage.name === name));
    assert.deepEqual(added.map(({ name }) => name), ["z", "rotation", "projection"]);
  }
});

Deno.test("architectureOf() puts words under the stages that their shapes do not explain", () => {
  const notesOf = (config: VaeConfig) =>
    Object.fromEntries(stagesOf(architectureOf(config)).map(({ name, note }) => [name, note]));
  assert.deepEqual(notesOf(TINY), {
    "image": undefined,
    "conv 1": "3×3, stride 2",
    "conv 2": "3×3, stride 2",
    "conv 3": "3×3, stride 2",
    "conv 4": "3×3, stride 2",
    "mean": undefined,
    "log-variance": undefined,
    "z": "mean + ε exp(½ logvar)",
    "grid": "dense",
    "deconv 1": "3×3×3, stride 2",
    "deconv 2": "3×3×3, stride 2,\nsigmoid / τ",
    "rotation": "trilinear",
    "projection": "1 − exp(−τ Σ density)",
    "encoded s": "dense, tanh,\nazimuth (s + 1) π",
    "code": "z and pose,\nor prior",
    "hidden 1": "dense",
    "hidden 2": "dense",
    "drawn?": "dense, sigmoid",
    "pose variables": "free, one row\nper batch slot",
    "pose features": "dense, tanh",
    "pose s": "tanh,\nazimuth (s + 1) π",
    "texture features": undefined,
    "textured image": undefined,
  });
  const raised = notesOf({ ...TINY, elevation: true });
  assert.equal(raised["pose s"], "tanh,\nazimuth (s + 1) π,\nelevation t π/6");
  assert.equal(raised["encoded s"], "dense, tanh,\nazimuth (s + 1) π,\nelevation t π/6");
  assert.equal(notesOf({ ...TINY, pose: "constant" })["constant pose"], undefined);
});

Deno.test("architectureOf() dashes the texture exactly where the config leaves it out", () => {
  for (const texture of [false, true]) {
    const architecture = architectureOf({ ...TINY, texture });
    assert.equal(panelOf(architecture, "Texture").isOptional, !texture);
    const { isOptional } = architecture.links!.find(({ from }) => from === "projection")!;
    assert.equal(isOptional, !texture);
  }
});

/** The sources of the arrows into a stage, each with whether it is dashed. */
const into = ({ links }: Architecture, name: string) =>
  links!.filter(({ to }) => to === name).map(({ from, isOptional }) => [from, isOptional]);

Deno.test("architectureOf() draws both poses of the paper, dashed where the config has another", () => {
  const drawn = (pose: VaeConfig["pose"]) => {
    const architecture = architectureOf({ ...TINY, pose });
    const poses = architecture.panels.filter(({ title }) => title.startsWith("Pose: "));
    return {
      dashed: poses.map(({ title, isOptional }) => [title, isOptional]),
      arrows: into(architecture, "rotation"),
    };
  };
  assert.deepEqual(drawn("free"), {
    dashed: [["Pose: encoder", true], ["Pose: free", false]],
    arrows: [["encoded s", true], ["pose s", false]],
  });
  assert.deepEqual(drawn("encoder"), {
    dashed: [["Pose: encoder", false], ["Pose: free", true]],
    arrows: [["encoded s", false], ["pose s", true]],
  });
  assert.deepEqual(drawn("constant"), {
    dashed: [["Pose: encoder", true], ["Pose: free", true], ["Pose: constant", false]],
    arrows: [["encoded s", true], ["pose s", true], ["constant pose", false]],
  });
});

Deno.test("architectureOf() shows the discriminator what it judges, dashed without a game", () => {
  const game: VaeConfig = { ...TINY, objective: "adversarial" };
  const drawn = (config: VaeConfig) => into(architectureOf(config), "code");
  assert.deepEqual(drawn(TINY), [["z", true], ["encoded s", true]]);
  assert.deepEqual(drawn(game), [["z", false], ["pose s", false]]);
  assert.deepEqual(drawn({ ...game, pose: "encoder" }), [["z", false], ["encoded s", false]]);
  assert.deepEqual(drawn({ ...game, pose: "constant" }), [["z", false]]);
  for (const [config, isOptional] of [[TINY, true], [game, false]] as const) {
    assert.equal(panelOf(architectureOf(config), "Discriminator").isOptional, isOptional);
  }
});

Deno.test("architectureOf() replaces symbols by images, by the stage's name", () => {
  const names = stagesOf(architectureOf(TINY)).map(({ name }) => name);
  const bitmaps = Object.fromEntries(names.map((name, i) => [name, createBitmap(1, i + 1)]));
  for (const { name, bitmap } of stagesOf(architectureOf(TINY, bitmaps))) {
    assert.equal(bitmap, bitmaps[name], name);
  }
  const { image } = bitmaps;
  const drawn = stagesOf(architectureOf(TINY, { image: image! })).filter((stage) => stage.bitmap);
  assert.deepEqual(drawn.map(({ name }) => name), ["image"]);
});

Deno.test("architectureOf() gives what architectureSvg() can draw", () => {
  const architecture = architectureOf(TINY);
  const svg = architectureSvg(architecture);
  for (const { name } of stagesOf(architecture)) assert.ok(svg.includes(name), name);
});
