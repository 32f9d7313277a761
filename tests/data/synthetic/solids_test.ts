import assert from "node:assert/strict";
import { fillGrid } from "@/data/synthetic/primitives.ts";
import { SOLID_KINDS } from "@/data/synthetic/solids.ts";
import { createRandom } from "@/engine/random.ts";

const SIZE = 28;

/** Counts a grid's 26-connected components. */
function countPieces(voxels: Uint8Array): number {
  const open = voxels.slice();
  let pieces = 0;
  for (let start = open.indexOf(1); start >= 0; start = open.indexOf(1)) {
    pieces++;
    const waiting = [start];
    open[start] = 0;
    while (waiting.length > 0) {
      const at = waiting.pop()!;
      const [d, h, w] = [Math.floor(at / SIZE ** 2), Math.floor(at / SIZE) % SIZE, at % SIZE];
      for (let k = 0; k < 27; k++) {
        const place = [d + Math.floor(k / 9) - 1, h + Math.floor(k / 3) % 3 - 1, w + k % 3 - 1];
        if (place.some((i) => i < 0 || i >= SIZE)) continue;
        const next = (place[0]! * SIZE + place[1]!) * SIZE + place[2]!;
        if (open[next] === 1) waiting.push(next);
        open[next] = 0;
      }
    }
  }
  return pieces;
}

for (const { name, build } of SOLID_KINDS) {
  Deno.test(`SOLID_KINDS builds a ${name} in one piece that stays in the image at every azimuth`, () => {
    const random = createRandom(7);
    for (let item = 0; item < 40; item++) {
      const voxels = new Uint8Array(SIZE ** 3);
      fillGrid(voxels, SIZE, build(random));
      const share = voxels.reduce((sum, value) => sum + value, 0) / SIZE ** 3;
      assert.ok(share > 0.005 && share < 0.4, `fills ${share}`);
      assert.equal(countPieces(voxels), 1, `pieces of item ${item}`);
      voxels.forEach((value, i) => {
        const [z, x] = [Math.floor(i / SIZE ** 2), i % SIZE].map((k) => (2 * k! + 1) / SIZE - 1);
        if (value === 1) assert.ok(Math.hypot(x!, z!) <= 1, `radius ${Math.hypot(x!, z!)}`);
      });
    }
  });
}
