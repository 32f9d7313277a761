import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { join } from "node:path";
import { PNG } from "pngjs";
import { galleryPage } from "@/show/gallery/page.ts";
import { findChromium, galleryPicture } from "@/tools/pictures/gallery_picture.ts";
import { browserTest, CHROMIUM } from "../../browser/chromium.ts";
import { withFolder } from "../../data/fixtures.ts";
import { GALLERY } from "../../show/gallery/galleries.ts";

Deno.test("findChromium() takes the variable, or the first usual name on the path", () =>
  withFolder(async (folder) => {
    assert.equal(findChromium({ SHAPES_CHROMIUM: "a", PATH: folder }), "a");
    assert.equal(findChromium({ PATH: `${join(folder, "none")}:${folder}` }), undefined);
    await Deno.writeTextFile(join(folder, "chrome"), "");
    await Deno.writeTextFile(join(folder, "chromium-browser"), "");
    const path = `${join(folder, "none")}:${folder}`;
    assert.equal(findChromium({ PATH: path }), join(folder, "chromium-browser"));
  }));

Deno.test("galleryPicture() asks for Chromium", async () => {
  await assert.rejects(galleryPicture("a.html", undefined), {
    name: "TypeError",
    message:
      "Cannot take a picture: Chromium must be installed, got none on the PATH; install it, " +
      "or set SHAPES_CHROMIUM to its path",
  });
});

browserTest(
  "galleryPicture() shows shapes, and neither words nor growth",
  () =>
    withFolder(async (folder) => {
      const path = join(folder, "a.html");
      await Deno.writeTextFile(path, galleryPage(GALLERY).html);
      const { width, height, data } = PNG.sync.read(
        Buffer.from(await galleryPicture(path, CHROMIUM)),
      );
      assert.equal(width, 1100);
      assert.ok(height < 500, `${height}: one section of three`);
      let coloured = 0;
      for (let i = 0; i < data.length; i += 4) {
        const [r, g, b] = data.subarray(i, i + 3);
        if (Math.max(r!, g!, b!) - Math.min(r!, g!, b!) > 60) coloured++;
      }
      assert.ok(coloured > 2000, `${coloured} coloured pixels`);
    }),
);
