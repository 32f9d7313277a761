/**
 * Checkpoints in a notebook: loaded as everywhere, and what is to be known of them shown.
 *
 * @module
 */
import { type Checkpoint, loadCheckpoint } from "@/train/checkpoint.ts";
import { show } from "./display.ts";

/**
 * Loads a checkpoint as `loadCheckpoint` does and shows its notice, if it has one, under the cell.
 *
 * @param path The checkpoint
 * @throws What `loadCheckpoint` throws, and `show` where there is a notice
 */
export async function openCheckpoint(path: string): Promise<Checkpoint> {
  const checkpoint = await loadCheckpoint(path);
  const { notice } = checkpoint;
  if (notice !== undefined) await show({ markdown: `> **Note:** ${notice}.` });
  return checkpoint;
}
