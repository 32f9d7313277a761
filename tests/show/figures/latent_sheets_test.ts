import assert from "node:assert/strict";
import { aggregateOf } from "@/study/latents.ts";
import { poseOfModel } from "@/study/pose_errors.ts";
import {
  interpolationSheet,
  latentViewOf,
  poseSheet,
  sampleSheet,
  unitSheet,
} from "@/show/figures/latent_sheets.ts";
import { Inference } from "@/infer/inference.ts";
import { initialValues } from "@/model/parameters.ts";
import { createLearner } from "@/method/registry.ts";
import { assertClose, assertTensorsKept } from "../../assert.ts";
import { TINY, tinyData } from "../../tiny.ts";

const { monitor } = tinyData();
const [first] = monitor.names;
const other = monitor.names.find((name) => name !== first)!;

/** Calls with a view of an untrained model. */
function withView<T>(use: (view: ReturnType<typeof latentViewOf>) => T): T {
  using model = new Inference(TINY, initialValues(createLearner(TINY).parameters, 1));
  return use(latentViewOf(model, TINY, monitor));
}

Deno.test("latentViewOf() looks from the pose that the model gives its slots", () => {
  withView((view) => {
    const { azimuth, deviation } = poseOfModel(view.model.reconstruct(monitor.images).azimuth);
    assert.deepEqual([view.azimuth, view.deviation], [azimuth, deviation]);
  });
});

Deno.test("interpolationSheet() draws three rows per pair and measures each pair's middle", () => {
  withView((view) => {
    const one = interpolationSheet(view, { "a path": [first!, other] });
    const two = interpolationSheet(view, { "a path": [first!, other], "back": [other, first!] });
    assert.equal(two.sheet.width, one.sheet.width);
    assert.ok(two.sheet.height > one.sheet.height + 3 * 2 * TINY.imageSize);
    assert.equal(one.values.length, 1);
    // Renderings of an untrained model differ little, and are float32.
    assertClose([two.values[1]!], [two.values[0]!], 1e-3);
    assert.ok(one.values[0]! >= 0);
  });
});

Deno.test("unitSheet() varies at most as many units as there are, in seven steps each", () => {
  withView((view) => {
    const { mean, logVariance } = view.model.encode(monitor.images);
    const posteriors = { values: mean, logVariances: logVariance, length: TINY.latentSize - 1 };
    const { width } = unitSheet(view, aggregateOf([posteriors]), first!, "it");
    assert.ok(width > 7 * 2 * TINY.imageSize);
  });
});

Deno.test("poseSheet() has the errors of reconstruct() at the model's own pose", () => {
  withView((view) => {
    const { values } = poseSheet(view, { "one": first!, "other": other });
    const { occupancy } = view.model.reconstruct(monitor.images);
    const azimuths = new Float32Array(monitor.names.length).fill(view.azimuth);
    const rendered = view.model.render(occupancy, azimuths);
    const expected = rendered.reduce((sum, it, i) => sum + (it - monitor.images[i]!) ** 2, 0);
    assert.equal(values.length, 2);
    assert.ok(Math.abs(values[0]! - expected / rendered.length) < 1e-7);
  });
});

Deno.test("sampleSheet() draws one group of shapes below the other", () => {
  withView((view) => {
    const latents = new Float32Array(4 * (TINY.latentSize - 1));
    const one = sampleSheet(view, { "b": latents }); // the wider letter
    const two = sampleSheet(view, { "a": latents, "b": latents });
    assert.equal(two.width, one.width);
    assert.ok(two.height > one.height);
  });
});

Deno.test("sheets keep no tensor", () => {
  assertTensorsKept(0, () => withView((view) => poseSheet(view, { "one": first! })));
});

Deno.test("sheets refuse images that the monitor does not have", () => {
  withView((view) =>
    assert.throws(() => poseSheet(view, { "it": "no such" }), {
      name: "RangeError",
      message: /^Cannot find image "no such": the monitor must have at least 1, got /,
    })
  );
});
