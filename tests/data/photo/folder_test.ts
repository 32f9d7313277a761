import assert from "node:assert/strict";
import { join } from "node:path";
import { IMAGES, SQUARES } from "@/data/images.ts";
import { image, requestOf, withFolder } from "../fixtures.ts";
import { BACKDROPS, photograph, renderSolid, sideBySide } from "./scenes.ts";

Deno.test("IMAGES cuts out objects and names what it leaves out; SQUARES takes all as they are", async () => {
  const small = { width: 120, height: 90 };
  const [cup, bowl] = [renderSolid("cup", small), renderSolid("bowl", small)];
  const files = {
    "a.png": photograph(cup, { backdrop: BACKDROPS.white }),
    "b.jpg": photograph(bowl, { backdrop: BACKDROPS.gradient, type: "jpeg" }),
    "in/c.png": photograph(sideBySide(cup, bowl), { backdrop: BACKDROPS.white }),
  };
  await withFolder(async (folder) => {
    await Deno.mkdir(join(folder, "in"));
    for (const [name, bytes] of Object.entries(files)) {
      await Deno.writeFile(join(folder, name), bytes);
    }
    const { count, pixels, leftOut, provenance } = await IMAGES.load(requestOf(), folder);
    assert.deepEqual([count, leftOut], [2, ['"c.png": it shows several objects; crop it to one']]);
    assert.match(provenance, /^images in ".*", their objects cut out and centred$/);
    for (const start of [0, 784]) {
      assert.equal(pixels[start], 0); // the corner, white in the file
      assert.ok(pixels[start + 14 * 28 + 14]! > 100);
    }
    const squares = await SQUARES.load(requestOf(), folder);
    assert.deepEqual([squares.count, squares.leftOut], [3, undefined]);
    assert.equal(squares.name, `squares:${folder}`);
    assert.match(squares.provenance, /^images in ".*": centre squares$/);
    assert.equal(squares.pixels[0], 255);
  });
});

Deno.test("IMAGES says so where it takes centre squares, since hardly any ground is plain", async () => {
  await withFolder(async (folder) => {
    await Deno.writeFile(
      join(folder, "a.png"),
      await image({ width: 40, height: 30, colour: "#101010" }),
    );
    const { provenance, leftOut } = await IMAGES.load(requestOf(), folder);
    assert.match(
      provenance,
      /: the centre square of each, since an object could be cut out of only 0 of 1 \(1 nothing on its ground\)$/,
    );
    assert.equal(leftOut, undefined);
  });
});
