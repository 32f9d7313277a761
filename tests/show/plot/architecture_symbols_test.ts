import assert from "node:assert/strict";
import type { DrawnStage, StageKind } from "@/show/plot/architecture_parts.ts";
import {
  drawArrow,
  labelLines,
  lineWidth,
  symbolSize,
  titleWidth,
} from "@/show/plot/architecture_symbols.ts";

const stage = (kind: StageKind, shape: number[], note?: string): DrawnStage => ({
  name: "stage",
  kind,
  shape,
  note,
});

Deno.test("labelLines() gives name, shape and each line of the note; a grid's sides as a cube", () => {
  const texts = (s: DrawnStage) => labelLines(s).map(({ text }) => text);
  assert.deepEqual(texts(stage("conv2d", [14, 14, 128])), ["stage", "14×14×128"]);
  assert.deepEqual(texts(stage("deconv3d", [7, 7, 7, 128], "a\nb")), ["stage", "7³×128", "a", "b"]);
  assert.deepEqual(texts(stage("dense", [19])), ["stage", "19"]);
});

Deno.test("symbolSize() grows with extent and channels, and fits the largest grid", () => {
  const small = symbolSize(stage("conv2d", [7, 7, 128]));
  const large = symbolSize(stage("conv2d", [14, 14, 128]));
  const thin = symbolSize(stage("conv2d", [14, 14, 1]));
  assert.ok(small.height < large.height && small.width < large.width && thin.width < large.width);
  const cube = symbolSize(stage("rotate", [28, 28, 28]));
  assert.ok(cube.width < 90 && cube.height < 90);
});

Deno.test("symbolSize() draws at most ten cells of a vector", () => {
  assert.deepEqual(symbolSize(stage("dense", [1000])), symbolSize(stage("dense", [10])));
  assert.ok(symbolSize(stage("dense", [4])).height < symbolSize(stage("dense", [10])).height);
});

Deno.test("lineWidth() and titleWidth() measure names wider than shapes, titles wider still", () => {
  const widths = [false, true].map((isName) => lineWidth({ text: "projection", isName }));
  assert.ok(widths[0]! > 50 && widths[0]! < widths[1]!);
  assert.ok(widths[1]! < titleWidth("projection") && titleWidth("projection") < 90);
});

Deno.test("drawArrow() points its head along its last piece, dashed where optional", () => {
  const corner = [{ x: 0, y: 0 }, { x: 0, y: 9 }, { x: 5, y: 9 }, { x: 5, y: 2 }];
  assert.match(drawArrow(corner), /translate\(5,2\) rotate\(-90\)/);
  assert.doesNotMatch(drawArrow(corner), /dasharray/);
  assert.match(drawArrow(corner, true), /dasharray/);
});
