import assert from "node:assert/strict";
import { countFunctions, timeParts } from "@/tools/bench/parts.ts";
import { configWith } from "@/method/registry.ts";
import { OBJECTIVES } from "@/method/objective/objectives.ts";
import { POSES } from "@/method/pose/poses.ts";
import type { VaeConfig } from "@/method/vae.ts";
import { assertTensorsKept } from "../../assert.ts";
import { TINY } from "../../tiny.ts";

/** What a config's step is made of: free poses move first, then an opponent, then everything. */
function partsOf({ pose, objective }: VaeConfig): string[] {
  return [
    "encoder",
    "decoder",
    "renderer",
    ...(pose === "free" ? ["move pose"] : []),
    ...(objective === "adversarial" ? ["move discriminator"] : []),
    "move model",
  ];
}

const others = <Name extends string>(choices: Readonly<Record<Name, unknown>>, used: Name) =>
  (Object.keys(choices) as Name[]).filter((name) => name !== used);

const CONFIGS: VaeConfig[] = [
  TINY,
  { ...TINY, texture: true },
  { ...TINY, elevation: true },
  ...others(OBJECTIVES, TINY.objective).map((objective) => ({ ...TINY, objective })),
  ...others(POSES, TINY.pose).map((pose) => ({ ...TINY, pose })),
];

for (const config of CONFIGS) {
  const { objective, pose, elevation, texture } = config;
  const words = `${objective}, ${pose} poses, elevation ${elevation}, texture ${texture}`;
  Deno.test(`timeParts() times each part of ${words}`, () => {
    const expected = [
      ...partsOf(config).flatMap((name) => [`${name} forward`, `${name} backward`]),
      "update ",
      "call ",
    ];
    const counts: number[] = [];
    const options = { warmUp: 1, repeat: 2, onCall: (count: number) => counts.push(count) };
    assertTensorsKept(0, () => {
      const parts = timeParts(config, options);
      assert.deepEqual(parts.map(({ name, direction = "" }) => `${name} ${direction}`), expected);
      for (const { name, medianMs, fastestMs } of parts) {
        assert.ok(medianMs >= 0 && fastestMs >= 0, `${name}: ${medianMs}, ${fastestMs}`);
      }
    });
    // Both directions, or one, of each part, and a bare call.
    assert.equal(countFunctions(config), expected.length + 1);
    assert.deepEqual(counts, Array.from({ length: 3 * (expected.length + 1) }, (_, i) => i + 1));
  });
}

Deno.test("timeParts() times what a method makes of the truth", () => {
  const small = { method: "searched", filters: 32, batchSize: 2, imageSize: 16 };
  const config = configWith("quick", { ...small, supervision: "shape" });
  const parts = timeParts(config, { warmUp: 0, repeat: 1 });
  assert.deepEqual([...new Set(parts.map(({ name }) => name))], [
    "encoder",
    "decoder",
    "renderer",
    "maximum projection",
    "move model",
    "update",
    "call",
  ]);
});

Deno.test("timeParts() times what else a learner names, in the directions that it has", () => {
  const small = { method: "searched", filters: 32, batchSize: 2, imageSize: 16 };
  const config = configWith("quick", small);
  const counts: number[] = [];
  const onCall = (count: number) => counts.push(count);
  assertTensorsKept(0, () => {
    const parts = timeParts(config, { warmUp: 0, repeat: 1, onCall });
    assert.deepEqual(parts.map(({ name, direction = "" }) => `${name} ${direction}`.trimEnd()), [
      ...["encoder", "decoder", "renderer", "maximum projection"]
        .flatMap((name) => [`${name} forward`, `${name} backward`]),
      "search forward", // nothing of it is differentiated
      ...["discriminator", "move discriminator", "move model"]
        .flatMap((name) => [`${name} forward`, `${name} backward`]),
      "update",
      "call",
    ]);
  });
  assert.equal(counts.at(-1), countFunctions(config));
});
