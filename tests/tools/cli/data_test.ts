import assert from "node:assert/strict";
import { join } from "node:path";
import { imageFormat } from "@/show/plot/bitmap.ts";
import { withFolder } from "../../data/fixtures.ts";
import { BACKDROPS, photograph, renderSolid } from "../../data/photo/scenes.ts";
import { runCli } from "./run_cli.ts";

Deno.test("data prints the number of images in a set", async () => {
  const { code, stdout } = await runCli(["data", "embedded-digits"]);
  assert.equal(code, 0);
  assert.match(stdout, /^embedded-digits train: 6000 images of 28 x 28 pixels\n/);
  assert.match(stdout, /\n +digits drawn by this project's own code\n +0 600, 1 600, /);
});

Deno.test("data exits with 2 on an unknown set", async () => {
  const { code, stderr } = await runCli(["data", "nonsense"]);
  assert.equal(code, 2);
  assert.match(
    stderr,
    /^error: Cannot load data: its name must be one of mnist, .* got "nonsense"\n$/,
  );
});

Deno.test("data loads the sets of a mixture, with a choice of classes", async () => {
  const { code, stdout } = await runCli(["data", "embedded-garments#Bag+embedded-digits#3+5:2"]);
  assert.equal(code, 0);
  assert.match(stdout, /^embedded-garments#Bag train: 600 .*\n.* \(only Bag\)\n +Bag 600\n/);
  assert.match(stdout, /\nembedded-digits#3\+5 test: 200 .*\n.*\n +3 100, 5 100\n/);
});

Deno.test("data says how to get a set that no server has, loads the others and fails", async () => {
  await withFolder(async (folder) => {
    const { code, stdout } = await runCli([
      "data",
      "celeba+embedded-faces",
      "--data-dir",
      folder,
    ]);
    assert.equal(code, 1);
    assert.match(
      stdout,
      /^celeba: Cannot load celeba: ".*" must be a file, got no such file; .* download /,
    );
    assert.match(stdout, /\nembedded-faces test: 1000 images of 28 x 28 pixels\n/);
  });
});

Deno.test("data --preview draws what the model sees of own images, and of nothing else", async () => {
  await withFolder(async (folder) => {
    const images = join(folder, "mine");
    await Deno.mkdir(images);
    const cup = renderSolid("cup", { width: 120, height: 90 });
    await Deno.writeFile(join(images, "a.png"), photograph(cup, { backdrop: BACKDROPS.white }));
    const file = join(folder, "preview.png");
    const { code, stdout } = await runCli(["data", `images:${images}`, "--preview", file]);
    assert.equal(code, 0);
    assert.match(stdout, /\n +images in "mine", their objects cut out and centred\n/);
    assert.ok(stdout.includes(`data: wrote ${file}: 1 of 1 images\n`));
    assert.equal(imageFormat(await Deno.readFile(file)), "png");
  });
  const refused = await runCli(["data", "mnist", "--preview", "a.png"]);
  assert.equal(refused.code, 2);
  assert.match(
    refused.stderr,
    /Cannot draw a preview: the set must be one images:PATH or squares:PATH, got mnist\n$/,
  );
});
