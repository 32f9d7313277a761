/**
 * Small images of the notebooks' figures, for the page on which JupyterLab opens. JupyterLab shows only
 * files below `notebooks/`, so they lie there; after figures were redrawn, make them again with
 * `deno run --allow-all lib/tools/pictures/thumbnails.ts`.
 *
 * @module
 */
import { basename, join } from "node:path";
import { createCanvas, loadImage } from "@napi-rs/canvas";
import { writeAtomically } from "@/engine/files.ts";
import { PROJECT } from "@/tools/setup/layout.ts";

/** A part of a figure: its left, top, width and height, as shares of the figure's. */
export type Part = readonly [left: number, top: number, width: number, height: number];

/** The part of a figure that stands for each notebook, by the notebook's number. */
export const PARTS: Readonly<Record<string, readonly [figure: string, part: Part]>> = {
  "00": ["00_quickstart.gif", [0.15, 0.05, 0.7, 0.8]],
  "01": ["01_architecture.svg", [0, 0, 0.58, 0.62]],
  "02": ["02_fitting_views.gif", [0, 0, 0.5, 0.5]],
  "03": ["03_losses.png", [0, 0, 1, 1]],
  "04": ["04_turntable_digits.gif", [0, 0, 1, 0.85]],
  "05": ["05_step.png", [0, 0, 0.75, 0.18]],
  "06": ["06_faces.png", [0.2, 0.08, 0.5, 0.48]],
  "07": ["07_people.png", [0.2, 0.55, 0.4, 0.37]],
  "08": ["08_objectives.png", [0, 0, 0.5, 0.21]],
  "09": ["09_embedding.png", [0, 0, 0.5, 0.22]],
  "10": ["10_chairs.png", [0, 0, 0.62, 0.5]],
  "11": ["11_own_images.png", [0.12, 0.34, 0.45, 0.45]],
  "12": ["12_chairs.png", [0, 0.18, 0.58, 0.34]],
  "13": ["13_turntable.gif", [0, 0, 1, 1]],
};

/** Size of a thumbnail in pixels: twice that at which it is shown, for fine screens. */
const [WIDTH, HEIGHT] = [320, 200];

/**
 * Draws a part of a figure as large as fits, on white.
 *
 * @param figure A PNG, GIF (its first frame) or SVG file
 * @param part Which part of it
 * @returns The bytes of a PNG of 320 by 200 pixels
 */
export async function thumbnailOf(figure: Uint8Array, part: Part): Promise<Uint8Array> {
  const image = await loadImage(figure);
  const [left, top, width, height] = part.map((share, i) =>
    share * (i % 2 === 0 ? image.width : image.height)
  ) as [number, number, number, number];
  const scale = Math.min(WIDTH / width, HEIGHT / height);
  const [drawnWidth, drawnHeight] = [scale * width, scale * height];
  const canvas = createCanvas(WIDTH, HEIGHT);
  const context = canvas.getContext("2d");
  context.fillStyle = "white";
  context.fillRect(0, 0, WIDTH, HEIGHT);
  context.imageSmoothingQuality = "high";
  const at = [(WIDTH - drawnWidth) / 2, (HEIGHT - drawnHeight) / 2] as const;
  context.drawImage(image, left, top, width, height, ...at, drawnWidth, drawnHeight);
  return new Uint8Array(await canvas.encode("png"));
}

/** Draws the thumbnail of every notebook. */
export async function drawThumbnails(
  figures = join(PROJECT.root, "figures"),
  out = join(PROJECT.notebooks, "thumbnails"),
): Promise<void> {
  for (const [number, [figure, part]] of Object.entries(PARTS)) {
    const bytes = await thumbnailOf(await Deno.readFile(join(figures, figure)), part);
    await writeAtomically(join(out, `${basename(number)}.png`), bytes);
  }
}

if (import.meta.main) await drawThumbnails();
