/**
 * Every objective with every pose, with and without texture and elevation; run op by op, which for so
 * few steps is quicker than tracing. `trainer_test.ts` compares the two for each objective.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import type { Config } from "@/config.ts";
import { OBJECTIVES } from "@/method/objective/objective.ts";
import { POSE_STRATEGIES } from "@/method/pose/strategy.ts";
import { loadCheckpoint, saveCheckpoint } from "@/train/checkpoint.ts";
import { createTrainer, trainStep } from "@/train/trainer.ts";
import { withFolder } from "../data/fixtures.ts";
import { TINY, tinyData } from "../tiny.ts";

const { batches } = tinyData();

/** Two steps, a checkpoint, and a third step by whoever loads it. */
async function survives(config: Config): Promise<void> {
  await withFolder(async (folder) => {
    const take = (trainer: ReturnType<typeof createTrainer>, step: number) => {
      const losses = trainStep(trainer, batches.batch(step).images, step);
      for (const [term, value] of Object.entries(losses)) assert.ok(Number.isFinite(value), term);
      return losses;
    };
    using trainer = createTrainer(config, { eager: true });
    for (const step of [0, 1]) take(trainer, step);
    const checkpoint = { step: 2, config, snapshot: trainer.snapshot() };
    const loaded = await loadCheckpoint(await saveCheckpoint(join(folder, "run"), checkpoint));
    assert.deepEqual(loaded, checkpoint);
    using resumed = createTrainer(loaded.config, { snapshot: loaded.snapshot, eager: true });
    assert.deepEqual(take(resumed, 2), take(trainer, 2));
  });
}

for (const objective of Object.keys(OBJECTIVES)) {
  for (const pose of Object.keys(POSE_STRATEGIES)) {
    for (const texture of [false, true]) {
      for (const elevation of [false, true]) {
        const parts = [
          objective,
          pose,
          ...texture ? ["texture"] : [],
          ...elevation ? ["tilt"] : [],
        ];
        Deno.test(`${parts.join(" + ")} trains, and goes on from its checkpoint`, async () => {
          await survives({ ...TINY, objective, pose, texture, elevation });
        });
      }
    }
  }
}
