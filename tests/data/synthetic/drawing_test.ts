import assert from "node:assert/strict";
import { createCanvas } from "@napi-rs/canvas";
import { drawSet, grey, type Pen, traceCurve } from "@/data/synthetic/drawing.ts";
import type { Random } from "@/engine/random.ts";
import { requestOf } from "../fixtures.ts";

/** Fills the left or the right half. */
const HALVES = {
  name: "halves",
  provenance: "the tests",
  classNames: ["left", "right"],
  count: 4,
  draw: (pen: Pen, label: number) => {
    pen.fillStyle = "white";
    pen.fillRect(label / 2, 0, 0.5, 1);
  },
};

Deno.test("drawSet() draws in the unit square and alternates classes", async () => {
  const { pixels, labels } = await drawSet(HALVES, requestOf({ imageSize: 2 }));
  assert.deepEqual([...labels!], [0, 1, 0, 1]);
  assert.deepEqual([...pixels.subarray(0, 8)], [255, 0, 255, 0, 0, 255, 0, 255]);
});

Deno.test("drawSet() depends on seed and split", async () => {
  const dots = {
    ...HALVES,
    count: 5,
    draw: (
      pen: Pen,
      _: number,
      random: Random,
    ) => {
      pen.fillStyle = grey(random.uniform());
      pen.fillRect(0, 0, 1, 1);
    },
  };
  const draw = async (
    seed: number,
    split: "train" | "test",
  ) => [...(await drawSet(dots, requestOf({ imageSize: 1, seed, split }))).pixels];
  assert.deepEqual(await draw(1, "train"), await draw(1, "train"));
  assert.notDeepEqual(await draw(1, "train"), await draw(2, "train"));
  assert.notDeepEqual(await draw(1, "train"), await draw(1, "test"));
});

Deno.test("drawSet() stops at the signal and reports progress", async () => {
  const stop = new AbortController();
  const done: number[] = [];
  const onProgress = (report: { done: number }) => {
    done.push(report.done);
    if (report.done === 400) stop.abort(new Error("enough"));
  };
  const request = requestOf({ imageSize: 1, onProgress, signal: stop.signal });
  await assert.rejects(drawSet({ ...HALVES, count: 1000 }, request), { message: "enough" });
  assert.deepEqual(done, [200, 400]);
});

Deno.test("grey() clamps to the range", () => {
  assert.deepEqual([-1, 0.5, 2].map(grey), [
    "rgb(0, 0, 0)",
    "rgb(128, 128, 128)",
    "rgb(255, 255, 255)",
  ]);
});

Deno.test("traceCurve() passes through its points", () => {
  const pen = createCanvas(20, 20).getContext("2d");
  const points = [[2, 2], [10, 16], [17, 4]] as const;
  pen.strokeStyle = "white";
  pen.lineWidth = 2;
  pen.beginPath();
  traceCurve(pen, points);
  pen.stroke();
  for (const [x, y] of points) assert.ok(pen.getImageData(x, y, 1, 1).data[3]! > 60, `${x}, ${y}`);
});
