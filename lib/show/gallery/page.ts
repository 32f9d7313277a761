/**
 * Shapes to turn, with their images, on one page that needs nothing else: no server, no network.
 *
 * @module
 */
import { createHash } from "node:crypto";
import type { QualityRecord } from "@/show/figures/quality.ts";
import { greyBitmap } from "@/show/plot/bitmap.ts";
import { drawVoxels } from "@/show/plot/voxel_drawing.ts";
import { escapeXml } from "@/show/plot/svg.ts";
import { dataUrl, viewerElement } from "@/show/viewer/html.ts";
import type { ViewerFrame } from "@/show/viewer/scene.ts";
import { browserScript, styleOf, viewerScript, viewerStyle } from "@/show/viewer/script.ts";
import { scoresHtml } from "./scores.ts";

/** A shape, or its stages in training. */
export interface GalleryShape {
  /** What made it, such as `searched pose`. */
  readonly label: string;
  /** What was measured of it, a line each; empty where nothing was. */
  readonly note: string;
  /** The shape, or the stages, last one shown first. */
  readonly frames: readonly ViewerFrame[];
  /** Voxels of at least this occupancy are drawn. */
  readonly threshold: number;
}

/** What is made of one image. */
export interface GalleryItem {
  /** What the image shows, such as `mnist 3`. */
  readonly name: string;
  /** The image `[S, S]` in [0, 1]. */
  readonly image: Float32Array;
  /** The shapes, side by side. */
  readonly shapes: readonly GalleryShape[];
}

/** Items under a heading. */
export interface GallerySection {
  /** The heading. */
  readonly title: string;
  /** What is shown, a paragraph each. */
  readonly words: readonly string[];
  /** What is made of each image. */
  readonly items: readonly GalleryItem[];
}

/** What a page shows. */
export interface Gallery {
  /** The heading of the page. */
  readonly title: string;
  /** What it is about, a paragraph each. */
  readonly words: readonly string[];
  /** The sections, those that matter most first. */
  readonly sections: readonly GallerySection[];
  /** Scores for a table below the shapes. */
  readonly scores?: readonly QualityRecord[];
  /** What is missing and how to get it, a sentence each; commands in backticks. */
  readonly missing?: readonly string[];
}

/** A page. */
export interface GalleryPage {
  /** The document. */
  readonly html: string;
  /** Headings of the sections that had no room. */
  readonly leftOut: readonly string[];
}

/** Most bytes of a page. Choice: 3 MB, which opens at once and goes as an attachment anywhere. */
export const MOST_BYTES = 3_000_000;

/**
 * How every shape is first seen: turned and raised, so that its depth shows. Choice: less than in turntables,
 * so that it still looks like its image; larger, since at this elevation it takes less height.
 */
const FIRST_VIEW = { azimuth: Math.PI / 12, elevation: Math.PI / 9, zoom: 1.1 };

/** Widths in pixels: of a shape, and of the poster that stays where no script runs. */
const WIDTH = 240;
const POSTER_WIDTH = 120;

/**
 * Makes a page of shapes. It is self-contained: one style, one script, images and voxels as data, and a
 * policy by which the browser refuses any request. The same shapes give the same bytes.
 *
 * Sections that would exceed `mostBytes` are left out, and named on the page; a later, smaller one may
 * still fit.
 *
 * @param gallery What is shown
 * @param mostBytes Most bytes of the page
 * @throws {RangeError} If no section fits
 */
export function galleryPage(gallery: Gallery, mostBytes = MOST_BYTES): GalleryPage {
  const { title, sections, scores = [], missing = [] } = gallery;
  const [kept, leftOut]: [string[], string[]] = [[], []];
  // What is left out is named on the page, so room is kept for all names.
  let room = mostBytes - byteCount(documentOf(gallery, [], sections.map(leftOutInWords)));
  for (const section of sections) {
    const html = sectionHtml(section);
    if (byteCount(html) <= room) {
      room -= byteCount(html);
      kept.push(html);
    } else leftOut.push(section.title);
  }
  if (sections.length > 0 && kept.length === 0) {
    throw new RangeError(
      `Cannot make "${title}": a section must fit in ${mostBytes} bytes, got none that does; ` +
        `show fewer shapes`,
    );
  }
  const named = sections.filter(({ title }) => leftOut.includes(title)).map(leftOutInWords);
  return { html: documentOf({ ...gallery, scores, missing }, kept, named), leftOut };
}

function leftOutInWords({ title }: GallerySection): string {
  return `${title}: left out for want of room.`;
}

/** Writes the document around its sections. */
function documentOf(
  { title, words, scores = [], missing = [] }: Gallery,
  sections: readonly string[],
  leftOut: readonly string[],
): string {
  const script = pageScript();
  const hash = createHash("sha256").update(script).digest("base64");
  const policy = `default-src 'none'; img-src data:; style-src 'unsafe-inline'; ` +
    `script-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`;
  const absent = [...missing, ...leftOut];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeXml(title)}</title>
<link rel="icon" href="data:,">
<style>${viewerStyle()}${styleOf("gallery/page.css")}</style>
</head>
<body>
<header>
<h1>${escapeXml(title)}</h1>
<button type="button" class="theme" hidden>Dark theme</button>
${paragraphs(words)}
<p class="how">Drag a shape to turn it, sideways first on a touchscreen. With the keyboard: Tab reaches a
shape, the arrow keys turn it, <kbd>+</kbd> and <kbd>-</kbd> zoom, <kbd>Home</kbd> starts over. The shapes of
one image turn together.</p>
</header>
<main>
${sections.join("")}${scores.length > 0 ? scoresHtml(scores) : ""}${
    absent.length > 0 ? `<section><h2>Not on this page</h2>${list(absent)}</section>\n` : ""
  }</main>
<script>${script}</script>
</body>
</html>
`;
}

/** Gives the page's only script: its theme, then its viewers. */
function pageScript(): string {
  return `${browserScript(["gallery/theme.ts"], "startTheme")}\n${viewerScript()}`;
}

function sectionHtml({ title, words, items }: GallerySection): string {
  const most = Math.max(0, ...items.map(({ shapes }) => shapes.length));
  return `<section><h2>${escapeXml(title)}</h2>${paragraphs(words)}` +
    `<div class="items" data-shapes="${most}">${items.map(itemHtml).join("\n")}</div></section>\n`;
}

function itemHtml({ name, image, shapes }: GalleryItem): string {
  const side = Math.sqrt(image.length);
  const input = dataUrl(greyBitmap(image, [side, side]));
  return `<figure class="turn-together"><figcaption>${escapeXml(name)}</figcaption>` +
    `<div class="row-of-shapes" style="--shapes: ${shapes.length}"><div class="input"><span>image</span>` +
    `<img src="${input}" alt="the image: ${
      escapeXml(name)
    }" width="${side}" height="${side}"></div>` +
    `${shapes.map((shape) => shapeHtml(name, shape)).join("")}</div></figure>`;
}

function shapeHtml(name: string, { label, note, frames, threshold }: GalleryShape): string {
  const { grid, front = 0 } = frames.at(-1)!;
  const { azimuth, elevation } = FIRST_VIEW;
  const poster = drawVoxels(grid, {
    azimuth: front + azimuth,
    elevation,
    threshold,
    width: POSTER_WIDTH,
    height: POSTER_WIDTH,
    raysPerSide: 2,
  });
  const options = { ...FIRST_VIEW, threshold, width: WIDTH, alt: `${name}, ${label}`, poster };
  return `<div class="shape${frames.length > 1 ? " film" : ""}"><span>${escapeXml(label)}</span>` +
    `${viewerElement(frames, options, "Without scripts, this shape cannot be turned.")}` +
    `${note === "" ? "" : `<span class="note">${escapeXml(note)}</span>`}</div>`;
}

function paragraphs(words: readonly string[]): string {
  return words.map((each) => `<p>${escapeXml(each)}</p>`).join("\n");
}

function list(entries: readonly string[]): string {
  const withCode = (words: string) => escapeXml(words).replaceAll(/`([^`]+)`/g, "<code>$1</code>");
  return `<ul>${entries.map((each) => `<li>${withCode(each)}</li>`).join("")}</ul>`;
}

function byteCount(text: string): number {
  return new TextEncoder().encode(text).length;
}
