/**
 * `embedded`: synthetic data that needs no file and no network.
 *
 * Stand-ins with the shapes and ranges of the real sets, for machines that cannot download them.
 * They are drawings: results on them say nothing about the real sets.
 *
 * @module
 */
import { joinSets, onlyClasses } from "@/data/combine.ts";
import { bowlSet } from "./bowls.ts";
import { drawDigit } from "./digits.ts";
import { type Draw, drawSet } from "./drawing.ts";
import { drawFace } from "./faces.ts";
import { drawGarment } from "./clothing.ts";
import { solidSet } from "./solid_set.ts";
import type { ImageSet } from "@/data/image_set.ts";
import { FASHION_MNIST_CLASSES, MNIST_CLASSES } from "@/data/mnist.ts";
import type { ImageSource, LoadRequest } from "@/data/source.ts";

/** Images per split in each drawn set. */
const IMAGE_COUNT = { train: 6000, test: 1000 } as const;

/** Pen strokes in the ten classes of MNIST. */
export const DIGITS: ImageSource = drawings("digits", MNIST_CLASSES, drawDigit);

/** Shaded outlines in the ten classes of Fashion-MNIST. */
export const GARMENTS: ImageSource = drawings(
  "garments",
  FASHION_MNIST_CLASSES,
  drawGarment,
  "clothes, shoes and bags",
);

/** Heads against a background, lit from one side, in place of CelebA's photographs. */
export const FACES: ImageSource = drawings("faces", ["face"], drawFace);

/** Solids of the six ModelNet40 categories of the paper, rendered once; truth and pose are kept. */
export const SOLIDS: ImageSource = {
  name: "embedded-solids",
  takesPath: false,
  hasClasses: true,
  usesSeed: true,
  hasTruth: true,
  summary: "chairs, cars, cups, bowls, people and airplanes built by this program, rendered once",
  load: async (request) => onlyClasses(await solidSet("embedded-solids", request), request.classes),
};

/** Shaded images of bowls like ModelNet40's; truth and pose are kept. */
export const BOWLS: ImageSource = {
  name: "embedded-bowls",
  takesPath: false,
  hasClasses: false,
  usesSeed: true,
  hasTruth: true,
  summary: "bowls built by this program, shaded, rendered once",
  load: (request) => bowlSet("embedded-bowls", request),
};

/** All parts, concatenated, without truth, since not every image has one. */
export const EMBEDDED: ImageSource = {
  name: "embedded",
  takesPath: false,
  hasClasses: true,
  usesSeed: true,
  hasTruth: false,
  summary: "all of the following parts; needs no file and no network",
  load: async (request) => {
    const parts: ImageSet[] = [];
    for (const part of [DIGITS, GARMENTS, FACES, SOLIDS, BOWLS]) {
      parts.push(await part.load({ ...request, classes: [] }, ""));
    }
    return onlyClasses(joinSets("embedded", parts), request.classes);
  },
};

function drawings(
  kind: string,
  classNames: readonly string[],
  draw: Draw,
  what = kind,
): ImageSource {
  const name = `embedded-${kind}`;
  const load = async (request: LoadRequest) => {
    const provenance = `${what} drawn by this project's own code`;
    const count = IMAGE_COUNT[request.split];
    const set = await drawSet({ name, provenance, classNames, count, draw }, request);
    return onlyClasses(set, request.classes);
  };
  return {
    name,
    takesPath: false,
    hasClasses: true,
    usesSeed: true,
    hasTruth: false,
    summary: `${what} drawn by this program`,
    load,
  };
}
