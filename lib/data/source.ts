/**
 * The interface of an image source. To add one, write an `ImageSource` and list it in `sources.ts`.
 *
 * @module
 */
import type { ImageSet } from "./image_set.ts";

/** Training images, or images never trained on. */
export type Split = "train" | "test";

/** A progress report of a long task. */
export interface Progress {
  /** The task, e.g. `download train-images-idx3-ubyte.gz`. */
  readonly task: string;
  /** How much is done. */
  readonly done: number;
  /** The total; absent while unknown. */
  readonly total?: number;
  /** Unit of both counts. */
  readonly unit: "bytes" | "images";
}

/** What to load. */
export interface LoadRequest {
  /** Split to load. */
  readonly split: Split;
  /** Classes to keep, in the order of their labels; all of them if empty. */
  readonly classes: readonly string[];
  /** Holds one folder for each downloaded set. */
  readonly dataDir: string;
  /** Caches conversions of archives. */
  readonly cacheDir: string;
  /** Seeds every draw: poses of rendered grids, shapes of embedded objects. */
  readonly seed: number;
  /** S, the side of the images. */
  readonly imageSize: number;
  /** Images rendered of each object, from azimuths of their own; 1 for the test split. */
  readonly imagesPerObject: number;
  /** Called as a long task progresses. */
  readonly onProgress?: (progress: Progress) => void;
  /** Aborts the work; the promise then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Base URLs by set name, in place of the official mirrors. */
  readonly mirrors?: Readonly<Record<string, readonly string[]>>;
}

/** A kind of data that `loadImageSet` can load. */
export interface ImageSource {
  /** The word that selects it, e.g. `mnist`. */
  readonly name: string;
  /** Whether a colon and a path must follow the name, as in `images:PATH`. */
  readonly takesPath: boolean;
  /** Whether `#` and class names joined by `+` may follow, as in `mnist#3+5`. */
  readonly hasClasses: boolean;
  /** Whether the images depend on the seed. */
  readonly usesSeed: boolean;
  /** Whether its images are rendered from known shapes, of which there can then be several. */
  readonly hasTruth: boolean;
  /** One line for `--help`. */
  readonly summary: string;
  /**
   * Loads one split into memory.
   *
   * @param request What to load
   * @param path What follows the colon, without the classes; empty if the source takes no path
   */
  load(request: LoadRequest, path: string): Promise<ImageSet>;
}

/** Says how often each object is rendered: "once", or "8 times". */
export function timesRendered({ imagesPerObject }: Pick<LoadRequest, "imagesPerObject">): string {
  return imagesPerObject === 1 ? "once" : `${imagesPerObject} times`;
}

/**
 * Names the random streams of azimuths, one for each image of an object: an object's first image is the
 * same however many there are.
 */
export function azimuthStreams(
  name: string,
  { imagesPerObject }: Pick<LoadRequest, "imagesPerObject">,
): string[] {
  return Array.from(
    { length: imagesPerObject },
    (_, image) => `${name}/azimuth${image === 0 ? "" : ` ${image}`}`,
  );
}
