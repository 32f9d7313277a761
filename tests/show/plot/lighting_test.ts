import assert from "node:assert/strict";
import fc from "fast-check";
import { edgeShares, faceLights } from "@/show/plot/lighting.ts";
import { viewpoint } from "@/show/plot/viewpoint.ts";
import { assertClose } from "../../assert.ts";

// Head-on the lamp hits the face across z at 0.9, and neither of the others: 0.62 + 0.38 * 0.9.
Deno.test("faceLights() lights the visible face by the lamp's direction", () => {
  assertClose([faceLights(viewpoint(0, 0))[2]!], [0.962], 1e-12);
  // From above, the face across y faces the viewer as the face across z did.
  assertClose([faceLights(viewpoint(0, Math.PI / 2))[1]!], [0.962], 1e-12);
});

Deno.test("faceLights() gives every face from 0.62 to 1", () => {
  const angle = fc.double({ min: -7, max: 7, noNaN: true });
  fc.assert(fc.property(angle, angle, (azimuth, elevation) => {
    for (const light of faceLights(viewpoint(azimuth, elevation))) {
      assert.ok(light >= 0.62 && light <= 1);
    }
  }));
});

Deno.test("edgeShares() gives 0.6 pixels per wall between two cells, at most 0.24 of a cell", () => {
  // 5 cells of 20 pixels: half of 0.6 on each side of a cell.
  assertClose(edgeShares([5, 10, 100], 50), [0.3 / 20, 0.3 / 10, 0.12], 1e-12);
});
