import assert from "node:assert/strict";
import { join } from "node:path";
import * as mod from "@/mod.ts";
import { graphFunction, jit, projectVoxels, tf } from "@/mod.ts";
import { assertClose } from "./assert.ts";
import { codeCells, NAMES, NOTEBOOKS, readNotebook, textOf } from "./notebooks.ts";

/** The values, not the types, that a notebook imports from the library. */
function importedNames(notebook: string): string[] {
  const code = codeCells(readNotebook(join(NOTEBOOKS, notebook))).map(textOf).join("\n");
  const [, list] = /import \{([^}]*)\} from "@\/mod\.ts"/.exec(code)!;
  return list!.split(",").map((name) => name.trim())
    .filter((name) => name !== "" && !name.startsWith("type "));
}

Deno.test("mod.ts has every name that a notebook imports", () => {
  for (const notebook of NAMES) {
    const names = importedNames(notebook);
    assert.ok(names.length > 0, notebook);
    assert.deepEqual(names.filter((name) => !(name in mod)), [], notebook);
  }
});

Deno.test("mod.ts has what a reader of the paper looks for", () => {
  const names = [
    "checkConfig", // every number of a run
    "loadImageSet",
    "createBatches",
    "projectVoxels", // the renderer
    "createVae", // the 3D-VAE
    "createLearner", // whatever a config describes
    "jit", // plain functions as one graph
    "train",
    "openRun",
    "loadCheckpoint",
    "Inference",
    "evaluate",
    "drawVoxels",
    "saveFigure",
    "show",
  ];
  assert.deepEqual(names.filter((name) => !(name in mod)), []);
});

Deno.test("mod.ts lets a plain function of the renderer be traced, gradient included", () => {
  // Two grids of one cell, seen from the front: an image is 1 - exp(-tau * density).
  const brightness = (density: tf.Tensor) =>
    tf.sum(projectVoxels(density as tf.Tensor4D, tf.zeros([2]), { tau: 1 })) as tf.Scalar;
  using program = jit({
    render: graphFunction(
      { density: { shape: [2, 1, 1, 1], dtype: "float32" } },
      ({ density }) => {
        const { value, grad } = tf.valueAndGrad(brightness)(density!);
        return { value, slope: grad };
      },
    ),
  });
  tf.tidy(() => {
    const { value, slope } = program.render({ density: tf.tensor([0, Math.LN2], [2, 1, 1, 1]) });
    assertClose(value.dataSync(), [0.5], 1e-6);
    assertClose(slope.dataSync(), [1, 0.5], 1e-6);
  });
});
