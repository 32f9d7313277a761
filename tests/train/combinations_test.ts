/**
 * Every objective with every pose, with and without texture and elevation: each trains, resumes from its
 * checkpoint, and has the losses that it had before methods were made of moves (recorded_losses.json,
 * written at commit 6e44b7e). Run op by op, which for so few steps is quicker than tracing;
 * `trainer_test.ts` compares the two for each objective.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { OBJECTIVES } from "@/method/objective/objectives.ts";
import { POSES } from "@/method/pose/poses.ts";
import type { VaeConfig } from "@/method/vae.ts";
import { loadCheckpoint, saveCheckpoint } from "@/train/checkpoint.ts";
import { createTrainer, type Losses, trainStep } from "@/train/trainer.ts";
import { withFolder } from "../data/fixtures.ts";
import { TINY, tinyData } from "../tiny.ts";
import recorded from "./recorded_losses.json" with { type: "json" };

const { batches } = tinyData();

/** The losses of each step, by term. */
const RECORDED: Readonly<Record<string, Readonly<Record<string, readonly number[]>>>> = recorded;

/** Compares the losses of a step with those on record; CPUs differ in their last digits. */
function assertAsRecorded(name: string, step: number, losses: Losses): void {
  const expected = RECORDED[name]!;
  assert.deepEqual(Object.keys(losses).sort(), Object.keys(expected).sort());
  for (const [term, value] of Object.entries(losses)) {
    const wanted = expected[term]![step]!;
    const tolerance = 1e-4 * Math.max(1, expected.loss![step]!);
    assert.ok(Math.abs(value - wanted) <= tolerance, `${term} ${value} at step ${step}: ${wanted}`);
  }
}

/** Two steps, a checkpoint, and a third step by whoever loads it. */
async function survives(name: string, config: VaeConfig): Promise<void> {
  await withFolder(async (folder) => {
    const take = (trainer: ReturnType<typeof createTrainer>, step: number) => {
      const losses = trainStep(trainer, batches.batch(step).images, step);
      assertAsRecorded(name, step, losses);
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

for (const objective of Object.keys(OBJECTIVES) as VaeConfig["objective"][]) {
  for (const pose of Object.keys(POSES) as VaeConfig["pose"][]) {
    for (const texture of [false, true]) {
      for (const elevation of [false, true]) {
        const parts = [
          objective,
          pose,
          ...texture ? ["texture"] : [],
          ...elevation ? ["tilt"] : [],
        ];
        const name = parts.join(" + ");
        Deno.test(`${name} trains as it always has, and resumes from its checkpoint`, async () => {
          await survives(name, { ...TINY, objective, pose, texture, elevation });
        });
      }
    }
  }
}

const LONG: Readonly<Record<string, Partial<VaeConfig>>> = {
  "mu-vae + free": {},
  "adversarial + encoder + texture": { objective: "adversarial", pose: "encoder", texture: true },
  "mmd + encoder + tilt": { objective: "mmd", pose: "encoder", elevation: true },
};

for (const [name, changes] of Object.entries(LONG)) {
  // After some more steps Adam, which goes by the sign of slopes, sets CPUs apart by more than digits.
  Deno.test(`${name} trains as it always has, for ten steps in a graph`, () => {
    using trainer = createTrainer({ ...TINY, ...changes });
    for (let step = 0; step < 10; step++) {
      assertAsRecorded(name, step, trainStep(trainer, batches.batch(step).images, step));
    }
  });
}
