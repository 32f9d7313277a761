import assert from "node:assert/strict";
import { join } from "node:path";
import { findPath } from "@/data/formats/path.ts";
import { withFolder } from "../fixtures.ts";

Deno.test("findPath() looks in the working directory, then in the data folder", () =>
  withFolder(async (dataDir) => {
    await Deno.writeTextFile(join(dataDir, "deno.json"), "");
    await Deno.writeTextFile(join(dataDir, "own.zip"), "");
    assert.equal(await findPath("deno.json", dataDir), "deno.json");
    assert.equal(await findPath("own.zip", dataDir), join(dataDir, "own.zip"));
  }));

Deno.test("findPath() returns missing and absolute paths unchanged", () =>
  withFolder(async (dataDir) => {
    for (const path of ["nowhere.zip", "/nowhere.zip"]) {
      assert.equal(await findPath(path, dataDir), path);
    }
  }));
