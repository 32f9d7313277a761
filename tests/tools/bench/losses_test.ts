import assert from "node:assert/strict";
import { RUN_COUNT, shortRuns } from "@/tools/bench/losses.ts";
import { configWith } from "@/method/registry.ts";
import { loadRunData } from "@/train/run_data.ts";
import { createTrainer, trainStep } from "@/train/trainer.ts";
import { assertClose } from "../../assert.ts";
import { TINY } from "../../tiny.ts";

const CONFIG = { ...TINY, data: "embedded-digits:1", seed: 5, steps: 2 };

Deno.test("shortRuns() tells the method what it asks for", async () => {
  const config = configWith("quick", {
    method: "searched",
    filters: 32,
    batchSize: 2,
    imageSize: 16,
    steps: 1,
    supervision: "pose",
    data: "embedded-bowls",
  });
  const runs = await shortRuns(config);
  assert.ok(runs.every(({ losses: [loss] }) => Number.isFinite(loss)));
});

Deno.test("shortRuns() matches the trainer, with seeds counting up from the config's", async () => {
  const counts: number[] = [];
  const runs = await shortRuns(CONFIG, {}, (count) => counts.push(count));
  assert.deepEqual(runs.map(({ seed }) => seed), [5, 6, 7]);
  assert.deepEqual(counts, Array.from({ length: RUN_COUNT * 2 }, (_, i) => i + 1));
  for (const { seed, losses } of runs) {
    const { batches } = await loadRunData({ ...CONFIG, seed });
    using trainer = createTrainer({ ...CONFIG, seed });
    const expected = [0, 1].map((step) =>
      trainStep(trainer, batches.batch(step).images, step).loss!
    );
    assertClose(losses, expected, 1e-5 * expected[0]!);
  }
});
