import assert from "node:assert/strict";
import { join } from "node:path";
import { findPath, insteadOfFile } from "@/data/formats/path.ts";
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

Deno.test("insteadOfFile() says what is in place of a file", () =>
  withFolder(async (folder) => {
    const file = join(folder, "a");
    await Deno.writeTextFile(file, "");
    assert.equal(await insteadOfFile(file), undefined);
    assert.equal(await insteadOfFile(folder), "a folder");
    assert.equal(await insteadOfFile("/dev/null"), "a pipe or a device");
    assert.equal(await insteadOfFile(join(folder, "none")), "no such file");
    await assert.rejects(insteadOfFile(join(file, "below")), {
      message: `Cannot read "${file}/below": what its path leads through must be folders, ` +
        "got a file; check the path",
    });
  }));
