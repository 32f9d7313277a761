import assert from "node:assert/strict";
import { join } from "node:path";
import { PRESETS } from "@/method/registry.ts";
import { imageFormat } from "@/show/plot/bitmap.ts";
import { PROJECT } from "@/tools/setup/layout.ts";
import { loadCheckpoint } from "@/train/checkpoint.ts";
import { saveAgain, withFolder } from "../../data/fixtures.ts";
import { readGif } from "../../show/plot/gif.ts";
import { runCli } from "./run_cli.ts";

const SHIPPED = join(PROJECT.root, "data", "checkpoints", "mnist-fashion.safetensors");

Deno.test("render draws strips and a turntable of the shipped model", () =>
  withFolder(async (folder) => {
    const out = join(folder, "drawn");
    const { code, stdout, stderr } = await runCli(["render", "--data", DATA, "--out", out]);
    assert.equal(code, 0, stderr);
    const [strips, turntable] = [join(out, "strips.png"), join(out, "turntable.gif")];
    assert.match(
      stdout,
      new RegExp(`^render: wrote ${strips}\nrender: wrote ${turntable}\nrender: done in .* s\n$`),
    );
    assert.equal(imageFormat(await Deno.readFile(strips)), "png");
    const gif = readGif(await Deno.readFile(turntable));
    assert.deepEqual([gif.frames.length, gif.repeat], [24, 0]);
    const files = await Array.fromAsync(Deno.readDir(out), ({ name }) => name);
    assert.deepEqual(files.sort(), ["strips.png", "turntable.gif"]);
  }));

Deno.test("render says that another program saved the model again", () =>
  withFolder(async (folder) => {
    const model = join(folder, "model.safetensors");
    await Deno.copyFile(SHIPPED, model);
    await saveAgain(model);
    const choice = ["--checkpoint", model, "--data", "voxels:nowhere.npy", "--out", folder];
    const { code, stdout } = await runCli(["render", ...choice]);
    assert.equal(code, 1, "there are no such images");
    assert.match(stdout, /^render: ".*model\.safetensors" has the check sum of an earlier file, /);
  }));

/** Six classes, each drawn once: digits and clothing together would be twenty. */
const DATA = "embedded-solids:1";

Deno.test("the shipped model is small and uses the paper preset", async () => {
  assert.ok((await Deno.stat(SHIPPED)).size < 4_000_000);
  const { config, step } = await loadCheckpoint(SHIPPED);
  assert.deepEqual(config, PRESETS.paper);
  assert.equal(step, PRESETS.paper.steps);
});

Deno.test("render exits with 2 without a folder, and with 1 without a model", () =>
  withFolder(async (folder) => {
    const misused = await runCli(["render"]);
    assert.equal(misused.code, 2);
    assert.equal(misused.stderr, "error: required option '--out <folder>' not specified\n");

    const checkpoint = join(folder, "none.safetensors");
    const missing = await runCli(["render", "--checkpoint", checkpoint, "--out", folder]);
    assert.equal(missing.code, 1);
    assert.match(missing.stderr, /^error: .*none\.safetensors.*\n$/);
    assert.deepEqual(await Array.fromAsync(Deno.readDir(folder)), []);
  }));

Deno.test("render says in words what the system refuses", () =>
  withFolder(async (folder) => {
    const { code, stderr } = await runCli(["render", "--checkpoint", folder, "--out", folder]);
    assert.equal(code, 1);
    assert.equal(
      stderr,
      `error: Cannot read "${folder}": it must be a file, got a folder; give the path of a file\n`,
    );
  }));
