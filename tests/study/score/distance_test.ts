import assert from "node:assert/strict";
import fc from "fast-check";
import { squaredDistances } from "@/study/score/distance.ts";

Deno.test("squaredDistances() from one cell follow Pythagoras", () => {
  const cells = new Uint8Array(27);
  cells[0] = 1;
  const squared = squaredDistances(cells, 3);
  assert.deepEqual([0, 1, 2, 4, 8, 13, 26].map((cell) => squared[cell]), [0, 1, 4, 2, 8, 3, 12]);
});

Deno.test("squaredDistances() agrees with trying every cell", () => {
  const size = 5;
  const places = fc.array(fc.integer({ min: 0, max: size ** 3 - 1 }), { minLength: 1 });
  const placeOf = (cell: number) =>
    [
      cell % size,
      Math.floor(cell / size) % size,
      Math.floor(
        cell / size ** 2,
      ),
    ] as const;
  fc.assert(
    fc.property(places, (set) => {
      const cells = new Uint8Array(size ** 3);
      for (const cell of set) cells[cell] = 1;
      const expected = Array.from(cells, (_, cell) => {
        const [x, y, z] = placeOf(cell);
        return Math.min(...set.map((other) => {
          const [a, b, c] = placeOf(other);
          return (x - a) ** 2 + (y - b) ** 2 + (z - c) ** 2;
        }));
      });
      assert.deepEqual([...squaredDistances(cells, size)], expected);
    }),
    { seed: 1 },
  );
});

Deno.test("squaredDistances() is infinite if no cell is set", () => {
  assert.deepEqual([...squaredDistances(new Uint8Array(8), 2)], Array(8).fill(Infinity));
});

Deno.test("squaredDistances() refuses a grid of another size", () => {
  assert.throws(() => squaredDistances([1, 0], 2), {
    name: "TypeError",
    message: "Cannot measure distances: cells must have 2^3 = 8 values, got 2",
  });
});
