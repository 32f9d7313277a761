import assert from "node:assert/strict";
import { FUNCTION_COUNT, timeParts } from "@/tools/bench/parts.ts";
import type { Config } from "@/config.ts";
import { OBJECTIVES } from "@/method/objective/objective.ts";
import { POSE_STRATEGIES } from "@/method/pose/strategy.ts";
import { assertTensorsKept } from "../../assert.ts";
import { TINY } from "../../tiny.ts";

const NAMES = [
  ...["encoder", "decoder", "renderer", "losses"].flatMap((name) => [
    `${name} forward`,
    `${name} backward`,
  ]),
  "update ",
  "call ",
];

const others = (names: Readonly<Record<string, unknown>>, used: string) =>
  Object.keys(names).filter((name) => name !== used);

const CONFIGS: Config[] = [
  TINY,
  { ...TINY, texture: true },
  ...others(OBJECTIVES, TINY.objective).map((objective) => ({ ...TINY, objective })),
  ...others(POSE_STRATEGIES, TINY.pose).map((pose) => ({ ...TINY, pose })),
];

for (const config of CONFIGS) {
  const { objective, pose, texture } = config;
  Deno.test(`timeParts() times each part of ${objective}, ${pose} poses, texture ${texture}`, () => {
    const counts: number[] = [];
    const options = { warmUp: 1, repeat: 2, onCall: (count: number) => counts.push(count) };
    assertTensorsKept(0, () => {
      const parts = timeParts(config, options);
      assert.deepEqual(parts.map(({ name, direction = "" }) => `${name} ${direction}`), NAMES);
      for (const { name, medianMs, fastestMs } of parts) {
        assert.ok(medianMs >= 0 && fastestMs >= 0, `${name}: ${medianMs}, ${fastestMs}`);
      }
    });
    assert.deepEqual(counts, Array.from({ length: 3 * FUNCTION_COUNT }, (_, i) => i + 1));
  });
}
