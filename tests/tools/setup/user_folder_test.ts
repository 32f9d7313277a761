import assert from "node:assert/strict";
import { join } from "node:path";
import { layoutOf } from "@/tools/setup/layout.ts";
import { firstWritable, isRefused, isWritable, userFolder } from "@/tools/setup/user_folder.ts";

Deno.test("userFolder() gives each checkout its own, in the user's cache", () => {
  const before = Deno.env.get("XDG_CACHE_HOME");
  Deno.env.set("XDG_CACHE_HOME", "/cache");
  try {
    const folder = userFolder(layoutOf("/a/checkout"));
    assert.match(folder, /^\/cache\/3d-shapes\/[0-9a-f]{8}$/);
    assert.notEqual(userFolder(layoutOf("/another/checkout")), folder);
  } finally {
    if (before === undefined) Deno.env.delete("XDG_CACHE_HOME");
    else Deno.env.set("XDG_CACHE_HOME", before);
  }
});

Deno.test("isRefused() knows missing rights and read-only file systems", () => {
  for (const code of ["EACCES", "EPERM", "EROFS"]) assert.equal(isRefused({ code }), true);
  assert.equal(isRefused(Object.assign(new Error(), { code: "ENOSPC" })), false);
});

Deno.test("firstWritable() passes over a folder that may not be written to", async () => {
  const folder = await Deno.makeTempDir();
  const own = join(folder, "own");
  assert.equal(await isWritable(folder), true);
  assert.equal(await firstWritable([own, join(folder, "other")]), own);
  assert.deepEqual(await Array.fromAsync(Deno.readDir(folder), ({ name }) => name), ["own"]);
  // Not even root may write there.
  assert.equal(await firstWritable(["/sys/kernel", own]), own);
  assert.equal(await firstWritable(["/sys/kernel"]), undefined);
  await Deno.remove(folder, { recursive: true });
});
