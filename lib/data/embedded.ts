/**
 * `embedded`: data that needs no file and no network, made by the code of this folder.
 *
 * Stand-ins with the shapes and ranges of the real sets, for machines that cannot download those.
 * They are drawings, so results on them say nothing about results on the real sets.
 *
 * @module
 */
import { drawDigit } from "./embedded/digits.ts";
import { type Draw, drawSet } from "./embedded/drawing.ts";
import { drawGarment } from "./embedded/garments.ts";
import { solidSet } from "./embedded/solid_set.ts";
import type { ImageSet } from "./image_set.ts";
import { FASHION_MNIST_CLASSES, MNIST_CLASSES } from "./mnist.ts";
import type { ImageSource, LoadRequest } from "./source.ts";

/** Strokes like those of MNIST's digits, in its ten classes. */
export const DIGITS: ImageSource = {
  name: "embedded-digits",
  takesPath: false,
  summary: "digits drawn by this program",
  load: (request) => drawPart("embedded-digits", MNIST_CLASSES, drawDigit, request),
};

/** Shaded outlines like those of Fashion-MNIST, in its ten classes. */
export const GARMENTS: ImageSource = {
  name: "embedded-garments",
  takesPath: false,
  summary: "clothes, shoes and bags drawn by this program",
  load: (request) => drawPart("embedded-garments", FASHION_MNIST_CLASSES, drawGarment, request),
};

/** Solids of the six ModelNet40 categories of the paper, rendered once; truth and pose are kept. */
export const SOLIDS: ImageSource = {
  name: "embedded-solids",
  takesPath: false,
  summary: "chairs, cars, cups, bowls, people and airplanes built by this program, rendered once",
  load: (request) => solidSet("embedded-solids", request),
};

/**
 * All three parts, one after the other. Their truth is left out, since not every picture has one.
 */
export const EMBEDDED: ImageSource = {
  name: "embedded",
  takesPath: false,
  summary: "all of the following parts; needs no file and no network",
  load: async (request) => {
    const parts: ImageSet[] = [];
    for (const part of [DIGITS, GARMENTS, SOLIDS]) parts.push(await part.load(request, ""));
    return joinSets("embedded", parts);
  },
};

/** How many pictures a part has in each split. */
const PICTURE_COUNT = { train: 6000, test: 1000 } as const;

function drawPart(
  name: string,
  classNames: readonly string[],
  draw: Draw,
  request: LoadRequest,
): Promise<ImageSet> {
  return drawSet({ name, classNames, count: PICTURE_COUNT[request.split], draw }, request);
}

/** Puts sets of one picture size one after the other; their classes too. */
function joinSets(name: string, parts: readonly ImageSet[]): ImageSet {
  const { size } = parts[0]!;
  const count = parts.reduce((sum, part) => sum + part.count, 0);
  const pixels = new Uint8Array(count * size ** 2);
  const labels = new Uint8Array(count);
  const classNames: string[] = [];
  let at = 0;
  for (const part of parts) {
    pixels.set(part.pixels, at * size ** 2);
    labels.set(part.labels!.map((label) => label + classNames.length), at);
    classNames.push(...part.classNames!);
    at += part.count;
  }
  return { name, size, count, pixels, labels, classNames };
}
