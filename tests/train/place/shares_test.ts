import assert from "node:assert/strict";
import { replicasOf } from "@/train/place/shares.ts";

Deno.test("replicasOf() gives each process as many replicas, in order", () => {
  const shares = [0, 1, 2].map((rank) => replicasOf({ rank, size: 3 }, 6));
  assert.deepEqual(shares, [0, 2, 4].map((first) => ({ of: 6, first, count: 2 })));
});

for (const [replicas, advised] of [[1, 4], [6, 8]] as const) {
  Deno.test(`replicasOf() refuses to share ${replicas} among 4 processes`, () => {
    assert.throws(() => replicasOf({ rank: 0, size: 4 }, replicas), {
      name: "RangeError",
      message:
        `Cannot train in 4 processes: replicas must be a multiple of them, got ${replicas}; ` +
        `use --replicas ${advised}, or another number of ranks`,
    });
  });
}
