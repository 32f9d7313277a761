import assert from "node:assert/strict";
import { join } from "node:path";
import JSZip from "jszip";
import type { Config } from "@/config.ts";
import { configWith, createLearner } from "@/method/registry.ts";
import { initialValues } from "@/model/parameters.ts";
import { saveCheckpoint } from "@/train/checkpoint.ts";
import { image, saveAgain, withFolder } from "../../data/fixtures.ts";
import { runCli } from "./run_cli.ts";

/** Ten synthetic classes. */
const DATA = ["--data", "embedded-digits:1"];

async function namesIn(path: string): Promise<string[]> {
  const { files } = await JSZip.loadAsync(await Deno.readFile(path));
  return [...new Set(Object.keys(files).map((name) => name.split("/")[0]!))].toSorted();
}

const ALWAYS = ["README.txt", "config.json", "metrics.json", "strips.png", "turntable.gif"];

Deno.test("export writes the shapes of classes, indices and the user's images to one zip", () =>
  withFolder(async (folder) => {
    const out = join(folder, "shapes.zip");
    const own = join(folder, "box.png");
    await Deno.writeFile(own, await image({ width: 40, height: 40, colour: "white" }));
    const chosen = ["--class", "3", "--index", "4", "5", "--image", own];
    const { code, stdout, stderr } = await runCli(["export", ...DATA, ...chosen, "--out", out]);
    assert.equal(code, 0, stderr);
    assert.match(
      stdout,
      new RegExp(
        `^export: "box.png" is taken as its centre square: nothing stands out from its background; .*\n` +
          `(export: [a-z0-9-]+: \\d+ voxels, \\d+ triangles\n){4}` +
          `export: wrote ${out} \\(\\d+ kB\\)\nexport: done in .*\n$`,
      ),
    );
    const shapes = ["box", "embedded-digits-3", "embedded-digits-at-4", "embedded-digits-at-5"];
    assert.deepEqual(await namesIn(out), [...ALWAYS, ...shapes].toSorted());
  }));

Deno.test("export refines shapes of a method that can, and refuses others", () =>
  withFolder(async (folder) => {
    const [out, own] = [join(folder, "a.zip"), join(folder, "a.png")];
    await Deno.writeFile(own, await image({ width: 9, height: 9, colour: "white" }));
    const refined = ["export", "--image", own, "--out", out, "--refine", "--threshold", "0.01"];
    const paper = await runCli(refined);
    assert.equal(paper.code, 2);
    assert.match(
      paper.stderr,
      /\nerror: Cannot refine: the method must have a refinement, got vae; /,
    );
    const config: Config = {
      ...configWith("quick", { method: "searched" }),
      imageSize: 16,
      filters: 32,
    };
    const snapshot = initialValues(createLearner(config).parameters, 1);
    const checkpoint = await saveCheckpoint(folder, { step: 1, config, snapshot });
    const { code, stdout, stderr } = await runCli([...refined, "--checkpoint", checkpoint]);
    assert.equal(code, 0, stderr);
    assert.match(
      stdout,
      /\nexport: a: \d+ voxels, \d+ triangles; 1 piece, \d+ hidden voxels? filled, \d+ gaps? closed, \d+ specks? dropped \(\d\.\d % of the voxels\)\n/,
    );
    assert.deepEqual(await namesIn(out), [...ALWAYS, "a"].toSorted());
    const raw = await runCli([...refined, "--checkpoint", checkpoint, "--raw"]);
    assert.match(raw.stdout, /\nexport: a: \d+ voxels, \d+ triangles\n/);
  }));

Deno.test("export writes the weights of a model alone, which is then used and not resumed", () =>
  withFolder(async (folder) => {
    const run = join(folder, "run");
    const train = ["train", "--data", "embedded-digits", "--filters", "4", "--batch", "4"];
    const trained = await runCli([...train, "--steps", "2", "--out", run]);
    assert.equal(trained.code, 0, trained.stderr);
    const checkpoint = join(run, "checkpoints", "step-000002.safetensors");
    const weights = join(folder, "model.safetensors");
    await saveAgain(checkpoint);
    const { code, stdout, stderr } = await runCli([
      "export",
      ...["--checkpoint", checkpoint, "--weights", weights],
    ]);
    assert.equal(code, 0, stderr);
    assert.match(
      stdout,
      /^export: ".*step-000002\.safetensors" has the check sum of an earlier file, /,
    );
    assert.match(stdout, /\nexport: wrote .*model\.safetensors \(\d+ kB\), for inference alone\n/);
    const [whole, alone] = await Promise.all([checkpoint, weights].map((path) => Deno.stat(path)));
    assert.ok(alone!.size < whole!.size / 4, `${alone!.size} of ${whole!.size} bytes`);
    const [out, own] = [join(folder, "a.zip"), join(folder, "a.png")];
    await Deno.writeFile(own, await image({ width: 9, height: 9, colour: "white" }));
    const shapes = ["--image", own, "--out", out, "--threshold", "0.001"];
    const used = await runCli(["export", "--checkpoint", weights, ...shapes]);
    assert.equal(used.code, 0, used.stderr);
    await Deno.rename(weights, checkpoint);
    const resumed = await runCli([...train, "--steps", "4", "--out", run, "--resume"]);
    assert.equal(resumed.code, 1);
    assert.match(
      resumed.stderr,
      /\nerror: Cannot resume: the checkpoint must hold .*, got weights without Adam's moments; /,
    );
    const neither = await runCli(["export"]);
    assert.equal(neither.code, 2);
    assert.match(
      neither.stderr,
      /^error: Cannot export: --out, --html or --weights must be given, got neither; /,
    );
  }));

Deno.test("export writes a page of the chosen shapes, alone or beside the zip", () =>
  withFolder(async (folder) => {
    const [page, own] = [join(folder, "a.html"), join(folder, "box.png")];
    await Deno.writeFile(own, await image({ width: 9, height: 9, colour: "white" }));
    const { code, stdout, stderr } = await runCli(["export", "--image", own, "--html", page]);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /\nexport: wrote .*a\.html \(\d+ kB\)\nexport: done in .*\n$/);
    const html = await Deno.readTextFile(page);
    assert.match(html, /<figcaption>box<\/figcaption>/);
    assert.equal(html.match(/class="voxel-viewer"/g)!.length, 1);
    assert.deepEqual(
      await Array.fromAsync(Deno.readDir(folder), ({ name }) => name).then((names) =>
        names.toSorted()
      ),
      ["a.html", "box.png"],
    );
  }));

Deno.test("export needs no data set for the user's image", () =>
  withFolder(async (folder) => {
    const [out, own] = [join(folder, "a.zip"), join(folder, "a.png")];
    await Deno.writeFile(own, await image({ width: 9, height: 9, colour: "white" }));
    const nowhere = ["--data", "voxels:nowhere"];
    const { code, stderr } = await runCli(["export", ...nowhere, "--image", own, "--out", out]);
    assert.equal(code, 0, stderr);
    assert.deepEqual(await namesIn(out), [...ALWAYS, "a"].toSorted());
  }));

Deno.test("export takes the figures' threshold unless another is typed", async () => {
  const { code, stdout } = await runCli(["export", "--help"]);
  assert.equal(code, 0);
  assert.match(
    stdout.replaceAll(/\s+/g, " "),
    /--threshold <occupancy> occupancy of the surface \(default: the method's, 0\.05 for vae\) /,
  );
});

Deno.test("export reports bad input in one line and writes nothing", () =>
  withFolder(async (folder) => {
    const out = join(folder, "a.zip");
    const run = (...args: string[]) => runCli(["export", ...DATA, "--out", out, ...args]);
    const unknown = await run("--class", "teapot");
    assert.equal(unknown.code, 2);
    assert.match(
      unknown.stderr,
      /\nerror: Cannot pick images: class must be one of .*, got teapot\n$/,
    );
    const place = await run("--index", "x");
    assert.equal(place.code, 2);
    assert.match(place.stderr, /\nerror: Cannot take images of .*, got NaN\n$/);
    for (const threshold of ["0", "1.1", "x"]) { // occupancy is in [0, 1]
      const outside = await run("--threshold", threshold);
      assert.equal(outside.code, 2);
      const words = `'${threshold}' is invalid. It must be a number > 0 and <= 1.\n`;
      assert.ok(outside.stderr.endsWith(words), outside.stderr);
    }
    const high = await run("--class", "3", "--threshold", "1");
    assert.equal(high.code, 1);
    assert.match(
      high.stderr,
      /\nerror: Cannot export "embedded-digits 3": .* got 1; lower the threshold\n$/,
    );
    assert.deepEqual(await Array.fromAsync(Deno.readDir(folder)), []);
  }));
