import assert from "node:assert/strict";
import fc from "fast-check";
import { solidityOf } from "@/study/score/density.ts";
import { assertClose } from "../../assert.ts";

const options = { tau: 0.5, threshold: 0.1 };

Deno.test("solidityOf() tells solid voxels, fog and emptiness apart", () => {
  // Occupancies 1, .5, .49, .05, .04, 0: two solid, two of fog, two empty.
  const density = [2, 1, 0.98, 0.1, 0.08, 0];
  const { occupied, meanOccupancy, fog } = solidityOf(density, options);
  assert.deepEqual([occupied, fog], [4 / 6, 2 / 6]);
  assertClose([meanOccupancy], [2.08 / 6], 1e-12);
});

Deno.test("solidityOf() takes float32 densities of the threshold itself for occupied, as figures do", () => {
  assert.equal(solidityOf(Float32Array.of(0.1), options).occupied, 1);
});

Deno.test("solidityOf() gives shares that do not depend on the order or on copies", () => {
  const densities = fc.array(fc.double({ min: 0, max: 2, noNaN: true }), { minLength: 1 });
  fc.assert(
    fc.property(densities, (density) => {
      const solidity = solidityOf(density, options);
      for (const share of Object.values(solidity)) assert.ok(share >= 0 && share <= 1);
      // At this threshold all fog is occupied.
      assert.ok(solidity.fog <= solidity.occupied);
      const other = solidityOf([...density, ...density.toReversed()], options);
      assertClose(Object.values(other), Object.values(solidity), 1e-12);
    }),
    { seed: 1 },
  );
});

Deno.test("solidityOf() refuses a grid without voxels", () => {
  assert.throws(() => solidityOf([], options), {
    name: "RangeError",
    message: "Cannot measure solidity: density must have a voxel, got none",
  });
});
