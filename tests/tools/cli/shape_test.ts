import assert from "node:assert/strict";
import { join } from "node:path";
import { imagesAt } from "@/data/image_set.ts";
import { loadImageSet } from "@/data/sources.ts";
import { encodePng, greyBitmap, imageFormat } from "@/show/plot/bitmap.ts";
import { loadCheckpoint, saveWeights } from "@/train/checkpoint.ts";
import { image, withFolder } from "../../data/fixtures.ts";
import { runCli } from "./run_cli.ts";

const SHIPPED = "data/checkpoints/searched-digits.safetensors";

/** Writes a drawn 0, which the shipped model has never seen, and a white square. */
async function writeImages(folder: string): Promise<{ digit: string; square: string }> {
  const [digit, square] = [join(folder, "Zero.png"), join(folder, "square.png")];
  const digits = await loadImageSet("embedded-digits", "test", {});
  await Deno.writeFile(digit, encodePng(greyBitmap(imagesAt(digits, [0]), [28, 28])));
  await Deno.writeFile(square, await image({ width: 40, height: 40, colour: "white" }));
  return { digit, square };
}

Deno.test("shape writes a mesh and a turning view of each image, and names unknown kinds", () =>
  withFolder(async (folder) => {
    const { digit, square } = await writeImages(folder);
    const out = join(folder, "made");
    const { code, stdout, stderr } = await runCli(["shape", digit, square, "--out", out]);
    assert.equal(code, 0, stderr);
    for (const name of ["zero", "square"]) {
      const glb = await Deno.readFile(join(out, `${name}.glb`));
      assert.equal(new TextDecoder().decode(glb.subarray(0, 4)), "glTF");
      assert.equal(imageFormat(await Deno.readFile(join(out, `${name}.gif`))), "gif");
      assert.ok(stdout.includes(`shape: wrote ${join(out, `${name}.glb`)}\n`), stdout);
    }
    assert.match(
      stdout,
      /\nshape: Zero: fits with an error of 0\.0\d+; \d+ % of unseen images of /,
    );
    assert.match(
      stdout,
      /\n\*\*\* UNKNOWN KIND: square\. The model was trained on mnist:1 and fits /,
    );
    assert.match(
      stdout,
      /\ndeno task train --preset quick --method searched --data images:FOLDER /,
    );
  }));

Deno.test("shape says where a checkpoint cannot tell, and takes models that cannot refine", () =>
  withFolder(async (folder) => {
    const { square } = await writeImages(folder);
    const old = join(folder, "old.safetensors");
    const { heldOutErrors: _, ...checkpoint } = await loadCheckpoint(
      SHIPPED.replace("searched-digits", "mnist-fashion"),
    );
    await saveWeights(old, checkpoint);
    const args = ["shape", square, "--out", folder, "--checkpoint", old];
    const { code, stdout, stderr } = await runCli(args);
    assert.equal(code, 0, stderr);
    assert.match(
      stdout,
      /\nshape: the checkpoint is too old to tell whether the model knows such /,
    );
  }));

Deno.test("shape refuses to run without images, and a file that is none", () =>
  withFolder(async (folder) => {
    const none = await runCli(["shape"]);
    assert.equal(none.code, 2);
    assert.match(none.stderr, /missing required argument 'images'/);
    const text = join(folder, "a.png");
    await Deno.writeTextFile(text, "not an image");
    const { code, stderr } = await runCli(["shape", text, "--out", join(folder, "none")]);
    assert.equal(code, 1);
    assert.match(stderr, /error: Cannot read ".*a\.png": /);
  }));
