import assert from "node:assert/strict";
import fc from "fast-check";
import { createCaster, createHit, type FilledCells } from "@/show/plot/raycast.ts";

/** Two columns, three rows, four layers; only one cell is filled: column 1, row 0, layer 2. */
function oneCell(): FilledCells {
  const filled = new Uint8Array(24);
  filled[2 * 6 + 0 * 2 + 1] = 1;
  return { filled, counts: [2, 3, 4] };
}

Deno.test("a caster finds the only filled cell, the wall it entered by and where", () => {
  const hit = createHit();
  assert.ok(createCaster(oneCell(), [0, 0, 1])([1.25, 0.5, -3], hit));
  assert.deepEqual([...hit.cell], [1, 0, 2]);
  assert.equal(hit.axis, 2);
  assert.deepEqual([...hit.point].map((at) => Math.round(at * 1e6) / 1e6), [1.25, 0.5, 2]);
});

Deno.test("a caster passes beside the only filled cell", () => {
  assert.equal(createCaster(oneCell(), [0, 0, 1])([0.75, 0.5, -3], createHit()), false);
  assert.equal(createCaster(oneCell(), [0, 0, 1])([1.5, 1.5, -3], createHit()), false);
});

Deno.test("a caster enters through the side that faces the ray", () => {
  const hit = createHit();
  for (
    const [direction, origin, axis] of [
      [[1, 0, 0], [-1, 0.5, 2.5], 0],
      [[-1, 0, 0], [3, 0.5, 2.5], 0],
      [[0, -1, 0], [1.5, 5, 2.5], 1],
    ] as const
  ) {
    assert.ok(createCaster(oneCell(), direction)(origin, hit));
    assert.equal(hit.axis, axis);
    assert.deepEqual([...hit.cell], [1, 0, 2]);
  }
});

Deno.test("a caster finds nothing in an empty grid", () => {
  const empty = { filled: new Uint8Array(8), counts: [2, 2, 2] as const };
  assert.equal(createCaster(empty, [0.3, 0.2, 1])([1, 1, -5], createHit()), false);
});

// Steps of a thousandth of a cell can miss a shorter contact; a hit is exact.
Deno.test("a caster hits the first filled cell that small steps along the ray hit", () => {
  const component = fc.double({ min: -1, max: 1, noNaN: true });
  const cells = fc.array(fc.boolean(), { minLength: 60, maxLength: 60 });
  fc.assert(
    fc.property(cells, component, component, component, (cells, x, y, z) => {
      fc.pre(Math.hypot(x, y, z) > 0.1);
      const grid = { filled: Uint8Array.from(cells, Number), counts: [3, 4, 5] as const };
      const direction = [x, y, z].map((c) => c / Math.hypot(x, y, z));
      const origin = [1.4, 2.3, 2.6].map((at, a) => at - 8 * direction[a]!);
      const hit = createHit();
      const found = createCaster(grid, direction)(origin, hit);
      for (let length = 0; length < 16; length += 1e-3) {
        const [column, row, layer] = origin.map((at, a) => Math.floor(at + length * direction[a]!));
        const inside = column! >= 0 && column! < 3 && row! >= 0 && row! < 4 && layer! >= 0 &&
          layer! < 5;
        if (!inside || !cells[(layer! * 4 + row!) * 3 + column!]) continue;
        assert.ok(found, "steps hit a cell that the caster misses");
        const entered = Math.hypot(...origin.map((at, a) => hit.point[a]! - at));
        assert.ok(entered <= length + 1e-6, `entered at ${entered}, steps at ${length}`);
        break;
      }
      if (found) {
        const [column, row, layer] = hit.cell;
        assert.ok(cells[(layer! * 4 + row!) * 3 + column!]);
        const along = hit.point[hit.axis]! - hit.cell[hit.axis]!;
        assert.ok(Math.min(Math.abs(along), Math.abs(along - 1)) < 1e-9, "not on the wall");
      }
    }),
    { numRuns: 60 },
  );
});
