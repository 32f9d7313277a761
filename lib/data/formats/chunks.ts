/**
 * Splits long work on many images into chunks, with progress and cancellation.
 *
 * @module
 */
import type { LoadRequest } from "@/data/source.ts";

/** Work on images 0 to count - 1. */
export interface ChunkedWork {
  /** The task, as in `Progress.task`. */
  readonly task: string;
  /** Number of images. */
  readonly count: number;
  /** Images between two yields to the event loop. */
  readonly chunkSize: number;
}

/**
 * Yields the work chunk by chunk. Before each it lets the event loop run and checks the signal;
 * after each it reports progress.
 *
 * @param work The number of images and the chunk size
 * @param request Uses `onProgress` and `signal`
 * @returns Ranges of images; `end` is exclusive
 */
export async function* inChunks(
  { task, count, chunkSize }: ChunkedWork,
  { onProgress, signal }: LoadRequest,
): AsyncGenerator<{ start: number; end: number }> {
  for (let start = 0; start < count; start += chunkSize) {
    await new Promise((resolve) => setTimeout(resolve));
    signal?.throwIfAborted();
    const end = Math.min(start + chunkSize, count);
    yield { start, end };
    onProgress?.({ task, done: end, total: count, unit: "images" });
  }
}
