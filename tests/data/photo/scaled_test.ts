import assert from "node:assert/strict";
import { LONGEST_SIDE, lumaOfChannels, scaledPhotograph } from "@/data/photo/scaled.ts";
import { assertClose } from "../../assert.ts";

Deno.test("scaledPhotograph() gives the means of squares, with colours multiplied by opacity", () => {
  const colours = Uint8ClampedArray.of(255, 0, 0, 255, 0, 255, 0, 0, 0, 0, 255, 255);
  const image = { width: 3, height: 1, colours };
  const { width, height, channels, opacity } = scaledPhotograph(image, 2); // columns 0 and 1; 2
  assert.deepEqual([width, height], [2, 1]);
  assert.deepEqual(channels.map((channel) => [...channel]), [[0.5, 0], [0, 0], [0, 1]]);
  assert.deepEqual([...opacity], [0.5, 1]);
});

Deno.test("scaledPhotograph() keeps small images and limits the longer side of large ones", () => {
  for (const [width, height] of [[LONGEST_SIDE, 5], [LONGEST_SIDE + 1, 5], [3, 1001]] as const) {
    const colours = new Uint8ClampedArray(width * height * 4).fill(255);
    const scaled = scaledPhotograph({ width, height, colours });
    const longest = Math.max(scaled.width, scaled.height);
    assert.ok(longest <= LONGEST_SIDE && longest > LONGEST_SIDE / 2, `${longest}`);
    assert.ok(scaled.opacity.every((value) => value === 1)); // partly covered pixels too
  }
});

Deno.test("lumaOfChannels() weighs red, green and blue", () => {
  const channels = [[1, 0, 0, 1], [0, 1, 0, 1], [0, 0, 1, 1]].map((it) => Float32Array.from(it));
  assertClose(lumaOfChannels(channels), [0.299, 0.587, 0.114, 1], 1e-6);
});
