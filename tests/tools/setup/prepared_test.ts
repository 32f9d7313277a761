import assert from "node:assert/strict";
import { join } from "node:path";
import { exists, isCurrent, prepareFolder } from "@/tools/setup/prepared.ts";

async function inTempFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const parent = await Deno.makeTempDir();
  try {
    await body(join(parent, "thing"));
  } finally {
    await Deno.remove(parent, { recursive: true });
  }
}

const writing = (text: string) => (folder: string) =>
  Deno.writeTextFile(join(folder, "file"), text);

Deno.test("prepareFolder() makes a folder once and keeps it while its stamp is unchanged", () =>
  inTempFolder(async (folder) => {
    const preparation = { folder, stamp: { version: "1" }, make: writing("first") };
    assert.equal(await prepareFolder(preparation), true);
    assert.equal(await prepareFolder({ ...preparation, make: writing("second") }), false);
    assert.equal(await Deno.readTextFile(join(folder, "file")), "first");
  }));

Deno.test("prepareFolder() rebuilds a folder if a version in its stamp changes", () =>
  inTempFolder(async (folder) => {
    await prepareFolder({ folder, stamp: { version: "1" }, make: writing("first") });
    await prepareFolder({ folder, stamp: { version: "2" }, make: writing("second") });
    assert.equal(await Deno.readTextFile(join(folder, "file")), "second");
    assert.equal(await exists(`${folder}.old`), false);
  }));

Deno.test("prepareFolder() keeps the old folder intact if making the new one fails", () =>
  inTempFolder(async (folder) => {
    await prepareFolder({ folder, stamp: { version: "1" }, make: writing("first") });
    const make = async (partial: string) => {
      await writing("half")(partial);
      throw new Error("out of disk");
    };
    await assert.rejects(prepareFolder({ folder, stamp: { version: "2" }, make }), /out of disk/);
    assert.equal(await Deno.readTextFile(join(folder, "file")), "first");
  }));

Deno.test("prepareFolder() starts from an empty folder after an interrupted run", () =>
  inTempFolder(async (folder) => {
    for (const inPlace of [true, false]) {
      const left = inPlace ? folder : `${folder}.partial`;
      await Deno.mkdir(left, { recursive: true });
      await Deno.writeTextFile(join(left, "leftover"), "half");
      const stamp = { inPlace: String(inPlace) };
      await prepareFolder({ folder, stamp, make: writing("whole"), inPlace });
      assert.equal(await exists(join(folder, "leftover")), false);
      assert.equal(await isCurrent({ folder, stamp }), true);
    }
  }));

Deno.test("prepareFolder() rebuilds a folder if its probe dangles", () =>
  inTempFolder(async (folder) => {
    const preparation = {
      folder,
      stamp: {},
      probes: [join(folder, "file")],
      make: writing("again"),
    };
    await prepareFolder(preparation);
    await Deno.remove(preparation.probes[0]!);
    assert.equal(await prepareFolder(preparation), true);
  }));

Deno.test("prepareFolder() never stamps a folder that lacks what it must hold", () =>
  inTempFolder(async (folder) => {
    const preparation = { folder, stamp: {}, probes: [join(folder, "program")] };
    // A program that succeeds, and puts its results elsewhere.
    for (const inPlace of [true, false]) {
      await assert.rejects(prepareFolder({ ...preparation, make: writing("other"), inPlace }), {
        message: `Cannot make "${folder}": it must hold program, got no such file; ` +
          "rerun the command",
      });
      assert.equal(await isCurrent(preparation), false);
    }
  }));

Deno.test("prepareFolder() gives a folder for temporary files, and removes it", () =>
  inTempFolder(async (folder) => {
    const make = async (partial: string, temporary: string) => {
      assert.equal(temporary, join(partial, "tmp"));
      await writing("unpacked")(temporary);
    };
    await prepareFolder({ folder, stamp: {}, make });
    assert.equal(await exists(join(folder, "tmp")), false);
  }));

Deno.test("exists() is false for a dangling link", () =>
  inTempFolder(async (path) => {
    await Deno.symlink("nowhere", path);
    assert.equal(await exists(path), false);
  }));
