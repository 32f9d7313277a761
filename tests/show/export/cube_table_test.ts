import assert from "node:assert/strict";
import { CUBE_TABLE } from "@/show/export/cube_table.ts";

const isFilled = (corners: number, corner: number) => (corners >> corner & 1) === 1;

Deno.test("CUBE_TABLE cuts off one corner with one triangle, counterclockwise from outside", () => {
  // Corner 0: the edges from it along columns, rows and layers are 0, 8 and 16.
  const [table] = [CUBE_TABLE[1]!];
  assert.equal(table.length, 3);
  const from = table.indexOf(0);
  assert.deepEqual([...table.slice(from), ...table.slice(0, from)], [0, 8, 16]);
});

Deno.test("CUBE_TABLE uses exactly the edges between a filled and an empty corner", () => {
  CUBE_TABLE.forEach((edges, filled) => {
    const crossed = [0, 1, 2].flatMap((axis) =>
      [0, 1, 2, 3, 4, 5, 6, 7].filter((corner) => !(corner >> axis & 1))
        .filter((corner) => isFilled(filled, corner) !== isFilled(filled, corner | 1 << axis))
        .map((corner) => 8 * axis + corner)
    );
    assert.deepEqual([...new Set(edges)].toSorted(), crossed.toSorted(), String(filled));
  });
});

Deno.test("CUBE_TABLE has no triangle for none or all, and at most five", () => {
  assert.deepEqual([CUBE_TABLE.length, CUBE_TABLE[0], CUBE_TABLE[255]], [256, [], []]);
  assert.equal(Math.max(...CUBE_TABLE.map(({ length }) => length / 3)), 5);
});

// Such a side could coincide with one of the next cube, and then belong to four triangles.
Deno.test("CUBE_TABLE has no side inside a face that is not a border there", () => {
  const cornersOf = (edge: number) => [edge & 7, edge & 7 | 1 << (edge >> 3)];
  const shareFace = (a: number, b: number) => {
    const all = [...cornersOf(a), ...cornersOf(b)];
    return [0, 1, 2].some((axis) => new Set(all.map((corner) => corner >> axis & 1)).size === 1);
  };
  CUBE_TABLE.forEach((edges, filled) => {
    const sides = edges.map((from, i) => [from, edges[i % 3 === 2 ? i - 2 : i + 1]!] as const);
    for (const [from, to] of sides) {
      const isInner = sides.some(([a, b]) => a === to && b === from);
      if (isInner) assert.ok(!shareFace(from, to), `${filled}: ${from} to ${to}`);
    }
  });
});
