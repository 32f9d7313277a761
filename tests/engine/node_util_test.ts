import assert from "node:assert/strict";
import util from "node:util";

const legacy = util as unknown as Record<string, ((value: unknown) => boolean) | undefined>;
const ofDeno = legacy.isNullOrUndefined;
await import("@/engine/node_util.ts");

Deno.test("Deno lacks util.isNullOrUndefined(): see what node_util.ts is for when this fails", () => {
  assert.equal(ofDeno, undefined);
});

Deno.test("util.isNullOrUndefined() is true for null and undefined alone", () => {
  const values = [null, undefined, 0, "", false, NaN, {}];
  assert.deepEqual(values.map((value) => legacy.isNullOrUndefined!(value)), [
    true,
    true,
    false,
    false,
    false,
    false,
    false,
  ]);
});

Deno.test("util.isArray() is true for arrays alone", () => {
  const values = [[], [1], new Float32Array(1), { length: 0 }, "a"];
  assert.deepEqual(values.map((value) => legacy.isArray!(value)), [
    true,
    true,
    false,
    false,
    false,
  ]);
});
