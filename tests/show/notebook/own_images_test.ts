import assert from "node:assert/strict";
import { join } from "node:path";
import { loadImageSet } from "@/data/sources.ts";
import { exampleImages, ownImages } from "@/show/notebook/own_images.ts";
import { image, withFolder, withServer, zipFile } from "../../data/fixtures.ts";

const white = () => image({ width: 5, height: 5, colour: "white" });

Deno.test("ownImages() names a folder without its path, and finds it again", () =>
  withFolder(async (folder) => {
    await Deno.mkdir(join(folder, "my pots.2024"));
    await Deno.writeFile(join(folder, "my pots.2024", "a.png"), await white());
    const { data, dataDir, count, digest } = await ownImages(join(folder, "my pots.2024", "/"));
    assert.deepEqual([data, dataDir, count], ["images:my pots.2024:1", folder, 1]);
    assert.match(digest, /^[0-9a-f]{8}$/);
    const set = await loadImageSet("images:my pots.2024", "test", { dataDir });
    assert.equal(set.count, 1);
  }));

Deno.test("ownImages() takes a zip file", () =>
  withFolder(async (folder) => {
    const path = join(folder, "pots.zip");
    await Deno.writeFile(path, await zipFile({ "a.png": await white(), "b.png": await white() }));
    const { data, count } = await ownImages(path);
    assert.deepEqual([data, count], ["images:pots.zip:1", 2]);
  }));

Deno.test("ownImages() distinguishes images by content, not by path", () =>
  withFolder(async (folder) => {
    const digests: string[] = [];
    for (const [name, colour] of [["a", "white"], ["b", "white"], ["c", "grey"]] as const) {
      await Deno.mkdir(join(folder, name));
      const file = await image({ width: 5, height: 5, colour });
      await Deno.writeFile(join(folder, name, "1.png"), file);
      digests.push((await ownImages(join(folder, name))).digest);
    }
    assert.equal(digests[0], digests[1]);
    assert.notEqual(digests[0], digests[2]);
  }));

Deno.test("ownImages() refuses names that a mixture parses differently, or that lead elsewhere", async () => {
  for (const name of ["pots,pans", "pots#1", "pots+mnist", "pots:2", ".hidden"]) {
    await assert.rejects(ownImages(`/anywhere/${name}`), {
      name: "RangeError",
      message: "Cannot use images: the folder's name must consist of letters, digits, spaces and " +
        `. _ -, got "${name}"; rename it`,
    });
  }
  await assert.rejects(ownImages("/anywhere/lib"), {
    name: "RangeError",
    message: "Cannot use images: the folder's name must differ from those beside the " +
      'notebook, got "lib"; rename it',
  });
});

Deno.test("ownImages() reports a path without images", async () => {
  await assert.rejects(ownImages("/anywhere/pots"), {
    name: "RangeError",
    message: "Cannot load images:pots: the path must be a folder or a zip file, got no such path",
  });
});

Deno.test("exampleImages() writes images of the classes, mixed, and names their source", () =>
  withFolder((folder) =>
    withServer(() => new Response(null, { status: 404 }), async (address) => {
      const options = {
        classes: ["Trouser", "Ankle boot"],
        count: 4,
        dataDir: join(folder, "data"),
        mirrors: { "fashion-mnist": [address] },
      };
      const made = await exampleImages(folder, options);
      assert.equal(made.path, join(folder, "embedded-garments-test"));
      assert.match(made.provenance, /own code \(only Trouser, Ankle boot\)$/);
      assert.match(made.notice!, /^NOT REAL DATA\. /);
      const names = (await Array.fromAsync(Deno.readDir(made.path), ({ name }) => name)).sort();
      assert.deepEqual(names, [
        "0000-trouser.png",
        "0001-ankle-boot.png",
        "0002-trouser.png",
        "0003-ankle-boot.png",
      ]);
      const { digest, count, data } = await ownImages(made.path);
      assert.deepEqual([count, data], [4, "images:embedded-garments-test:1"]);
      await exampleImages(folder, options); // again: the same
      assert.equal((await ownImages(made.path)).digest, digest);
      const load = { dataDir: folder };
      const drawn = await loadImageSet("embedded-garments#Trouser+Ankle boot", "test", load);
      const read = await loadImageSet("images:embedded-garments-test", "test", load);
      assert.deepEqual(read.pixels, drawn.pixels.slice(0, 4 * 28 * 28));
    })
  ));
