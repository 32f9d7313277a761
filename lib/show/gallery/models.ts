/**
 * The trained models that a gallery shows: shipped checkpoints, and the runs below a folder.
 *
 * @module
 */
import { basename, join } from "node:path";
import type { Config } from "@/config.ts";
import { type Checkpoint, listCheckpoints, loadCheckpoint } from "@/train/checkpoint.ts";

/** A trained model on disk. */
export interface GalleryModel {
  /** How it was trained, such as `searched pose`; models of one label are starts of one method. */
  readonly label: string;
  /** Its config. */
  readonly config: Config;
  /** Steps that it was trained for. */
  readonly step: number;
  /** Its checkpoint. */
  readonly path: string;
  /** The folder of its run, which holds its frames; absent for a checkpoint alone. */
  readonly folder?: string;
}

/** Models, and what could not be read. */
export interface FoundModels {
  /** Checkpoints first, then runs by folder, but those that are not done last. */
  readonly models: readonly GalleryModel[];
  /** One message for each checkpoint that could not be read. */
  readonly unread: readonly string[];
}

/** The two methods that are compared, and the options that train them. */
export const COMPARED = { paper: "paper's method", searched: "searched pose" } as const;

/**
 * Finds models: the newest checkpoint of every run below a folder, however deep, and files. Folders that
 * hold no checkpoint yet are passed over.
 *
 * @param runs The folder of the runs; it need not exist
 * @param files Checkpoints besides them
 */
export async function findModels(runs: string, files: readonly string[]): Promise<FoundModels> {
  const [models, unread]: [GalleryModel[], string[]] = [[], []];
  const add = async (path: string, folder?: string) => {
    try {
      const { config, step }: Checkpoint = await loadCheckpoint(path);
      models.push({ label: labelOf(config), config, step, path, ...(folder && { folder }) });
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      unread.push(`${folder ? basename(folder) : basename(path)}: ${error.message}`);
    }
  };
  for (const path of files) await add(path);
  for await (const folder of runFolders(runs)) {
    const newest = (await listCheckpoints(join(folder, "checkpoints"))).at(-1);
    if (newest !== undefined) await add(newest, folder);
  }
  const isWhole = ({ step, config }: GalleryModel) => step >= config.steps;
  return { models: [...models.filter(isWhole), ...models.filter((it) => !isWhole(it))], unread };
}

/** Finds the folders that hold a run, in order; no run lies inside another, restarts aside. */
async function* runFolders(folder: string): AsyncGenerator<string> {
  const inside = (await namesIn(folder)).map(({ name }) => name);
  if (inside.includes("checkpoints")) {
    yield folder;
    return;
  }
  for (const name of inside.sort()) yield* runFolders(join(folder, name));
}

async function namesIn(folder: string): Promise<Deno.DirEntry[]> {
  try {
    const entries = await Array.fromAsync(Deno.readDir(folder));
    return entries.filter(({ isDirectory }) => isDirectory);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

/** Says how a model was trained, without what the data demands (a texture, asymmetry). */
export function labelOf(config: Config): string {
  const { method, supervision, objective, pose } = config as Config & Record<string, unknown>;
  if (method === "searched") {
    const told = supervision === undefined || supervision === "none"
      ? ""
      : `, ${supervision} known`;
    return COMPARED.searched + told;
  }
  if (method === "vae" && objective === "mu-vae" && pose === "free") return COMPARED.paper;
  return [objective ?? method, pose && `${pose} pose`].filter(Boolean).join(", ");
}

/**
 * Picks one model of each label, the paper's method first, then the searched pose: the one that was
 * trained longest, of equals the first.
 */
export function oneOfEach(models: readonly GalleryModel[]): GalleryModel[] {
  const best = new Map<string, GalleryModel>();
  for (const model of models) {
    const known = best.get(model.label);
    if (!known || model.step > known.step) best.set(model.label, model);
  }
  const order: readonly string[] = Object.values(COMPARED);
  const rank = ({ label }: GalleryModel) => order.includes(label) ? order.indexOf(label) : 2;
  return [...best.values()].sort((a, b) => rank(a) - rank(b));
}
