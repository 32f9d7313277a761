import assert from "node:assert/strict";
import { bowlProfile, bowlSet, revolve } from "@/data/synthetic/bowls.ts";
import { createRandom } from "@/engine/random.ts";
import { requestOf } from "../fixtures.ts";

Deno.test("revolve() revolves a profile about the vertical axis and closes it", () => {
  const { positions, triangles } = revolve([[0, 0], [2, 0], [2, 3], [0, 3]]); // a cylinder
  assert.equal(positions.length, 3 * 4 * 64);
  for (let at = 0; at < positions.length; at += 3) {
    const radius = Math.hypot(positions[at]!, positions[at + 1]!);
    assert.ok(Math.abs(radius - (positions[at + 2] === 0 || radius > 1 ? radius : 0)) < 1e-6);
  }
  // Each edge is shared by two triangles, in opposite directions.
  const sides = new Set<string>();
  for (let at = 0; at < triangles.length; at += 3) {
    for (let k = 0; k < 3; k++) sides.add(`${triangles[at + k]} ${triangles[at + (k + 1) % 3]}`);
  }
  const open = [...sides].map((side) => side.split(" ").map(Number))
    .filter(([a, b]) => !sides.has(`${b} ${a}`));
  const isOnAxis = (corner: number) =>
    positions[3 * corner] === 0 && positions[3 * corner + 1] === 0;
  assert.ok(open.every(([a, b]) => isOnAxis(a!) && isOnAxis(b!)), "but on the axis");
});

Deno.test("bowlProfile() draws a wall that leaves the bowl open at the top", () => {
  const random = createRandom(1);
  for (let i = 0; i < 100; i++) {
    const profile = bowlProfile(random);
    const heights = profile.map(([, height]) => height);
    const [bottom, inside] = [profile[0]!, profile.at(-1)!];
    assert.deepEqual([bottom[0], inside[0], Math.min(...heights)], [0, 0, 0]);
    assert.ok(inside[1] < Math.max(...heights) / 2, "deep");
    assert.ok(profile.every(([radius, height]) => radius >= 0 && height >= 0));
  }
});

Deno.test("bowlSet() renders shaded, hollow bowls with truth", async () => {
  const request = requestOf({ split: "test", imageSize: 16 });
  const set = await bowlSet("bowls", request);
  assert.deepEqual([set.name, set.count, set.classNames], ["bowls", 100, ["bowl"]]);
  assert.deepEqual([set.truth!.size, set.truth!.azimuths.length], [16, 100]);
  assert.ok(new Set(set.pixels.subarray(0, 256)).size > 20, "shades");
  const middle = (h: number) => set.truth!.voxels[(8 * 16 + h) * 16 + 8];
  const column = Array.from({ length: 16 }, (_, h) => middle(h)!);
  const first = column.indexOf(1);
  assert.ok(first > 8, `open down to ${first}`);
  assert.deepEqual(await bowlSet("bowls", request), set);
  assert.notDeepEqual((await bowlSet("bowls", { ...request, seed: 2 })).pixels, set.pixels);
});

Deno.test("bowlSet() stops at the signal", async () => {
  const signal = AbortSignal.abort(new Error("enough"));
  await assert.rejects(bowlSet("bowls", requestOf({ signal })), { message: "enough" });
});
