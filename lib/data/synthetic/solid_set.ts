/**
 * Builds and renders the embedded solids.
 *
 * @module
 */
import { createRandom, seedFor } from "@/engine/random.ts";
import { inChunks } from "@/data/formats/chunks.ts";
import type { ImageSet } from "@/data/image_set.ts";
import { renderGrids } from "@/data/render_grids.ts";
import { type LoadRequest, timesRendered } from "@/data/source.ts";
import { fillGrid } from "./primitives.ts";
import { SOLID_KINDS } from "./solids.ts";

/** Solids per split; fewer than drawings, since each keeps a grid of 22 kB as truth. */
const SOLID_COUNT = { train: 3000, test: 600 } as const;

/** Solids between two checks of the signal. */
const SOLIDS_AT_ONCE = 100;

/**
 * Builds one split: the categories alternate, truth and poses are kept.
 *
 * @param name The set's name; also keys the random streams
 * @param request `split`, `seed`, `imageSize` (also the side of the grids), `imagesPerObject`,
 *   `onProgress` and `signal`
 */
export async function solidSet(name: string, request: LoadRequest): Promise<ImageSet> {
  const { imageSize: size, split } = request;
  const count = SOLID_COUNT[split];
  const random = createRandom(seedFor(request.seed, `${name}/${split}`));
  const kindOf = (solid: number) => solid % SOLID_KINDS.length;
  const voxels = new Uint8Array(count * size ** 3);
  const work = { task: `build ${name}`, count, chunkSize: SOLIDS_AT_ONCE };
  for await (const { start, end } of inChunks(work, request)) {
    for (let i = start; i < end; i++) {
      const bodies = SOLID_KINDS[kindOf(i)]!.build(random);
      fillGrid(voxels.subarray(i * size ** 3, (i + 1) * size ** 3), size, bodies);
    }
  }
  const { pixels, ...rendered } = await renderGrids(
    { size, count, voxels },
    request,
    `${name}/${split}`,
  );
  return {
    name,
    provenance: `solids built by this project's own code, each rendered ${timesRendered(request)}`,
    size,
    count: rendered.azimuths.length,
    pixels,
    labels: Uint8Array.from(rendered.objects, kindOf),
    classNames: SOLID_KINDS.map((kind) => kind.name),
    truth: { size, voxels, ...rendered },
  };
}
