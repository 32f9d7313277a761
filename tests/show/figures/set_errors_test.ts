import assert from "node:assert/strict";
import { setErrorsOf, setErrorsTable } from "@/show/figures/set_errors.ts";
import { Inference } from "@/infer/inference.ts";
import { evaluate } from "@/study/evaluate.ts";
import { assertTensorsKept } from "../../assert.ts";
import { untrainedRun } from "./runs.ts";

Deno.test("setErrorsOf() agrees with evaluating each run separately", () => {
  const runs = [untrainedRun(1), untrainedRun(2)];
  const errors = setErrorsOf(runs);
  assert.deepEqual(errors.map(({ count }) => count), [20, 11]);
  for (const [i, { config, checkpoint, data }] of runs.entries()) {
    using model = new Inference(config, checkpoint.snapshot);
    for (const kind of ["rendering", "projection"] as const) {
      const expected = evaluate(model, data.tests, { of: kind });
      assert.deepEqual(
        errors.map((error) => error[kind][i]),
        expected.map(({ meanSquaredError }) => meanSquaredError),
      );
    }
  }
  assert.notEqual(errors[0]!.rendering[0], errors[0]!.rendering[1]);
});

Deno.test("setErrorsOf() uses no more images than the limit, and keeps no tensor", () => {
  assertTensorsKept(0, () => {
    const errors = setErrorsOf([untrainedRun(1)], { limit: 4 });
    assert.deepEqual(errors.map(({ count }) => count), [4, 4]);
  });
});

Deno.test("setErrorsTable() writes means and deviations, and a dash for a set without its own run", () => {
  const together = [
    { count: 10_000, rendering: [0.02, 0.04], projection: [0.06, 0.06] },
    { count: 11, rendering: [0.5], projection: [0.25] },
  ];
  const alone = [{ count: 10_000, rendering: [0.01, 0.01], projection: [0.01, 0.01] }];
  assert.equal(
    setErrorsTable(["digits", "the rest"], together, alone),
    "| unseen | images | textured | projection | alone |\n" +
      "| --- | ---: | ---: | ---: | ---: |\n" +
      "| digits | 10,000 | .0300 ± .0141 | .0600 ± .0000 | .0100 ± .0000 |\n" +
      "| the rest | 11 | .5000 | .2500 | – |",
  );
});
