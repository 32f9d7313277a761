/**
 * Converts SVG to pixels, and draws crisp text in the bundled typeface: figures look the same
 * everywhere.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { Resvg } from "@resvg/resvg-js";
import { type Alignment, type Bitmap, createBitmap, paste } from "./bitmap.ts";
import { FONT_SIZE, INK } from "./style.ts";

const FONT_FILES = ["400Regular/Inter_400Regular.ttf", "600SemiBold/Inter_600SemiBold.ttf"]
  .map((file) => fileURLToPath(import.meta.resolve(`@expo-google-fonts/inter/${file}`)));

/** The style of a line of text. */
export interface TextStyle {
  /** Size in pixels. */
  readonly size?: number;
  /** Any CSS colour. */
  readonly colour?: string;
  /** Semi-bold, for headings. */
  readonly isBold?: boolean;
  /** Width of the bitmap in pixels; that of the text by default. */
  readonly width?: number;
  /** Position of the text within that width; `center` by default. */
  readonly align?: Alignment;
}

/**
 * Draws an SVG document on white.
 *
 * @param svg The document's source, with a width and a height
 * @param zoom Pixels per unit of the document, > 0
 * @throws {SyntaxError} If the source is not an SVG document
 */
export function rasterizeSvg(svg: string, zoom = 1): Bitmap {
  const { width, height, pixels } = openSvg(svg, zoom).render();
  return { width, height, pixels: new Uint8ClampedArray(pixels) };
}

/** Draws one line of text on white; the bitmap's height is 1.5 times the text's size. */
export function textBitmap(text: string, style: TextStyle = {}): Bitmap {
  const { align = "center" } = style;
  const drawn = rasterizeSvg(textSvg(text, style, Math.max(1, Math.ceil(textWidth(text, style)))));
  if (style.width === undefined || style.width <= drawn.width) return drawn;
  const bitmap = createBitmap(style.width, drawn.height);
  const room = style.width - drawn.width;
  paste(bitmap, drawn, align === "start" ? 0 : align === "end" ? room : Math.floor(room / 2), 0);
  return bitmap;
}

/** Measures one line of text, in pixels. */
export function textWidth(text: string, style: TextStyle = {}): number {
  const bounds = openSvg(textSvg(text, style, 1), 1).getBBox();
  return bounds ? bounds.x + bounds.width : 0; // no bounds without ink
}

function textSvg(text: string, style: TextStyle, width: number): string {
  const { size = FONT_SIZE, colour = INK, isBold = false } = style;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" ` +
    `height="${Math.round(1.5 * size)}"><text x="0" y="${Math.round(1.1 * size)}" ` +
    `font-family="Inter" font-size="${size}" font-weight="${isBold ? 600 : 400}" ` +
    `fill="${colour}">${escapeXml(text)}</text></svg>`;
}

/** Escapes the characters of a text that have a meaning in XML. */
export function escapeXml(text: string): string {
  const names: Record<string, string> = { "&": "amp", "<": "lt", ">": "gt", '"': "quot" };
  return text.replace(/[&<>"]/g, (character) => `&${names[character]};`);
}

function openSvg(svg: string, zoom: number): Resvg {
  const font = { fontFiles: FONT_FILES, loadSystemFonts: false, defaultFontFamily: "Inter" };
  try {
    return new Resvg(svg, { background: "white", font, fitTo: { mode: "zoom", value: zoom } });
  } catch (error) {
    throw new SyntaxError(
      `Cannot draw SVG: svg must be a document with a size, got ${
        JSON.stringify(svg.slice(0, 60))
      }`,
      { cause: error },
    );
  }
}
