import assert from "node:assert/strict";
import { POSE_STRATEGIES } from "@/pose/strategy.ts";
import { TINY } from "../tiny.ts";

Deno.test("POSE_STRATEGIES has a slot for each picture of a batch in its free poses", () => {
  const { parameters } = POSE_STRATEGIES.free!({ ...TINY, batchSize: 7 });
  assert.deepEqual(parameters["pose/mean"]!.shape, [7, 12]);
});

for (const [name, create] of Object.entries(POSE_STRATEGIES)) {
  Deno.test(`POSE_STRATEGIES.${name} declares what it updates first, and its stages`, () => {
    const { parameters, stages, updatedFirst } = create(TINY);
    assert.ok(updatedFirst.every((parameter) => parameters[parameter]!.isTrained));
    assert.ok(Object.keys(parameters).every((parameter) => parameter.startsWith("pose/")));
    assert.ok(stages.length > 0);
  });
}
