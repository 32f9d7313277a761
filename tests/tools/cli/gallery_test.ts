import assert from "node:assert/strict";
import { join } from "node:path";
import { createLearner } from "@/method/registry.ts";
import { initialValues } from "@/model/parameters.ts";
import { saveCheckpoint } from "@/train/checkpoint.ts";
import { withFolder } from "../../data/fixtures.ts";
import { TINY } from "../../tiny.ts";
import { runCli } from "./run_cli.ts";

Deno.test("gallery writes one page of runs and checkpoints, and says what is missing", () =>
  withFolder(async (folder) => {
    const config = { ...TINY, data: "embedded-digits:1" };
    const snapshot = initialValues(createLearner(config).parameters, 1);
    const checkpoint = { step: TINY.steps, config, snapshot };
    const [file, out] = [await saveCheckpoint(folder, checkpoint), join(folder, "a.html")];
    await saveCheckpoint(join(folder, "runs", "one", "checkpoints"), checkpoint);
    const args = ["--runs", join(folder, "runs"), "--checkpoint", file, "--data-dir", folder];
    const { code, stdout, stderr } = await runCli(["gallery", ...args, "--out", out]);
    assert.equal(code, 0, stderr);
    assert.match(
      stdout,
      /^gallery: found 2 models\ngallery: embedded-digits: 10 images\ngallery: missing: embedded-digits, searched pose: /,
    );
    assert.match(stdout, /gallery: wrote .*a\.html \(\d+ kB\)\ngallery: done in .*\n$/);
    const html = await Deno.readTextFile(out);
    assert.equal(html.match(/class="voxel-viewer"/g)!.length, 10);
    assert.match(html, /<caption>/, "the scores");
    const none = await runCli(["gallery"]);
    assert.equal(none.code, 2);
    assert.match(none.stderr, /required option '--out <file>' not specified/);
  }));
