import assert from "node:assert/strict";
import { decodeImage } from "@/data/formats/image_file.ts";
import { findGround } from "@/data/photo/ground.ts";
import { scaledPhotograph } from "@/data/photo/scaled.ts";
import { groundWithShadows } from "@/data/photo/shadow.ts";
import { findObject } from "@/data/photo/silhouette.ts";
import { BACKDROPS, maskError, photograph, renderSolid } from "./scenes.ts";

const CUP = renderSolid("cup", { azimuth: 0.4 });

Deno.test("groundWithShadows() takes a soft shadow for ground, and no part of the object", async () => {
  for (const backdrop of [BACKDROPS.white, BACKDROPS.blue, BACKDROPS.gradient]) {
    const bytes = photograph(CUP, { backdrop, shadow: 0.3 });
    const scaled = scaledPhotograph(await decodeImage(bytes, "cup"));
    const ground = findGround(scaled);
    const isGround = groundWithShadows(scaled, ground);
    const lit = ground.difference.filter((value) => value <= ground.threshold).length;
    const all = isGround.filter((set) => set === 1).length;
    assert.ok(all > lit + 1000, `${all} and ${lit} pixels`);
    const found = findObject(scaled);
    assert.ok(typeof found !== "string");
    const error = maskError(found.opacity, CUP);
    assert.ok(error < 0.02, `${error}`); // 0.2 and more without
  }
});

Deno.test("groundWithShadows() takes no object for a shadow: grey ones have edges", async () => {
  const bytes = photograph(CUP, { backdrop: BACKDROPS.white, colour: [0.8, 0.8, 0.8] });
  const scaled = scaledPhotograph(await decodeImage(bytes, "cup"));
  const ground = findGround(scaled);
  const count = (mask: ArrayLike<number>) => Array.from(mask).filter((set) => set === 1).length;
  const lit = count(ground.difference.map((value) => Number(value <= ground.threshold)));
  const taken = count(groundWithShadows(scaled, ground)) - lit;
  const area = 240 * 180 - lit;
  assert.ok(taken < 0.02 * area, `${taken} of ${area}`); // pixels that the edge covers by a tenth
});

Deno.test("groundWithShadows() takes nothing for a shadow if little would remain", () => {
  const side = 40; // an object that fades into the ground on all sides
  const channel = Float32Array.from({ length: side * side }, (_, at) => {
    const [x, y] = [at % side - 19.5, Math.floor(at / side) - 19.5];
    return 1 - 0.4 * Math.exp(-(x * x + y * y) / 80);
  });
  const opacity = new Float32Array(side * side).fill(1);
  const blurred = { width: side, height: side, channels: [channel, channel, channel], opacity };
  const ground = findGround(blurred);
  const lit = ground.difference.map((value) => Number(value <= ground.threshold));
  assert.ok(lit.some((set) => set === 0));
  assert.deepEqual([...groundWithShadows(blurred, ground)], [...lit]);
});
