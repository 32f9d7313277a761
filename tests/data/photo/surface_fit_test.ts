import assert from "node:assert/strict";
import { fitSurfaces } from "@/data/photo/surface_fit.ts";
import { createRandom } from "@/engine/random.ts";

/** Points on the border of the square [-1, 1]^2. */
function border(count: number) {
  const x = new Float64Array(4 * count), y = new Float64Array(4 * count);
  for (let i = 0; i < count; i++) {
    const along = 2 * i / (count - 1) - 1;
    [[along, -1], [along, 1], [-1, along], [1, along]].forEach(([a, b], side) => {
      [x[4 * i + side], y[4 * i + side]] = [a!, b!];
    });
  }
  return { x, y };
}

const exact = (x: number, y: number) => 0.5 + 0.1 * x - 0.2 * y + 0.05 * x * x + 0.03 * x * y;

Deno.test("fitSurfaces() finds surfaces of second order, also where there are no points", () => {
  const { x, y } = border(20);
  const one = x.map((_, i) => exact(x[i]!, y[i]!));
  const [first, second] = fitSurfaces({ x, y, values: [one, x.map((value) => 1 - value)] }, 2);
  for (const [u, v] of [[0, 0], [0.3, -0.7], [1, 1]] as const) {
    assert.ok(Math.abs(first!(u, v) - exact(u, v)) < 1e-9);
    assert.ok(Math.abs(second!(u, v) - (1 - u)) < 1e-9);
  }
});

Deno.test("fitSurfaces() ignores a third of the points where they lie far off", () => {
  const { x, y } = border(60);
  const random = createRandom(1);
  const values = x.map((_, i) => exact(x[i]!, y[i]!) + random.normal(0, 0.004));
  for (let i = 0; i < 80; i++) values[random.integer(values.length)] = random.uniform(0.8, 1);
  const [surface] = fitSurfaces({ x, y, values: [values] }, 2);
  for (const [u, v] of [[0, 0], [0.5, -0.5], [-1, 1]] as const) {
    const error = Math.abs(surface!(u, v) - exact(u, v));
    assert.ok(error < 0.01, `${error} at ${u}, ${v}`);
  }
});

Deno.test("fitSurfaces() of order 0 and 1 gives a median and a plane", () => {
  const { x, y } = border(5);
  const values = x.map((_, i) => i < 8 ? 0.9 : 0.25); // 12 of 20 are 0.25
  const [median] = fitSurfaces({ x, y, values: [values] }, 0);
  assert.ok(Math.abs(median!(0.3, -0.2) - 0.25) < 0.01);
  const [plane] = fitSurfaces(
    { x, y, values: [x.map((_, i) => 0.5 + 0.2 * x[i]! - 0.1 * y[i]!)] },
    1,
  );
  assert.ok(Math.abs(plane!(0.5, 0.5) - 0.55) < 1e-9);
});
