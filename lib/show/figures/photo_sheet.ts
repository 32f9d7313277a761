/**
 * Photographs beside what the model sees of them.
 *
 * @module
 */
import { basename } from "node:path";
import { decodeImage } from "@/data/formats/image_file.ts";
import { findPath } from "@/data/formats/path.ts";
import { findImages, IMAGE_READINGS, readImages } from "@/data/images.ts";
import type { Photo } from "@/data/photo/photo.ts";
import { type Photograph, scaledPhotograph } from "@/data/photo/scaled.ts";
import type { LoadRequest } from "@/data/source.ts";
import * as tf from "@/engine/tf.ts";
import { silhouettesOf } from "@/render/silhouette.ts";
import {
  above,
  type Bitmap,
  createBitmap,
  framed,
  greyBitmap,
  grid,
  paste,
} from "@/show/plot/bitmap.ts";
import { FAINT_INK, FONT_SIZE, GAP, INK, MARGIN, SERIES_COLOURS } from "@/show/plot/style.ts";
import { textBitmap, textWidth } from "@/show/plot/svg.ts";

/** Side of an image on the sheet, in pixels: four to each of the model's. */
const SIDE = 112;

/** Images on a sheet, and in a row. */
const MOST_SHOWN = 24;
const COLUMNS = 3;

/** A sheet of photographs. */
export interface PhotoSheet {
  readonly bitmap: Bitmap;
  /** How many images are on it. */
  readonly shown: number;
  /** How many there are. */
  readonly count: number;
}

/** One photograph on the sheet. */
interface ShownPhoto {
  readonly photo: Photo;
  readonly original: Bitmap;
  /** What the model sees of it `[S, S]`; absent if it is left out. */
  readonly seen?: Float32Array;
}

/**
 * Draws up to 24 images of a folder or a zip file, spread evenly over it, those left out among them: the
 * original, what the model sees, and the silhouette that its shape is to explain where brightness is not
 * matter (`--texture`); or why it is left out.
 *
 * @param specification `images:PATH` or `squares:PATH`
 * @param request Where paths start, the size of the model's images, and whom to tell of progress
 * @throws What those sources throw
 */
export async function photoSheet(
  specification: string,
  request: Pick<LoadRequest, "dataDir" | "imageSize" | "onProgress" | "signal">,
): Promise<PhotoSheet> {
  const [name, ...rest] = specification.split(":");
  const path = rest.join(":");
  const reading = IMAGE_READINGS.find((each) => each.name === name)!;
  const { photos } = await readImages(request, path, reading);
  const { seen, words } = reading.judge(photos);
  const shown = Math.min(MOST_SHOWN, photos.length);
  const chosen = Array.from({ length: shown }, (_, i) => Math.floor(i * photos.length / shown));
  const originals = await originalsOf(
    await findPath(path, request.dataDir),
    new Set(chosen.map((i) => photos[i]!.name)),
  );
  const cells = chosen.map((i) => {
    const photo = photos[i]!;
    return drawCell({
      photo,
      original: originals.get(photo.name)!,
      ...(seen[i] && { seen: seen[i] }),
    }, request.imageSize);
  });
  const title = `${shown} of ${photos.length} images in "${basename(path)}"${words}`;
  const legend = "original | what the model sees | silhouette, with --texture";
  const body = grid(cells, COLUMNS, 2 * GAP);
  const heading = above([
    textBitmap(fitted(title, body.width), { width: body.width, align: "start" }),
    textBitmap(legend, { width: body.width, align: "start", colour: FAINT_INK }),
  ], { gap: GAP / 2 });
  const bitmap = framed(above([heading, body], { gap: 2 * GAP, align: "start" }), MARGIN);
  return { bitmap, shown, count: photos.length };
}

/** Decodes the chosen images once more: all of them would not fit into memory. */
async function originalsOf(path: string, names: ReadonlySet<string>): Promise<Map<string, Bitmap>> {
  const originals = new Map<string, Bitmap>();
  for await (const { name, bytes } of await findImages(path, [])) {
    if (!names.has(name)) continue;
    originals.set(name, bitmapOf(scaledPhotograph(await decodeImage(bytes, name), SIDE)));
  }
  return originals;
}

/** Draws a photograph on a chequered ground, which shows where it is transparent; small ones enlarged. */
function bitmapOf({ width, height, channels, opacity }: Photograph): Bitmap {
  const scale = Math.max(1, Math.floor(SIDE / Math.max(width, height)));
  const bitmap = createBitmap(width * scale, height * scale);
  for (let y = 0, at = 0; y < bitmap.height; y++) {
    for (let x = 0; x < bitmap.width; x++, at += 4) {
      const from = Math.floor(y / scale) * width + Math.floor(x / scale);
      const ground = (x >> 3) + (y >> 3) & 1 ? 0.8 : 1;
      for (let c = 0; c < 3; c++) {
        bitmap.pixels[at + c] = 255 * (channels[c]![from]! + (1 - opacity[from]!) * ground);
      }
    }
  }
  return bitmap;
}

function drawCell({ photo, original, seen }: ShownPhoto, size: number): Bitmap {
  const width = 3 * SIDE + 2 * GAP;
  const scale = Math.max(1, Math.floor(SIDE / size));
  const small = { size: FONT_SIZE - 2, width, align: "start" as const };
  const images = seen
    ? [seen, silhouetteOf(seen, size)].map((image) => greyBitmap(image, [size, size], scale))
    : [];
  const place = createBitmap(width, SIDE);
  [original, ...images].forEach((image, i) => {
    const [left, top] = [SIDE - image.width, SIDE - image.height];
    paste(place, image, i * (SIDE + GAP) + Math.floor(left / 2), Math.floor(top / 2));
  });
  const fault = seen ? "" : `left out: ${photo.fault}`;
  const colour = seen ? INK : SERIES_COLOURS[1];
  const label = fitted(`${basename(photo.name)}${fault && `: ${fault}`}`, width, small.size);
  return above([textBitmap(label, { ...small, colour }), place], { gap: GAP / 2 });
}

function silhouetteOf(image: Float32Array, size: number): Float32Array {
  return tf.tidy(() => silhouettesOf(tf.tensor3d(image, [1, size, size])).dataSync<"float32">());
}

/** Shortens a text to a width. */
function fitted(text: string, width: number, size = FONT_SIZE): string {
  if (textWidth(text, { size }) <= width) return text;
  let end = text.length;
  while (end > 1 && textWidth(`${text.slice(0, end)}…`, { size }) > width) end--;
  return `${text.slice(0, end)}…`;
}
