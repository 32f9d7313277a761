import assert from "node:assert/strict";
import { join } from "node:path";
import { MESHES } from "@/data/mesh/meshes.ts";
import { CHAIR, offText } from "./meshes.ts";
import { requestOf, withFolder, zipFile } from "../fixtures.ts";

Deno.test("MESHES loads the chosen categories and names their archive", () =>
  withFolder(async (folder) => {
    const path = join(folder, "own.zip");
    const off = new TextEncoder().encode(offText(CHAIR));
    const files = { "x/chair/train/a.off": off, "x/stool/train/a.off": off };
    await Deno.writeFile(path, await zipFile(files));
    const request = requestOf({ cacheDir: join(folder, "cache"), imageSize: 8 });
    const all = await MESHES.load(request, path);
    assert.deepEqual([all.name, all.count], [`meshes:${path}`, 2]);
    assert.equal(all.provenance, `meshes in "own.zip", each rendered once`);
    const stools = await MESHES.load({ ...request, classes: ["stool"] }, path);
    assert.deepEqual([stools.name, stools.classNames], [`meshes:${path}#stool`, ["stool"]]);
    assert.equal(
      stools.provenance,
      `meshes in "own.zip#stool", each rendered once`,
    );
  }));

Deno.test("MESHES refuses a missing path, or a folder", async () => {
  for (const [path, found] of [["/nowhere.zip", "no such file"], ["tests", "a folder"]] as const) {
    await assert.rejects(MESHES.load(requestOf(), path), {
      name: "RangeError",
      message: `Cannot load meshes:${path}: the path must be a zip file, got ${found}`,
    });
  }
});
