/**
 * Where the runs of a sweep lie and what they are trained on here: found once, then read by all that train.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { availableData } from "@/data/fallback.ts";
import type { LoadOptions } from "@/data/sources.ts";
import { writeAtomically } from "@/engine/files.ts";
import { identityOf } from "@/method/registry.ts";
import { type IndexedRun, STUDIES } from "@/method/runs.ts";
import { EXAMPLE_IMAGES, exampleImages, ownImages } from "@/show/notebook/own_images.ts";

/** A run of which is known on what data it is trained here. */
export interface PlacedRun extends IndexedRun {
  /** Its folder's parent, inside the folder of all runs; empty where it lies there itself. */
  readonly inside: string;
  /** The folder of its data sets, inside the project, if it is not that of all. */
  readonly dataDir?: string;
  /** What of its data was replaced because it could not be fetched, and why; absent if nothing was. */
  readonly notice?: string;
}

/** How to place runs. */
export interface PlaceOptions extends LoadOptions {
  /** The project's folder, as this process sees it. */
  readonly project: string;
  /** Called before each mixture is looked for. */
  readonly onData?: (data: string) => void;
}

/** The folder of the images that notebook 11 takes when it is given none. */
const EXAMPLE_FOLDER = join("data", "own-images");

/**
 * Places runs as the notebooks do: sets that cannot be fetched give way to stand-ins, and the example of
 * notebook 11 is drawn.
 *
 * @param list The runs
 * @param options The project, and what `loadImageSet` takes
 * @throws What `availableData`, `exampleImages` and `ownImages` throw
 */
export async function placeRuns(
  list: readonly IndexedRun[],
  options: PlaceOptions,
): Promise<PlacedRun[]> {
  const { project, onData, ...load } = options;
  const places = new Map<string, Omit<PlacedRun, "name" | "config"> & { data: string }>();
  const runs: PlacedRun[] = [];
  for (const { name, config } of list) {
    const { seed, imageSize } = config;
    const key = `${config.data} ${imageSize}`;
    if (!places.has(key)) {
      onData?.(config.data);
      if (config.data === STUDIES.ownImages.data) {
        places.set(key, await placeOfExample(project, load));
      } else {
        const found = await availableData(config.data, { ...load, seed, imageSize });
        places.set(key, { ...found, inside: "" });
      }
    }
    const { data, ...place } = places.get(key)!;
    runs.push({ name, config: { ...config, data }, ...place });
  }
  return runs;
}

async function placeOfExample(project: string, load: LoadOptions) {
  const { path, notice } = await exampleImages(join(project, EXAMPLE_FOLDER), {
    ...EXAMPLE_IMAGES,
    ...load,
  });
  const { data, digest } = await ownImages(path);
  const place = { data, inside: `images-${digest}`, dataDir: EXAMPLE_FOLDER };
  return notice === undefined ? place : { ...place, notice };
}

/** Gives runs the places that they have where all data can be fetched. */
export function withoutPlaces(list: readonly IndexedRun[]): PlacedRun[] {
  return list.map((run) => ({ ...run, inside: "" }));
}

/** What a file of places holds. */
interface Stored {
  /** Tells which list the places are of. */
  readonly list: string;
  /** The runs, in order. */
  readonly runs: readonly PlacedRun[];
}

/**
 * Reads the places of runs.
 *
 * @param path The file that `savePlaces` wrote
 * @param list The runs
 * @returns Nothing if there is no such file, or if it is of another list
 */
export async function readPlaces(
  path: string,
  list: readonly IndexedRun[],
): Promise<readonly PlacedRun[] | undefined> {
  try {
    const { list: digest, runs } = JSON.parse(await Deno.readTextFile(path)) as Stored;
    return digest === digestOf(list) ? runs : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Saves the places of runs for all that will train them. */
export async function savePlaces(
  path: string,
  list: readonly IndexedRun[],
  runs: readonly PlacedRun[],
): Promise<void> {
  const stored: Stored = { list: digestOf(list), runs };
  await writeAtomically(path, JSON.stringify(stored, null, 2) + "\n");
}

function digestOf(list: readonly IndexedRun[]): string {
  const identities = list.map(({ name, config }) => [name, identityOf(config), config.steps]);
  return createHash("sha256").update(JSON.stringify(identities)).digest("hex");
}
