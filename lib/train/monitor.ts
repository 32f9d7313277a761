/**
 * The images that a run is watched on, and what the model makes of them as it learns.
 *
 * @module
 */
import { join } from "node:path";
import type { MixedSet } from "@/data/batches.ts";
import { imagesAt, type ImageSet } from "@/data/image_set.ts";
import { writeAtomically } from "@/engine/files.ts";
import type { Reconstruction } from "@/infer/inference.ts";
import { decodeTensors, encodeTensors, type TensorFile } from "@/data/formats/safetensors.ts";
import { itemAt } from "@/engine/shapes.ts";
import { azimuthOfLatent } from "@/render/camera.ts";

/** One batch of images, laid out as a training batch is: the first set's rows, then the next's. */
export interface Monitor {
  /** `[B, S, S]` in [0, 1]. */
  readonly images: Float32Array;
  /** What each image shows, such as `mnist 3`, `[B]`. */
  readonly names: readonly string[];
  /** Slots whose voxels a frame keeps: one image of every class, or eight where there is none. */
  readonly tracked: readonly number[];
}

/** What the model made of the monitor's images after some step. */
export interface Frame {
  /** Steps taken. */
  readonly step: number;
  /** Renderings `[B, S, S]`, 0 to 255. */
  readonly renderings: Uint8Array;
  /** Occupancy of the tracked images' voxels `[tracked, G, G, G]`, 0 to 255. */
  readonly occupancies: Uint8Array;
  /** Azimuths of the tracked images `[tracked]`, radians. */
  readonly azimuths: Float32Array;
}

/**
 * So many images of a set without classes are tracked. Choice: 8, since the voxels of a whole batch
 * would take 1.4 MB a frame.
 */
const TRACKED_OF_CLASSLESS = 8;

/**
 * Chooses the images: of every set as many as a training batch has, its classes in turn.
 *
 * @param sets The sets, of the test split, so that the run never trains on what it is watched on
 * @param shares How many images each set gives; they sum to B
 */
export function createMonitor(sets: readonly MixedSet[], shares: readonly number[]): Monitor {
  const parts = sets.map(({ set }, i) => {
    const order = classesInTurn(set);
    return { set, chosen: Array.from({ length: shares[i]! }, (_, k) => order[k % order.length]!) };
  });
  const named = parts.flatMap(({ set, chosen }) =>
    chosen.map((index, place) => ({
      name: nameOf(set, index),
      mayTrack: set.labels !== undefined || place < TRACKED_OF_CLASSLESS,
    }))
  );
  const names = named.map(({ name }) => name);
  const tracked = named.flatMap(({ name, mayTrack }, slot) =>
    mayTrack && names.indexOf(name) === slot ? [slot] : []
  );
  const images = parts.map(({ set, chosen }) => imagesAt(set, chosen));
  return { images: Float32Array.from(images.flatMap((part) => [...part])), names, tracked };
}

/**
 * Orders a set's images by turns: one of each class, then another of each; without classes, as is.
 * Choice: the first turn takes the second image of each class and the first ones come last, because
 * the first 3 of MNIST's test split reads as an 8, and figures are to be recognised by strangers.
 */
export function classesInTurn({ labels, count }: ImageSet): number[] {
  const met = new Map<number, number>();
  return Array.from({ length: count }, (_, index) => {
    const label = labels?.[index] ?? index;
    const turn = met.get(label) ?? 0;
    met.set(label, turn + 1);
    return { index, label, turn: turn === 0 && labels ? Infinity : turn };
  }).sort((a, b) => (a.turn === b.turn ? a.label - b.label : a.turn - b.turn))
    .map(({ index }) => index);
}

/** Says what an image shows, such as `mnist 3`: its class, or its index where there is none. */
export function nameOf({ name, labels, classNames }: ImageSet, index: number): string {
  return `${name} ${labels && classNames ? classNames[labels[index]!] : index}`;
}

/** Packs what the model makes of the monitor's images. */
export function createFrame(
  step: number,
  { tracked }: Monitor,
  { occupancy, rendering, azimuth }: Pick<Reconstruction, "occupancy" | "rendering" | "azimuth">,
): Frame {
  const cells = occupancy.length / azimuth.length;
  const occupancies = new Uint8Array(tracked.length * cells);
  for (const [i, slot] of tracked.entries()) {
    occupancies.set(toBytes(itemAt(occupancy, slot, cells)), i * cells);
  }
  const azimuths = Float32Array.from(tracked, (slot) => azimuth[slot]!);
  return { step, renderings: toBytes(rendering), occupancies, azimuths };
}

/** Scales [0, 1] to 0 .. 255. */
function toBytes(values: Float32Array): Uint8Array {
  const bytes = new Uint8Array(values.length);
  // A loop, since `Uint8Array.from` takes 18 ms of a frame where this takes 1.
  for (let i = 0; i < values.length; i++) bytes[i] = Math.round(255 * values[i]!);
  return bytes;
}

const framePath = (folder: string, step: number) =>
  join(folder, `step-${String(step).padStart(6, "0")}.safetensors`);

/**
 * Writes a frame into a run's folder of frames.
 *
 * @param imageCount How many renderings it has
 */
export async function saveFrame(
  folder: string,
  { step, renderings, occupancies, azimuths }: Frame,
  imageCount: number,
): Promise<void> {
  const tracked = azimuths.length;
  const side = Math.sqrt(renderings.length / imageCount);
  const gridSide = Math.round(Math.cbrt(occupancies.length / tracked));
  const tensors = {
    renderings: { shape: [imageCount, side, side], values: renderings },
    occupancies: { shape: [tracked, gridSide, gridSide, gridSide], values: occupancies },
    azimuths: { shape: [tracked], values: azimuths },
  };
  const metadata = { step: String(step) };
  await writeAtomically(framePath(folder, step), encodeTensors({ tensors, metadata }));
}

/** Reads all frames of a folder, in order. */
export async function loadFrames(folder: string): Promise<Frame[]> {
  const names = (await Array.fromAsync(Deno.readDir(folder), ({ name }) => name))
    .filter((name) => name.endsWith(".safetensors")).sort();
  return await Promise.all(names.map(async (name) => {
    const path = join(folder, name);
    const { tensors, metadata } = decodeTensors(await Deno.readFile(path), path);
    return {
      step: Number(metadata.step),
      renderings: tensors.renderings!.values as Uint8Array,
      occupancies: tensors.occupancies!.values as Uint8Array,
      azimuths: azimuthsOf(tensors),
    };
  }));
}

/** Older frames have the paper's pose latents instead. */
function azimuthsOf({ azimuths, poses }: TensorFile["tensors"]): Float32Array {
  if (azimuths) return azimuths.values as Float32Array;
  return (poses!.values as Float32Array).map(azimuthOfLatent);
}
