import assert from "node:assert/strict";
import { architecturePicture, architectureSvg } from "@/plot/architecture.ts";
import { greyPicture } from "@/plot/picture.ts";
import { exampleArchitecture as example } from "./example_architecture.ts";

const count = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].length;

Deno.test("architectureSvg() names every stage, its shape and its note", () => {
  const svg = architectureSvg(example);
  for (const { columns } of example.panels) {
    for (const { name } of columns.flat()) assert.ok(svg.includes(`>${name}</text>`), name);
  }
  for (const words of ["28×28×1", "14³×64", "28³", "mean + σ ε", "azimuth (s + 1)π"]) {
    assert.ok(svg.includes(words), words);
  }
  assert.ok(svg.includes("Decoder &amp; renderer"));
});

Deno.test("architectureSvg() feeds each stage from all of the column before, and by the links", () => {
  const svg = architectureSvg(example);
  // image-conv, conv-mean, conv-variance, mean-z, variance-z, z-deconv, deconv-rotation,
  // rotation-projection, pose-s, and two links
  assert.equal(count(svg, /<polyline/g), 11);
  assert.equal(count(svg, /<polyline[^>]*dasharray/g), 1);
});

Deno.test("architectureSvg() draws a stage's picture instead of its symbol", () => {
  const picture = greyPicture([0, 1], [1, 2]);
  const [stage] = example.panels[0]!.columns[0]!;
  const panel = { title: "Data", columns: [[{ ...stage!, picture }]] };
  const svg = architectureSvg({ panels: [panel] });
  assert.match(svg, /<image [^>]*href="data:image\/png;base64,iVBOR/);
  assert.doesNotMatch(svg, /<polygon/);
});

Deno.test("architectureSvg() refuses links to stages that are not there, and equal names", () => {
  assert.throws(
    () => architectureSvg({ panels: example.panels.slice(2, 3) }),
    { name: "RangeError", message: /endsUnder must name one of .*, got rotation/ },
  );
  assert.throws(
    () => architectureSvg({ ...example, links: [{ from: "s", to: "nowhere" }] }),
    { name: "RangeError", message: /a link's to must name one of image, .*, got nowhere/ },
  );
  const twice = [...example.panels, example.panels[3]!];
  assert.throws(() => architectureSvg({ panels: twice }), {
    message:
      "Cannot draw the architecture: each stage must have a name of its own, got two named " +
      "textured",
  });
});

Deno.test("architecturePicture() is drawn at twice the document's size, with some ink", () => {
  const { width, height, pixels } = architecturePicture(example);
  const [, svgWidth, svgHeight] = architectureSvg(example).match(/width="(\d+)" height="(\d+)"/)!;
  assert.deepEqual([width, height], [2 * Number(svgWidth), 2 * Number(svgHeight)]);
  assert.ok(pixels.filter((value, i) => i % 4 === 0 && value < 60).length > 500);
});
