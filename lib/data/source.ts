/**
 * What a source of images is. To add one, write an `ImageSource` and list it in `sources.ts`.
 *
 * @module
 */
import type { ImageSet } from "./image_set.ts";

/** Images to learn from, or images that were never learnt from. */
export type Split = "train" | "test";

/** One report of a long task: so much of it is done. */
export interface Progress {
  /** What is going on, such as `download train-images-idx3-ubyte.gz`. */
  readonly task: string;
  /** How much is done. */
  readonly done: number;
  /** How much there is; absent while nobody knows. */
  readonly total?: number;
  /** What is counted. */
  readonly unit: "bytes" | "images";
}

/** What a source is asked for. */
export interface LoadRequest {
  /** Which images. */
  readonly split: Split;
  /** Which classes, in the order that their labels are to have; all of them where it is empty. */
  readonly classes: readonly string[];
  /** The folder that holds one folder for each downloaded set. */
  readonly dataDir: string;
  /** The folder that holds what was converted from archives, so that it is done once. */
  readonly cacheDir: string;
  /** Fixes every draw: poses of rendered grids, shapes of embedded objects. */
  readonly seed: number;
  /** S, the side of the images to give. */
  readonly imageSize: number;
  /** Told how a long task goes on. */
  readonly onProgress?: (progress: Progress) => void;
  /** Ends the work early; the promise then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Base addresses to download a set from, by its name, in place of the official mirrors. */
  readonly mirrors?: Readonly<Record<string, readonly string[]>>;
}

/** A kind of data that `loadImageSet` can load. */
export interface ImageSource {
  /** The word that selects it, such as `mnist`. */
  readonly name: string;
  /** Whether a colon and a path must follow the name, as in `images:PATH`. */
  readonly takesPath: boolean;
  /** Whether `#` and names of classes may follow, joined by `+`, as in `mnist#3+5`. */
  readonly hasClasses: boolean;
  /** Whether another seed gives other images. */
  readonly usesSeed: boolean;
  /** One line for `--help`. */
  readonly summary: string;
  /**
   * Loads one split into memory.
   *
   * @param request What is wanted
   * @param path What follows the colon, without the classes; empty where the source takes no path
   */
  load(request: LoadRequest, path: string): Promise<ImageSet>;
}
