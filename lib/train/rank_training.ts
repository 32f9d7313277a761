/**
 * Trains one run in several processes: the first keeps its folder, the others compute beside it.
 *
 * @module
 */
import type { Config } from "@/config.ts";
import type { Mpi } from "@/engine/mpi.ts";
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from "./checkpoint.ts";
import { endOf, isSavedAt, SERVE_MS, train, type TrainOptions, type TrainResult } from "./loop.ts";
import { inRanks, type RankPlace } from "./place/ranks.ts";
import { createTrainer } from "./trainer.ts";

/**
 * Trains a run in all processes of MPI, each of which calls this. The losses are those of the same replicas
 * in one process, but for the order of sums.
 *
 * The first process needs the folder, which the others never touch: they get from it where the run goes on
 * from. If one throws, it must end the others (`Mpi.abort`), which wait for it.
 *
 * @param mpi The processes
 * @param config What to train
 * @param options As for `train`; batches are those of `replicasOf(mpi, config.replicas)`, and any process's
 *   signal stops all of them after the same step
 * @throws {RangeError} If replicas cannot be shared out equally
 * @throws What `train` throws, in the first process
 */
export async function trainInRanks(
  mpi: Mpi,
  config: Config,
  options: Omit<TrainOptions, "place" | "onStart">,
): Promise<TrainResult> {
  const place = inRanks(mpi, config.replicas, options.signal);
  if (mpi.rank === 0) {
    const onStart = (start?: Checkpoint) => {
      mpi.share(0, start ? encodeCheckpoint(start) : new Uint8Array());
    };
    return await train(config, { ...options, place, signal: place.stop, onStart });
  }
  const bytes = mpi.share(0, new Uint8Array());
  const start = bytes.length > 0 ? decodeCheckpoint(bytes, "checkpoint of rank 0") : undefined;
  return await follow(config, { ...options, place, ...(start && { start }) });
}

interface FollowOptions extends Pick<TrainOptions, "batches" | "until" | "eager"> {
  readonly place: RankPlace;
  readonly start?: Checkpoint;
}

/** Takes the steps that the first process takes, and gives it what checkpoints hold whenever it saves one. */
async function follow(config: Config, options: FollowOptions): Promise<TrainResult> {
  const { batches, place, start, eager = false } = options;
  const end = endOf(config, options);
  using trainer = createTrainer(config, {
    place,
    eager,
    ...(start && { snapshot: start.snapshot }),
  });
  let step = start?.step ?? 0;
  let saved = step;
  let servedAt = performance.now();
  while (step < end && !place.stop.aborted) {
    const { images, truth } = batches.batch(step);
    trainer.train(images, step, truth);
    step++;
    if (isSavedAt(step, end, config)) {
      trainer.snapshot();
      saved = step;
    }
    if (performance.now() - servedAt < SERVE_MS) continue;
    trainer.losses(); // the first process writes them down
    await new Promise((resolve) => setTimeout(resolve)); // lets signals in
    servedAt = performance.now();
  }
  if (saved !== step) trainer.snapshot();
  return { step, isStopped: step < end };
}
