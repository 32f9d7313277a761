import assert from "node:assert/strict";
import { createCanvas } from "@napi-rs/canvas";
import { fillCloth, line, strap, symmetric } from "@/data/synthetic/cloth.ts";
import { createRandom } from "@/engine/random.ts";

/** Makes a black 28x28 canvas and a function that reads its levels. */
function page() {
  const pen = createCanvas(28, 28).getContext("2d");
  pen.fillStyle = "black";
  pen.fillRect(0, 0, 28, 28);
  pen.scale(28, 28);
  return { pen, level: (x: number, y: number) => pen.getImageData(x, y, 1, 1).data[0]! };
}

Deno.test("symmetric() mirrors a half about the middle into one closed outline", () => {
  assert.deepEqual(symmetric([[0, 0], [0.25, 1]]), [[0.5, 0], [0.75, 1], [0.25, 1], [0.5, 0]]);
});

Deno.test("fillCloth() stays inside its outline", () => {
  const { pen, level } = page();
  const outline = [[0.25, 0.25], [0.75, 0.25], [0.75, 0.75], [0.25, 0.75]] as const;
  fillCloth(pen, outline, createRandom(1), { level: 0.8, stripes: true });
  assert.equal(level(3, 14), 0);
  assert.equal(level(24, 14), 0);
  assert.ok(level(14, 14) > 50);
});

Deno.test("line() darkens and strap() brightens", () => {
  const { pen, level } = page();
  strap(pen, [[0, 0.5], [1, 0.5]], 0.5, 1);
  assert.equal(level(14, 14), 255);
  line(pen, [[0.5, 0], [0.5, 1]], 1);
  assert.ok(level(14, 14) < 200);
});
