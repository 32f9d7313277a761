import assert from "node:assert/strict";
import { join } from "node:path";
import { MODELNET40, MODELNET40_CATEGORIES } from "@/data/modelnet40.ts";
import { CHAIR, offText } from "./mesh/meshes.ts";
import { requestOf, withFolder, withServer, zipFile } from "./fixtures.ts";

const OFF = new TextEncoder().encode(offText(CHAIR));
const FILES = Object.fromEntries(
  [...MODELNET40_CATEGORIES, "sofa"].flatMap((category) =>
    ["train", "test"].map((split) => [`ModelNet40/${category}/${split}/${category}_1.off`, OFF])
  ),
);

Deno.test("MODELNET40 loads the paper's six categories from a partial archive", () =>
  withFolder(async (folder) => {
    await Deno.mkdir(join(folder, "modelnet40"));
    await Deno.writeFile(join(folder, "modelnet40", "ModelNet40.zip"), await zipFile(FILES));
    const request = requestOf({
      dataDir: folder,
      cacheDir: join(folder, "cache"),
      imageSize: 8,
      mirrors: { modelnet40: [] },
    });
    for (const split of ["train", "test"] as const) {
      const set = await MODELNET40.load({ ...request, split }, "");
      assert.deepEqual([set.name, set.count, set.truth!.size], ["modelnet40", 6, 8]);
      assert.deepEqual(set.classNames, ["chair", "car", "cup", "bowl", "person", "airplane"]);
      assert.equal(
        set.provenance,
        "ModelNet40 (chair, car, cup, bowl, person, airplane), each rendered once, from 14 of its " +
          "12311 meshes",
      );
    }
    const sofas = await MODELNET40.load({ ...request, classes: ["sofa"] }, "");
    assert.deepEqual([sofas.name, sofas.classNames], ["modelnet40#sofa", ["sofa"]]);
  }));

Deno.test("MODELNET40 downloads only the official archive", () =>
  withFolder(async (dataDir) => {
    const bytes = await zipFile(FILES);
    await withServer(() => new Response(bytes), async (address) => {
      const request = requestOf({ dataDir, mirrors: { modelnet40: [address] } });
      await assert.rejects(MODELNET40.load(request, ""), {
        name: "DownloadError",
        message: new RegExp(
          `^Cannot download "${dataDir}/modelnet40/ModelNet40.zip": one of 1 mirrors must serve ` +
            `it, got ${address}/ModelNet40.zip: the SHA-256 inside must be 42dc3e65.*, got `,
        ),
      });
    });
    assert.deepEqual(await Array.fromAsync(Deno.readDir(join(dataDir, "modelnet40"))), []);
  }));
