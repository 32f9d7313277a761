/**
 * Cuts long work on many images into pieces, so that it can be watched and stopped.
 *
 * @module
 */
import type { LoadRequest } from "@/data/source.ts";

/** Work on images 0 to count - 1. */
export interface ChunkedWork {
  /** What is going on; `Progress.task` shows it. */
  readonly task: string;
  /** How many images there are. */
  readonly count: number;
  /** How many are worked on before others get a turn. */
  readonly chunkSize: number;
}

/**
 * Gives one piece of the work after the other. Before each it lets timers and input have their turn
 * and looks at the signal; after each it tells the progress.
 *
 * @param work How much there is, and the size of a piece
 * @param request `onProgress` and `signal` count
 * @returns Ranges of images, `start` included and `end` not
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
