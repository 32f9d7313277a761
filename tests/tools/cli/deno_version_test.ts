import assert from "node:assert/strict";
import { whyTooOld } from "@/tools/cli/deno_version.ts";

Deno.test("whyTooOld() says how to run a command with a Deno that will do", () => {
  assert.equal(
    whyTooOld("2.6.8", "data embedded"),
    "Cannot run `deno task data embedded`: it needs Deno 2.9 or later, got 2.6.8; " +
      "run `npx -y deno@2.9.6 task data embedded`, or update with `deno upgrade`",
  );
  for (const version of ["1.46.3", "2.4.4", "2.8.9"]) assert.ok(whyTooOld(version, ""), version);
  for (const version of ["2.9.0", "2.9.6", "2.10.0", "3.0.0"]) {
    assert.equal(whyTooOld(version, ""), undefined, version);
  }
});
