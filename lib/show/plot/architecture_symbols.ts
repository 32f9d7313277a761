/**
 * The symbols of the architecture figure: slabs, cubes, columns of cells, panels and arrows.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import type {
  DrawnStage,
  FigurePoint,
  PlacedPanel,
  PlacedStage,
  StageKind,
} from "./architecture_parts.ts";
import { encodePng } from "./bitmap.ts";
import { FAINT_INK, INK, SERIES_COLOURS } from "./style.ts";
import { escapeXml, textWidth } from "./svg.ts";

/** Height of a line of text, in pixels. */
export const LINE_HEIGHT = 15;

const TEXT_SIZE = 12;
const TITLE_SIZE = 13;
const [BLUE, VERMILION, GREEN, PINK, ORANGE, SKY] = SERIES_COLOURS;

const COLOURS: Record<StageKind, string> = {
  input: FAINT_INK,
  conv2d: BLUE,
  dense: BLUE,
  sample: ORANGE,
  deconv3d: GREEN,
  rotate: VERMILION,
  project: VERMILION,
  texture: SKY,
  pose: PINK,
  discriminator: FAINT_INK,
};

/** Slant of slabs and cubes: pixels to the right and up per pixel of depth. */
const LEAN = { right: 0.42, up: 0.3 };

/** Side of a cell of a vector, and the maximum number of cells. */
const CELL = 5.5;
const MOST_CELLS = 10;

/** Side of a stage's image. */
const BITMAP_SIDE = 72;

/** A line of text under a stage or over a panel. */
export interface Line {
  /** The text. */
  readonly text: string;
  /** Names are bold and dark, shapes and notes are faint. */
  readonly isName: boolean;
}

/** Gives the text under a stage's symbol: name, shape, note. */
export function labelLines({ name, shape, note }: DrawnStage): Line[] {
  return [
    { text: name, isName: true },
    { text: shapeText(shape), isName: false },
    ...note ? note.split("\n").map((text) => ({ text, isName: false })) : [],
  ];
}

/** Formats a shape; the three equal sides of a grid are written as a cube, to save room. */
function shapeText(shape: readonly number[]): string {
  const [depth, rows, columns, ...channels] = shape;
  const isCube = depth === rows && rows === columns;
  return (isCube ? [`${depth}³`, ...channels] : shape).join("×");
}

/** Measures a line in pixels. */
export function lineWidth({ text, isName }: Line): number {
  return textWidth(text, { size: TEXT_SIZE, isBold: isName });
}

/** Measures a panel's title in pixels. */
export function titleWidth(title: string): number {
  return textWidth(title, { size: TITLE_SIZE, isBold: true });
}

/** Gives the width and height of a stage's symbol in pixels. */
export function symbolSize(stage: DrawnStage): { width: number; height: number } {
  if (stage.bitmap) return { width: BITMAP_SIDE, height: BITMAP_SIDE };
  if (isNumber(stage)) return { width: 4 * CELL, height: 4 * CELL };
  if (stage.shape.length === 1) {
    return { width: 2 * CELL, height: CELL * Math.min(stage.shape[0]!, MOST_CELLS) };
  }
  const { front, height, depth } = solidSize(stage);
  return { width: front + LEAN.right * depth, height: height + LEAN.up * depth };
}

/** Draws a stage's symbol and the text under it. */
export function drawStage(placed: PlacedStage): string {
  const { stage, x } = placed;
  const symbol = stage.bitmap
    ? drawBitmap(placed)
    : stage.shape.length === 1
    ? drawCells(placed)
    : drawSolid(placed);
  const words = labelLines(stage).map(({ text, isName }, i) =>
    `<text x="${x}" y="${placed.wordsTop + LINE_HEIGHT * (i + 1)}" font-size="${TEXT_SIZE}" ` +
    `fill="${isName ? INK : FAINT_INK}" font-weight="${isName ? 600 : 400}">` +
    `${escapeXml(text)}</text>`
  );
  return symbol + words.join("");
}

/** Draws a panel's background, tinted by the kind of its last stage. */
export function drawPanel({ panel, left, top, width, height }: PlacedPanel): string {
  const tint = COLOURS[panel.columns.at(-1)![0]!.kind];
  const dash = panel.isOptional ? ' stroke-dasharray="5 4"' : "";
  return `<rect x="${left}" y="${top}" width="${width}" height="${height}" rx="10" ` +
    `fill="${tint}" fill-opacity="0.06" stroke="${tint}" stroke-opacity="0.35"${dash}/>`;
}

/** Draws a panel's title, with a white outline that keeps arrows off the letters. */
export function drawTitle({ panel, left, top }: PlacedPanel): string {
  return `<text x="${left + 12}" y="${top + 21}" text-anchor="start" font-size="${TITLE_SIZE}" ` +
    `font-weight="600" fill="${INK}" stroke="white" stroke-width="4" paint-order="stroke">` +
    `${escapeXml(panel.title)}</text>`;
}

/** Draws an arrow along points, its head at the last and its label where it comes from no side. */
export function drawArrow(points: readonly FigurePoint[], isOptional = false, label = ""): string {
  const [start, before, end] = [points[0]!, points.at(-2)!, points.at(-1)!];
  const side = start.x < end.x ? 1 : -1;
  const angle = Math.atan2(end.y - before.y, end.x - before.x) * 180 / Math.PI;
  const path = points.map(({ x, y }) => `${x},${y}`).join(" ");
  const dash = isOptional ? ' stroke-dasharray="4 3"' : "";
  return `<polyline points="${path}" fill="none" stroke="${FAINT_INK}" stroke-width="1.4"${dash}/>` +
    `<path d="M1,0L-6,-3.6L-6,3.6Z" fill="${FAINT_INK}" ` +
    `transform="translate(${end.x},${end.y}) rotate(${angle})"/>` +
    `<text x="${end.x + 8 * side}" y="${before.y + 4}" ` +
    `text-anchor="${side > 0 ? "start" : "end"}" font-size="${TEXT_SIZE}" ` +
    `fill="${FAINT_INK}">${escapeXml(label)}</text>`;
}

function drawBitmap({ stage, x, y }: PlacedStage): string {
  const data = Buffer.from(encodePng(stage.bitmap!)).toString("base64");
  return `<image x="${x - BITMAP_SIDE / 2}" y="${y - BITMAP_SIDE / 2}" width="${BITMAP_SIDE}" ` +
    `height="${BITMAP_SIDE}" style="mix-blend-mode:multiply" href="data:image/png;base64,${data}"/>`;
}

function isNumber({ shape }: DrawnStage): boolean {
  return shape.length === 1 && shape[0] === 1;
}

/** Draws a vector as a column of cells, or a single number as a disc. */
function drawCells({ stage, x, y, top }: PlacedStage): string {
  if (isNumber(stage)) {
    return `<circle cx="${x}" cy="${y}" r="${2 * CELL}" fill="${COLOURS[stage.kind]}" ` +
      `fill-opacity="0.75"/>`;
  }
  const count = Math.min(stage.shape[0]!, MOST_CELLS);
  return Array.from(
    { length: count },
    (_, i) =>
      `<rect x="${x - CELL}" y="${top + i * CELL}" width="${2 * CELL}" height="${CELL}" ` +
      `fill="${COLOURS[stage.kind]}" fill-opacity="${0.55 + 0.3 * (i % 2)}" stroke="white" ` +
      `stroke-width="0.8"/>`,
  ).join("");
}

/** Draws a slab or cube by its front, top and side, with cells on a cube's faces. */
function drawSolid({ stage, x, y }: PlacedStage): string {
  const { front, height, depth, cells } = solidSize(stage);
  const size = symbolSize(stage);
  const [left, bottom] = [x - size.width / 2, y + size.height / 2];
  const [right, up] = [LEAN.right * depth, LEAN.up * depth];
  const at = (u: number, v: number, w: number) =>
    `${left + u * front + w * right},${bottom - v * height - w * up}`;
  const face = (corners: number[][], opacity: number) =>
    `<polygon points="${corners.map(([u, v, w]) => at(u!, v!, w!)).join(" ")}" ` +
    `fill="${COLOURS[stage.kind]}" fill-opacity="${opacity}" stroke="white" stroke-width="1"/>`;
  const lines = Array.from({ length: Math.max(0, cells - 1) }, (_, i) => (i + 1) / cells).flatMap((
    t,
  ) => [
    `M${at(t, 0, 0)}L${at(t, 1, 0)}L${at(t, 1, 1)}`,
    `M${at(0, t, 0)}L${at(1, t, 0)}L${at(1, t, 1)}`,
    `M${at(1, 0, t)}L${at(1, 1, t)}L${at(0, 1, t)}`,
  ]);
  const turn = stage.kind === "rotate" ? drawTurn(x, y - size.height / 2) : "";
  return turn + face([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]], 0.7) +
    face([[0, 1, 0], [1, 1, 0], [1, 1, 1], [0, 1, 1]], 0.45) +
    face([[1, 0, 0], [1, 1, 0], [1, 1, 1], [1, 0, 1]], 0.9) +
    `<path d="${
      lines.join("")
    }" fill="none" stroke="white" stroke-opacity="0.55" stroke-width="0.7"/>`;
}

/** Draws an arrow around the vertical axis, above a cube that turns. */
function drawTurn(x: number, y: number): string {
  return `<path d="M${x - 17},${y - 9}A18,6 0 1 0 ${x + 15},${y - 10.5}" fill="none" ` +
    `stroke="${FAINT_INK}" stroke-width="1.4"/><path d="M1,0L-6,-3.6L-6,3.6Z" ` +
    `fill="${FAINT_INK}" transform="translate(${x + 14},${y - 11}) rotate(-140)"/>`;
}

/** A slab is as thick as it has channels; a cube has its grid's sides. Square roots limit both. */
function solidSize({ kind, shape }: DrawnStage) {
  const extent = (cells: number) => 76 * Math.sqrt(cells / 28);
  if (kind === "deconv3d" || kind === "rotate") {
    const [depth, rows, columns] = shape as [number, number, number];
    const side = (count: number) => 0.72 * extent(count);
    return {
      front: side(columns),
      height: side(rows),
      depth: side(depth),
      cells: columns > 16 ? 7 : columns > 8 ? 5 : 3,
    };
  }
  const [rows, columns, channels = 1] = shape as [number, number, number?];
  return {
    front: 3 + 19 * Math.sqrt((channels - 1) / 128),
    height: 0.85 * extent(rows),
    depth: 0.85 * extent(columns),
    cells: 0,
  };
}
