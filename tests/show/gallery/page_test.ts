import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { Window } from "happy-dom";
import { packScene } from "@/show/viewer/scene.ts";
import { galleryPage, MOST_BYTES } from "@/show/gallery/page.ts";
import { GALLERY, itemOf, shapeOf } from "./galleries.ts";

/** Reads a page without running its script. */
function documentOf(html: string) {
  const { document } = new Window();
  document.write(html);
  return document;
}

Deno.test("galleryPage() is one document with one script and one style, and asks for nothing", () => {
  const { html, leftOut } = galleryPage(GALLERY);
  assert.deepEqual(leftOut, []);
  assert.doesNotMatch(html, /https?:|url\(|@import|(src|href)="(?!data:)/);
  for (const name of ["script", "style", "h1", "main", "table"]) {
    assert.equal([...html.matchAll(new RegExp(`<${name}[ >]`, "g"))].length, 1, name);
  }
  const script = /<script>([^]*)<\/script>/.exec(html)![1]!;
  const hash = createHash("sha256").update(script).digest("base64");
  assert.ok(html.includes(`script-src 'sha256-${hash}'`), "the policy allows this script alone");
  assert.match(html, /content="default-src 'none'; img-src data:; style-src 'unsafe-inline'; /);
  assert.equal(galleryPage(GALLERY).html, html, "the same bytes each time");
});

Deno.test("galleryPage() shows each image beside its shapes, which turn together", () => {
  const document = documentOf(galleryPage(GALLERY).html);
  assert.equal(document.querySelector("h1")!.textContent, "Shapes & <images>");
  const figures = [...document.querySelectorAll("figure.turn-together")];
  assert.deepEqual(figures.map((it) => it.querySelector("figcaption")!.textContent), [
    "a",
    "b",
    "c",
  ]);
  assert.deepEqual(figures.map((it) => it.querySelectorAll(".input img").length), [1, 1, 1]);
  assert.deepEqual(figures.map((it) => it.querySelectorAll(".voxel-viewer").length), [2, 2, 1]);
  const scenes = figures.flatMap((it) => [...it.querySelectorAll(".voxel-viewer")])
    .map((it) => JSON.parse(it.getAttribute("data-scene")!));
  const all = GALLERY.sections.flatMap(({ items }) => items.flatMap(({ shapes }) => shapes));
  assert.deepEqual(
    scenes.map(({ voxels }) => voxels),
    all.map(({ frames, threshold }) => packScene(frames, { threshold }).voxels),
  );
  assert.deepEqual(scenes.map(({ alt }) => alt).slice(0, 2), [
    "a, paper's method",
    "a, searched pose",
  ]);
  assert.match(document.body.textContent!, /Not on this page.*Chairs: no run was found\./);
});

Deno.test("galleryPage() leaves out what has no room and names it, and keeps what is smaller", () => {
  const big = {
    title: "Big",
    words: [],
    items: Array.from({ length: 8 }, (_, i) => itemOf(`${i}`, shapeOf("x", 1, 2, 3, 4))),
  };
  const small = { title: "Small", words: [], items: [itemOf("a", shapeOf("x", 1))] };
  const most = galleryPage({ ...GALLERY, sections: [small] }).html.length + 1000;
  const { html, leftOut } = galleryPage({ ...GALLERY, sections: [big, small] }, most);
  assert.deepEqual(leftOut, ["Big"]);
  assert.match(html, /<h2>Small<\/h2>/);
  assert.doesNotMatch(html, /<h2>Big<\/h2>/);
  assert.match(html, /<li>Big: left out for want of room\.<\/li>/);
  assert.ok(new TextEncoder().encode(html).length <= most);
  assert.throws(() => galleryPage({ ...GALLERY, sections: [big] }, 30_000), {
    name: "RangeError",
    message: 'Cannot make "Shapes & <images>": a section must fit in 30000 bytes, got none that ' +
      "does; show fewer shapes",
  });
});

Deno.test("galleryPage() of a hundred digits' shapes stays below its limit", () => {
  const occupancy = Float32Array.from(
    { length: 28 ** 3 },
    (_, i) => Math.sin(i / 40) > 0.7 ? 1 : 0,
  );
  const frames = [{ label: "x", grid: { occupancy, size: [28, 28, 28] as const } }];
  const shape = { label: "x", note: "", frames, threshold: 0.5 };
  const items = Array.from({ length: 50 }, (_, i) => itemOf(`${i}`, shape, shape));
  const { html, leftOut } = galleryPage({
    title: "Many",
    words: [],
    sections: [{ title: "All", words: [], items }],
  });
  assert.deepEqual(leftOut, []);
  assert.ok(html.length < MOST_BYTES, `${html.length} bytes`);
});
