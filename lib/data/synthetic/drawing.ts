/**
 * Draws sets of small grey images with a canvas.
 *
 * @module
 */
import { createCanvas, type SKRSContext2D } from "@napi-rs/canvas";
import { createRandom, type Random, seedFor } from "@/engine/random.ts";
import { inChunks } from "@/data/formats/chunks.ts";
import type { ImageSet } from "@/data/image_set.ts";
import type { LoadRequest } from "@/data/source.ts";

/** The drawing context; its unit square is the whole image, (0, 0) at the top left. */
export type Pen = SKRSContext2D;

/** A point of the unit square: x to the right, y down. */
export type Point = readonly [x: number, y: number];

/** Draws one object of a class, white on black, with its variation drawn from `random`. */
export type Draw = (pen: Pen, label: number, random: Random) => void;

/** A set to draw. */
export interface Drawing {
  /** The set's name; also keys the random stream. */
  readonly name: string;
  /** Where its images come from, for captions. */
  readonly provenance: string;
  /** Class names by label. */
  readonly classNames: readonly string[];
  /** Number of images. */
  readonly count: number;
  /** Draws one image. */
  readonly draw: Draw;
}

/** Images between two checks of the signal: about 10 ms. */
const IMAGES_AT_ONCE = 200;

/**
 * Draws a set whose classes alternate.
 *
 * @param drawing What to draw
 * @param request Uses `split`, `seed`, `imageSize`, `onProgress` and `signal`
 */
export async function drawSet(drawing: Drawing, request: LoadRequest): Promise<ImageSet> {
  const { name, provenance, classNames, count, draw } = drawing;
  const { imageSize: size, split } = request;
  const random = createRandom(seedFor(request.seed, `${name}/${split}`));
  const pixels = new Uint8Array(count * size ** 2);
  const labels = Uint8Array.from({ length: count }, (_, i) => i % classNames.length);
  const pen = createCanvas(size, size).getContext("2d");
  const work = { task: `draw ${name}`, count, chunkSize: IMAGES_AT_ONCE };
  for await (const { start, end } of inChunks(work, request)) {
    for (let i = start; i < end; i++) {
      pen.reset();
      pen.fillStyle = "black";
      pen.fillRect(0, 0, size, size);
      pen.scale(size, size);
      draw(pen, labels[i]!, random);
      const colours = pen.getImageData(0, 0, size, size).data; // [size, size, 4], grey
      for (let k = 0; k < size ** 2; k++) pixels[i * size ** 2 + k] = colours[4 * k]!;
    }
  }
  return { name, provenance, size, count, pixels, labels, classNames };
}

/** Returns the CSS colour of a grey level from 0 black to 1 white. */
export function grey(level: number): string {
  const byte = Math.round(255 * Math.min(1, Math.max(0, level)));
  return `rgb(${byte}, ${byte}, ${byte})`;
}

/** Adds a smooth curve through the points to the path (a Catmull-Rom spline as Bézier segments). */
export function traceCurve(pen: Pen, points: readonly Point[]): void {
  const at = (i: number) => points[Math.min(points.length - 1, Math.max(0, i))]!;
  pen.moveTo(...at(0));
  for (let i = 0; i + 1 < points.length; i++) {
    const [before, from, to, after] = [at(i - 1), at(i), at(i + 1), at(i + 2)];
    pen.bezierCurveTo(
      from[0] + (to[0] - before[0]) / 6,
      from[1] + (to[1] - before[1]) / 6,
      to[0] - (after[0] - from[0]) / 6,
      to[1] - (after[1] - from[1]) / 6,
      ...to,
    );
  }
}
