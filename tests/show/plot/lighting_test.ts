import assert from "node:assert/strict";
import fc from "fast-check";
import { edgeShares, faceLights } from "@/show/plot/lighting.ts";
import { viewpoint } from "@/show/plot/viewpoint.ts";
import { assertClose } from "../../assert.ts";

// Head-on the lamp meets the face across z at .9, and neither of the others: .62 + .38 * .9.
Deno.test("faceLights() lights the face that is seen by where the lamp stands", () => {
  assertClose([faceLights(viewpoint(0, 0))[2]!], [0.962], 1e-12);
  // From above, the face across y looks at the viewer as the face across z did.
  assertClose([faceLights(viewpoint(0, Math.PI / 2))[1]!], [0.962], 1e-12);
});

Deno.test("faceLights() gives every face from .62 to 1", () => {
  const angle = fc.double({ min: -7, max: 7, noNaN: true });
  fc.assert(fc.property(angle, angle, (azimuth, elevation) => {
    for (const light of faceLights(viewpoint(azimuth, elevation))) {
      assert.ok(light >= 0.62 && light <= 1);
    }
  }));
});

Deno.test("edgeShares() gives .6 pixels on each wall between two cells, at most .24 of a cell", () => {
  // 5 cells of 20 pixels: half of .6 on each side of a cell.
  assertClose(edgeShares([5, 10, 100], 50), [0.3 / 20, 0.3 / 10, 0.12], 1e-12);
});
