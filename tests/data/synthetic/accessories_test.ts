import assert from "node:assert/strict";
import { createCanvas } from "@napi-rs/canvas";
import { drawAnkleBoot, drawBag, drawSandal, drawSneaker } from "@/data/synthetic/accessories.ts";
import { createRandom } from "@/engine/random.ts";

/** Draws an object and measures the ink in each half of the image. */
function inkOf(draw: typeof drawBag, seed: number) {
  const pen = createCanvas(28, 28).getContext("2d");
  pen.scale(28, 28);
  draw(pen, createRandom(seed));
  const { data } = pen.getImageData(0, 0, 28, 28);
  const ink = { top: 0, bottom: 0, left: 0, right: 0 };
  for (let i = 0; i < 28 * 28; i++) {
    ink[i < 14 * 28 ? "top" : "bottom"] += data[4 * i + 3]!;
    ink[i % 28 < 14 ? "left" : "right"] += data[4 * i + 3]!;
  }
  return ink;
}

Deno.test("shoes stand on the ground with the toe to the left, and bags hang below their handles", () => {
  for (let seed = 0; seed < 50; seed++) {
    for (const draw of [drawSneaker, drawSandal, drawAnkleBoot, drawBag]) {
      const { top, bottom } = inkOf(draw, seed);
      assert.ok(bottom > top, `${draw.name} of seed ${seed}`);
    }
    const { left, right } = inkOf(drawAnkleBoot, seed);
    assert.ok(right > left, `the shaft is on the right, seed ${seed}`);
  }
});
