/** What every kind of run must do, whatever its config. */
import assert from "node:assert/strict";
import { join } from "node:path";
import type { Config } from "@/config.ts";
import { loadCheckpoint, saveCheckpoint } from "@/train/checkpoint.ts";
import { createTrainer, type Trainer, trainStep } from "@/train/trainer.ts";
import { assertClose } from "../assert.ts";
import { withFolder } from "../data/fixtures.ts";

/**
 * Asserts that a run has finite losses, the same traced as eagerly, and that resumed from a file it goes
 * on to the bit.
 *
 * @param config What is trained
 * @param images Of every step `[B, S, S, 1]`
 */
export async function assertTrainsAndResumes(config: Config, images: Float32Array): Promise<void> {
  const take = (trainer: Trainer, from: number, to: number) =>
    Array.from({ length: to - from }, (_, i) => trainStep(trainer, images, from + i));
  using whole = createTrainer(config);
  using eager = createTrainer(config, { eager: true });
  const [first, expected] = [take(whole, 0, 2), take(eager, 0, 2)];
  for (const [step, losses] of expected.entries()) {
    for (const [name, value] of Object.entries(losses)) {
      assert.ok(Number.isFinite(value), name);
      assertClose([first[step]![name]!], [value], 1e-3 * Math.max(1, Math.abs(value)));
    }
  }
  await withFolder(async (folder) => {
    const checkpoint = { step: 2, config, snapshot: whole.snapshot() };
    const loaded = await loadCheckpoint(await saveCheckpoint(join(folder, "run"), checkpoint));
    using resumed = createTrainer(loaded.config, { snapshot: loaded.snapshot });
    assert.deepEqual(take(resumed, 2, 4), take(whole, 2, 4));
  });
}
