import assert from "node:assert/strict";
import { architectureBitmap, architectureSvg } from "@/show/plot/architecture.ts";
import type { Panel } from "@/show/plot/architecture_parts.ts";
import { greyBitmap } from "@/show/plot/bitmap.ts";
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

Deno.test("architectureSvg() feeds each stage from the whole previous column, and by the links", () => {
  const svg = architectureSvg(example);
  // image-conv, conv-mean, conv-variance, mean-z, variance-z, z-deconv, deconv-rotation,
  // rotation-projection, pose-s, and two links
  assert.equal(count(svg, /<polyline/g), 11);
  assert.equal(count(svg, /<polyline[^>]*dasharray/g), 1);
});

/** The corners of a figure's links, in order; arrows of columns have only two. */
function linksOf(svg: string): { x: number; y: number }[][] {
  return [...svg.matchAll(/<polyline points="([^"]*)"/g)].map(([, points]) =>
    points!.split(" ").map((point) => {
      const [x, y] = point.split(",").map(Number);
      return { x: x!, y: y! };
    })
  );
}

Deno.test("architectureSvg() routes a link to the right along its row, and any other around", () => {
  const column = (name: string): Panel => ({
    title: name,
    row: 1,
    columns: [[{ name, kind: "dense", shape: [4] }]],
  });
  const panels = [...example.panels.slice(0, 1), column("left"), column("right")];
  const along = linksOf(architectureSvg({ panels, links: [{ from: "left", to: "right" }] }));
  const [start, end, ...more] = along.at(-1)!;
  assert.ok(start!.y === end!.y && start!.x < end!.x && more.length === 0);
  const back = linksOf(architectureSvg({ panels, links: [{ from: "right", to: "left" }] }));
  assert.equal(back.at(-1)!.length, 4);
});

Deno.test("architectureSvg() keeps links apart that meet one side of a stage, in and out", () => {
  const links = [
    { from: "conv 1", to: "s" },
    { from: "s", to: "rotation" },
    { from: "pose sample", to: "rotation" },
  ];
  const panels = example.panels.slice(0, 3);
  const [into, out, other] = linksOf(architectureSvg({ panels, links })).slice(-3);
  assert.ok(into!.at(-1)!.x < out![0]!.x, "the one from the left meets it on the left");
  assert.ok(out!.at(-1)!.x > other!.at(-1)!.x, "and those into the rotation do not cross");
  const lanes = [into, out, other].map((points) => points![1]!.y);
  assert.equal(new Set(lanes).size, 3);
});

Deno.test("architectureSvg() draws a stage's bitmap instead of its symbol", () => {
  const bitmap = greyBitmap([0, 1], [1, 2]);
  const [stage] = example.panels[0]!.columns[0]!;
  const panel = { title: "Data", columns: [[{ ...stage!, bitmap }]] };
  const svg = architectureSvg({ panels: [panel] });
  assert.match(svg, /<image [^>]*href="data:image\/png;base64,iVBOR/);
  assert.doesNotMatch(svg, /<polygon/);
});

Deno.test("architectureSvg() refuses links to unknown stages, and equal names", () => {
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
    message: "Cannot draw the architecture: stage names must be unique, got two stages named " +
      "textured",
  });
});

Deno.test("architectureBitmap() is drawn at twice the document's size, with some ink", () => {
  const { width, height, pixels } = architectureBitmap(example);
  const [, svgWidth, svgHeight] = architectureSvg(example).match(/width="(\d+)" height="(\d+)"/)!;
  assert.deepEqual([width, height], [2 * Number(svgWidth), 2 * Number(svgHeight)]);
  assert.ok(pixels.filter((value, i) => i % 4 === 0 && value < 60).length > 500);
});
