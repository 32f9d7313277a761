/** The seam between methods and everything else holds what the paper's method does not need. */
import assert from "node:assert/strict";
import { join } from "node:path";
import type { Config } from "@/config.ts";
import { Inference } from "@/infer/inference.ts";
import type { Method } from "@/method/method.ts";
import { checkConfig, configWith, METHODS } from "@/method/registry.ts";
import { loadCheckpoint, saveCheckpoint } from "@/train/checkpoint.ts";
import { readHistory } from "@/train/history.ts";
import { train } from "@/train/loop.ts";
import { loadFrames } from "@/train/monitor.ts";
import { createTrainer, trainStep } from "@/train/trainer.ts";
import { countFunctions, timeParts } from "@/tools/bench/parts.ts";
import { assertClose, assertTensorsKept } from "../assert.ts";
import { withFolder } from "../data/fixtures.ts";
import { tinyData } from "../tiny.ts";
import { WORKED } from "./worked_method.ts";

// What a method of the library does by its line in the registry.
(METHODS as Record<string, Method>).worked = WORKED;

const config: Config = configWith("quick", { method: "worked", data: "blobs:1,bars:1" });
const data = tinyData(config);
const { batches, monitor } = data;

function lossesOf(steps: number, eager: boolean): Record<string, number>[] {
  using trainer = createTrainer(config, { eager });
  return Array.from(
    { length: steps },
    (_, step) => trainStep(trainer, batches.batch(step).images, step),
  );
}

Deno.test("a worked method is checked by its own options", () => {
  assert.deepEqual(checkConfig(config), config);
  assert.equal(config.gridSize, 12);
  assert.throws(() => checkConfig({ ...config, views: 1 }), {
    message: "Cannot use config: views must be an integer >= 2, got 1",
  });
  assert.throws(() => checkConfig({ ...config, objective: "elbo" }), /objective must be one of/);
});

Deno.test("a worked method trains traced as it does eagerly, with all its terms", () => {
  // A graph rounds otherwise than single operations do, and Adam makes more of it at every step.
  const [traced, eager] = [false, true].map((isEager) => lossesOf(3, isEager));
  assert.deepEqual(Object.keys(traced![0]!), ["loss", "image", "realism", "cycle", "kl", "critic"]);
  for (const [step, losses] of eager!.entries()) {
    for (const [term, value] of Object.entries(losses)) {
      assertClose([traced![step]![term]!], [value], 1e-4 * Math.max(1, Math.abs(value)));
    }
  }
});

Deno.test("a worked method learns", () => {
  const losses = lossesOf(60, false).map(({ image }) => image!);
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value) / values.length;
  assert.ok(mean(losses.slice(-10)) < 0.6 * mean(losses.slice(0, 10)), losses.join(" "));
});

Deno.test("a worked method resumes to the bit, through a checkpoint", async () => {
  await withFolder(async (folder) => {
    using trainer = createTrainer(config);
    const take = (steps: number[], by = trainer) =>
      steps.map((step) => trainStep(by, batches.batch(step).images, step));
    take([0, 1, 2]);
    const path = await saveCheckpoint(folder, { step: 3, config, snapshot: trainer.snapshot() });
    const { snapshot, config: loaded } = await loadCheckpoint(path);
    using resumed = createTrainer(loaded, { snapshot });
    assert.deepEqual(take([3, 4], resumed), take([3, 4]));
  });
});

Deno.test("a worked method runs through the training loop and is asked afterwards", async () => {
  await withFolder(async (folder) => {
    await train(config, { ...data, out: folder });
    // The realism gap stands in the history where there are checkpoints.
    const history = await readHistory(join(folder, "history.jsonl"));
    const judged = history.filter(({ realismGap }) => realismGap !== undefined);
    assert.deepEqual(judged.map(({ step }) => step), [4, 8, 12]);
    assert.ok(judged.every(({ realismGap }) => Number.isFinite(realismGap)));
    const frames = await loadFrames(join(folder, "frames"));
    assert.deepEqual(frames.map(({ step }) => step), [0, 4, 8, 12]);
    const { snapshot } = await loadCheckpoint(
      join(folder, "checkpoints", "step-000012.safetensors"),
    );
    using inference = new Inference(config, snapshot);
    const { occupancy, azimuth, rendering } = inference.reconstruct(monitor.images);
    assert.equal(inference.gridSize, 12); // images of 8 pixels, a grid of 12 cells
    assert.equal(occupancy.length, 4 * 12 ** 3);
    assert.equal(rendering.length, 4 * 8 ** 2);
    assert.ok(azimuth.every((angle) => angle >= 0 && angle < 2 * Math.PI));
    const last = frames.at(-1)!;
    assert.deepEqual(last.azimuths, azimuth.slice(0, last.azimuths.length));
    assertClose(inference.render(occupancy, azimuth), rendering, 1e-5);
  });
});

Deno.test("schedules see the step: the same weights give more latent units later on", () => {
  using trainer = createTrainer(config);
  const snapshot = trainer.snapshot();
  const awake = (step: number) => {
    using inference = new Inference(config, snapshot, { step });
    const { latent } = inference.reconstruct(monitor.images);
    return latent.subarray(0, 6).filter((value) => value !== 0).length;
  };
  assert.deepEqual([awake(0), awake(4), awake(11)], [1, 3, 6]);
});

Deno.test("benchmarks time the parts of a worked method by its moves", () => {
  const names = timeParts(config, { warmUp: 1, repeat: 1 }).map(({ name }) => name);
  assert.deepEqual([...new Set(names)], [
    "encoder",
    "decoder",
    "renderer",
    "move critic",
    "move model",
    "update",
    "call",
  ]);
  assert.equal(countFunctions(config), 13);
});

Deno.test("a worked method keeps no tensor", () => {
  assertTensorsKept(0, () => void lossesOf(2, true));
});
