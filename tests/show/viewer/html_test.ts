import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { Window } from "happy-dom";
import { PNG } from "pngjs";
import { encodeGif } from "@/show/plot/animation.ts";
import { createBitmap } from "@/show/plot/bitmap.ts";
import { drawVoxels } from "@/show/plot/voxel_drawing.ts";
import { viewerHtml } from "@/show/viewer/html.ts";
import { packScene, type ViewerFrame } from "@/show/viewer/scene.ts";

const FRAMES: ViewerFrame[] = [
  { label: "before", grid: { occupancy: [1, 1, 1, 1], size: [1, 2, 2] } },
  { label: `a "3" & <more>`, front: 1, grid: { occupancy: [1, 0, 0, 0.5], size: [1, 2, 2] } },
];

/** Reads HTML as a browser would, without running its scripts. */
function elementsOf(html: string) {
  const { document } = new Window();
  document.body.innerHTML = html;
  const root = document.querySelector(".voxel-viewer")!;
  const poster = root.querySelector("img")!;
  const [, type, data] = /^data:(.+);base64,(.*)$/.exec(poster.getAttribute("src")!)!;
  return { document, root, poster, type, bytes: Buffer.from(data!, "base64") };
}

Deno.test("viewerHtml() contains the scene, a poster and the script, and refers to nothing outside", () => {
  const html = viewerHtml(FRAMES, { width: 60 });
  const { document, root, poster } = elementsOf(html);
  assert.deepEqual(JSON.parse(root.getAttribute("data-scene")!), packScene(FRAMES, { width: 60 }));
  assert.equal(poster.getAttribute("alt"), `a "3" & <more>`);
  assert.deepEqual([...document.body.children].map(({ tagName }) => tagName), [
    "DIV",
    "STYLE",
    "SCRIPT",
  ]);
  assert.doesNotMatch(html, /https?:|src="(?!data:)/);
});

Deno.test("viewerHtml() draws the last frame as poster, as the viewer first shows it", () => {
  const options = { width: 60, azimuth: 0.4, elevation: 0.2, threshold: 0.6 };
  const { type, bytes } = elementsOf(viewerHtml(FRAMES, options));
  assert.equal(type, "image/png");
  const { width, height, data } = PNG.sync.read(bytes);
  const expected = drawVoxels(FRAMES[1]!.grid, { ...options, height: 74, azimuth: 1.4 });
  assert.deepEqual([width, height], [60, 74]);
  assert.deepEqual(new Uint8ClampedArray(data), expected.pixels);
});

Deno.test("viewerHtml() accepts a poster, which may turn", () => {
  const image = createBitmap(8, 6);
  const gif = encodeGif([image, image]);
  const given = elementsOf(viewerHtml(FRAMES, { poster: gif }));
  assert.deepEqual([given.type, new Uint8Array(given.bytes)], ["image/gif", gif]);
  assert.equal(elementsOf(viewerHtml(FRAMES, { poster: image })).type, "image/png");
  assert.throws(() => viewerHtml(FRAMES, { poster: new Uint8Array(5) }), {
    name: "TypeError",
    message: "Cannot view shapes: poster must be an image or the bytes of a PNG or GIF file, got " +
      "5 other bytes",
  });
});

Deno.test("viewerHtml() gives the same bytes each time, and no ids", () => {
  const html = viewerHtml(FRAMES);
  assert.equal(viewerHtml(FRAMES), html);
  assert.equal(elementsOf(html).document.querySelectorAll("[id]").length, 0);
});

Deno.test("viewerHtml() of a digit's size stays under 60 kB, however full the grid", () => {
  const occupancy = Float32Array.from({ length: 28 ** 3 }, (_, i) => Math.abs(Math.sin(i)));
  const html = viewerHtml([{ label: "noise", grid: { occupancy, size: [28, 28, 28] } }], {
    poster: createBitmap(1, 1),
  });
  assert.ok(html.length < 60_000, `${html.length} characters`);
});
