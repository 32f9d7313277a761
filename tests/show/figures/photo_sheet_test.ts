import assert from "node:assert/strict";
import { join } from "node:path";
import { photoSheet } from "@/show/figures/photo_sheet.ts";
import { image, withFolder } from "../../data/fixtures.ts";
import { BACKDROPS, photograph, renderSolid } from "../../data/photo/scenes.ts";

const REQUEST = { dataDir: "data", imageSize: 28 };

Deno.test("photoSheet() shows originals, what the model sees, and silhouettes", async () => {
  await withFolder(async (folder) => {
    const cup = renderSolid("cup", { width: 112, height: 112 });
    await Deno.writeFile(join(folder, "a.png"), photograph(cup, { backdrop: BACKDROPS.blue }));
    const { bitmap, shown, count } = await photoSheet(`images:${folder}`, REQUEST);
    assert.deepEqual([shown, count], [1, 1]);
    const row = bitmap.height - 16 - 112; // the top of the images, above the margin
    const at = (
      x: number,
      y: number,
    ) => [...bitmap.pixels.subarray((y * bitmap.width + x) * 4).slice(0, 3)];
    assert.deepEqual(at(16 + 2, row + 2), [38, 89, 204]); // the blue ground of the original
    for (const column of [1, 2]) {
      const left = 16 + column * 120;
      assert.deepEqual(at(left + 2, row + 2), [0, 0, 0]);
      assert.ok(at(left + 56, row + 56)[0]! > 100);
    }
    assert.deepEqual(at(16 + 240 + 56, row + 56), [255, 255, 255]); // a silhouette has no shades
  });
});

Deno.test("photoSheet() shows at most 24, and what is left out without images of the model's", async () => {
  await withFolder(async (folder) => {
    const small = { width: 40, height: 40 };
    const car = photograph(renderSolid("car", small), { backdrop: BACKDROPS.white });
    for (let i = 0; i < 30; i++) {
      const bytes = i % 2 ? car : await image({ ...small, colour: "grey" });
      await Deno.writeFile(join(folder, `${i + 10}.png`), bytes);
    }
    const { shown, count, bitmap } = await photoSheet(`images:${folder}`, REQUEST);
    assert.deepEqual([shown, count], [24, 30]);
    // The first is left out: white where others have what the model sees.
    const y = 16 + 60 + 60;
    const place = (y * bitmap.width + 16 + 120 + 56) * 4;
    assert.deepEqual([...bitmap.pixels.subarray(place, place + 3)], [255, 255, 255]);
    const squares = await photoSheet(`squares:${folder}`, REQUEST);
    assert.equal(squares.shown, 24);
  });
});

Deno.test("photoSheet() reports a path without images", async () => {
  await withFolder(async (folder) => {
    await assert.rejects(photoSheet(`images:${folder}`, REQUEST), {
      name: "RangeError",
      message: /^Cannot load images:.*: it must hold at least one file that is not hidden/,
    });
  });
});
