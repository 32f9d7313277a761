import assert from "node:assert/strict";
import { escapeXml, rasterizeSvg, textBitmap, textWidth } from "@/show/plot/svg.ts";

const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="4" height="2">' +
  '<rect width="2" height="2" fill="#f00"/></svg>';

Deno.test("rasterizeSvg() draws on white, at the zoom asked for", () => {
  const { width, height, pixels } = rasterizeSvg(svg, 2);
  assert.deepEqual([width, height], [8, 4]);
  assert.deepEqual([...pixels.subarray(0, 4)], [255, 0, 0, 255]);
  assert.deepEqual([...pixels.subarray(4 * 7, 4 * 8)], [255, 255, 255, 255]);
});

Deno.test("rasterizeSvg() refuses what is not an SVG document", () => {
  assert.throws(() => rasterizeSvg("<p>no</p"), {
    name: "SyntaxError",
    message: 'Cannot draw SVG: svg must be a document with a size, got "<p>no</p"',
  });
});

Deno.test("textBitmap() draws the bundled typeface in ink on white, as wide as the text", () => {
  const short = textBitmap("step 5");
  const long = textBitmap("step 5,500");
  assert.ok(long.width > short.width);
  assert.equal(long.height, short.height);
  const darkest = Math.min(...short.pixels.filter((_, i) => i % 4 === 0));
  assert.ok(darkest < 80, `the darkest pixel is ${darkest}`);
});

Deno.test("textBitmap() puts text at the start, centre or end of a given width", () => {
  const inkCentre = (align: "start" | "center" | "end") => {
    const { width, height, pixels } = textBitmap("I", { width: 101, align });
    let [sum, ink] = [0, 0];
    for (let i = 0; i < width * height; i++) {
      sum += (i % width) * (255 - pixels[4 * i]!);
      ink += 255 - pixels[4 * i]!;
    }
    return sum / ink;
  };
  assert.ok(inkCentre("start") < 10);
  assert.ok(Math.abs(inkCentre("center") - 50) < 3);
  assert.ok(inkCentre("end") > 90);
});

Deno.test("textBitmap() draws an empty line, and characters with a meaning in XML", () => {
  assert.equal(textBitmap("", { width: 30 }).width, 30);
  assert.ok(textBitmap('<a & "b">').width > 20);
});

Deno.test("escapeXml() escapes the four characters with a meaning", () => {
  assert.equal(escapeXml('<a & "b">'), "&lt;a &amp; &quot;b&quot;&gt;");
});

Deno.test("textWidth() grows with the text and its size, and is 0 without ink", () => {
  assert.equal(textWidth(""), 0);
  assert.ok(Math.abs(textWidth("mm") / textWidth("m") - 2) < 0.2);
  assert.ok(Math.abs(textWidth("mean", { size: 26 }) / textWidth("mean", { size: 13 }) - 2) < 0.1);
});
