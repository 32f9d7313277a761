import assert from "node:assert/strict";
import fc from "fast-check";
import { solidityOf } from "@/study/score/solidity.ts";
import { assertClose } from "../../assert.ts";

const options = { threshold: 0.05 };

Deno.test("solidityOf() tells solid voxels, fog and emptiness apart", () => {
  // Two solid, two of fog, two empty.
  const occupancy = [1, 0.5, 0.49, 0.05, 0.04, 0];
  const { occupied, meanOccupancy, fog } = solidityOf(occupancy, options);
  assert.deepEqual([occupied, fog], [4 / 6, 2 / 6]);
  assertClose([meanOccupancy], [2.08 / 6], 1e-12);
});

Deno.test("solidityOf() takes float32 occupancies of the threshold itself for occupied, as figures do", () => {
  assert.equal(solidityOf(Float32Array.of(0.05), options).occupied, 1);
});

Deno.test("solidityOf() gives shares that do not depend on the order or on copies", () => {
  const occupancies = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1 });
  fc.assert(
    fc.property(occupancies, (occupancy) => {
      const solidity = solidityOf(occupancy, options);
      for (const share of Object.values(solidity)) assert.ok(share >= 0 && share <= 1);
      // At this threshold all fog is occupied.
      assert.ok(solidity.fog <= solidity.occupied);
      const other = solidityOf([...occupancy, ...occupancy.toReversed()], options);
      assertClose(Object.values(other), Object.values(solidity), 1e-12);
    }),
    { seed: 1 },
  );
});

Deno.test("solidityOf() refuses a grid without voxels", () => {
  assert.throws(() => solidityOf([], options), {
    name: "RangeError",
    message: "Cannot measure solidity: occupancy must have a voxel, got none",
  });
});
