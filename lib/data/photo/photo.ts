/**
 * Photographs as people have them, as images that the model sees.
 *
 * @module
 */
import { type DecodedImage, decodeImage, middleSquare } from "@/data/formats/image_file.ts";
import { frameObject } from "./frame.ts";
import { scaledPhotograph } from "./scaled.ts";
import { type Fault, findObject } from "./silhouette.ts";

/** A photograph, read in both ways in which it may be meant. */
export interface Photo {
  /** The file's name. */
  readonly name: string;
  /** `[S, S]`: its centre square in grey, where brightness is matter. */
  readonly square: Float32Array;
  /** `[S, S]`: the object on it, bright on black, centred and scaled; absent if there is a fault. */
  readonly object?: Float32Array;
  /** Why no object was cut out. */
  readonly fault?: Fault;
}

/**
 * Reads a photograph.
 *
 * Choice: an opaque image of exactly the model's size, on black, is one that a data set made for a model:
 * it stays as it is, bit by bit, with its own margin.
 *
 * @param bytes The encoded image
 * @param name The file's name
 * @param size S, the side of the model's images
 * @throws What `decodeImage` throws
 */
export async function readPhoto(bytes: Uint8Array, name: string, size: number): Promise<Photo> {
  const image = await decodeImage(bytes, name);
  const square = middleSquare(image, size);
  if (isMadeForModels(image, square, size)) return { name, square, object: square };
  const found = findObject(scaledPhotograph(image));
  if (typeof found === "string") return { name, square, fault: found };
  return { name, square, object: frameObject(found, size) };
}

/** Reads a photograph's centre square alone. */
export async function readSquare(bytes: Uint8Array, name: string, size: number): Promise<Photo> {
  return { name, square: middleSquare(await decodeImage(bytes, name), size) };
}

/** Brightness of black, with what JPEGs make of it. */
const BLACK = 0.06;

/** Share of the border that is black in every image of a data set that fills its images. */
const LEAST_BLACK = 0.25;

function isMadeForModels(
  { width, height, colours }: DecodedImage,
  grey: Float32Array,
  size: number,
) {
  if (width !== size || height !== size) return false;
  const border = grey.filter((_, i) => {
    const [x, y] = [i % size, Math.floor(i / size)];
    return x === 0 || y === 0 || x === size - 1 || y === size - 1;
  });
  const black = border.filter((value) => value <= BLACK).length;
  const isOpaque = colours.every((value, at) => at % 4 < 3 || value === 255);
  return isOpaque && black >= LEAST_BLACK * border.length && grey.some((value) => value > BLACK);
}
