/**
 * Bowls as meshes, rendered like ModelNet40's, for machines without ModelNet40.
 *
 * @module
 */
import type { Mesh } from "@/data/formats/off.ts";
import { createRandom, type Random, seedFor } from "@/engine/random.ts";
import { inChunks } from "@/data/formats/chunks.ts";
import type { ImageSet } from "@/data/image_set.ts";
import { categorySet, encodeViews, type MeshView, viewMesh } from "@/data/mesh/mesh_views.ts";
import { azimuthStreams, type LoadRequest, timesRendered } from "@/data/source.ts";

/** A point of a profile: distance from the axis and height. */
type ProfilePoint = readonly [radius: number, height: number];

/** Segments around the axis, and along each side of the wall. */
const [AROUND, ALONG] = [64, 16];

/** Bowls per split: eight and five times as many as in ModelNet40. */
const BOWL_COUNT = { train: 512, test: 100 } as const;

/** Bowls between two checks of the signal. */
const BOWLS_AT_ONCE = 8;

/**
 * Makes one split: truth and poses are kept.
 *
 * @param name The set's name; also keys the random streams
 * @param request `split`, `seed`, `imageSize` (also the side of the grids), `imagesPerObject`,
 *   `onProgress`, `signal`
 */
export async function bowlSet(name: string, request: LoadRequest): Promise<ImageSet> {
  const { split, seed, imageSize: size } = request;
  const further = azimuthStreams(`${name}/${split}`, request).slice(1)
    .map((stream) => createRandom(seedFor(seed, stream)));
  const count = BOWL_COUNT[split];
  const random = createRandom(seedFor(seed, `${name}/${split}`));
  const views: MeshView[] = [];
  const work = { task: `build ${name}`, count, chunkSize: BOWLS_AT_ONCE };
  for await (const { start, end } of inChunks(work, request)) {
    for (let i = start; i < end; i++) {
      const bowl = revolve(bowlProfile(random));
      const azimuths = [random, ...further].map((each) => each.uniform(0, 2 * Math.PI));
      views.push(viewMesh(bowl, `bowl_${String(i).padStart(4, "0")}`, { azimuths, size }));
    }
  }
  const times = timesRendered(request);
  const provenance = `bowls built by this project's own code, each rendered ${times}`;
  const set = categorySet("bowl", encodeViews({ views, leftOut: [] }), { size, provenance });
  return { ...set, name };
}

/** Draws a random profile of a bowl: from the axis below, up the outside and down the inside. */
export function bowlProfile(random: Random): ProfilePoint[] {
  const height = random.uniform(0.5, 1.1);
  const foot = random.uniform(0.3, 0.55);
  const footHeight = random.uniform(0.02, 0.1);
  const wall = random.uniform(0.04, 0.09);
  const roundness = random.uniform(0.75, 1.3);
  const lip = random.uniform(0, 0.08);
  const side = (share: number, inset: number): ProfilePoint => {
    const angle = share * Math.PI / 2;
    const radius = foot + (1 - foot) * Math.sin(angle) ** roundness + lip * share ** 6 - inset;
    const rise = (height - footHeight - inset) * (1 - Math.cos(angle));
    return [Math.max(0, radius), footHeight + inset + rise];
  };
  const shares = Array.from({ length: ALONG + 1 }, (_, i) => i / ALONG);
  return [
    [0, 0],
    [foot, 0],
    ...shares.map((share) => side(share, 0)),
    ...shares.toReversed().map((share) => side(share, wall)),
    [0, footHeight + wall],
  ];
}

/**
 * Revolves a profile about the vertical axis.
 *
 * @param profile Its points; the first and last lie on the axis
 * @returns A closed mesh in the axes of ModelNet, z up
 */
export function revolve(profile: readonly ProfilePoint[]): Mesh {
  const positions = profile.flatMap(([radius, height]) =>
    Array.from({ length: AROUND }, (_, i) => {
      const angle = 2 * Math.PI * i / AROUND;
      return [radius * Math.cos(angle), radius * Math.sin(angle), height];
    }).flat()
  );
  const triangles: number[] = [];
  for (let ring = 0; ring + 1 < profile.length; ring++) {
    for (let i = 0; i < AROUND; i++) {
      const [here, next] = [ring * AROUND + i, ring * AROUND + (i + 1) % AROUND];
      triangles.push(here, next, next + AROUND, here, next + AROUND, here + AROUND);
    }
  }
  return { positions: Float32Array.from(positions), triangles: Uint32Array.from(triangles) };
}
