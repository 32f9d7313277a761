/**
 * `deno task data`
 *
 * @module
 */
import { type Command, Option } from "commander";
import type { ImageSet } from "@/data/image_set.ts";
import { PRESETS } from "@/method/registry.ts";
import { prepare } from "./prepare.ts";
import { action, checkTyped, Misuse, type Outcome, type Session } from "./session.ts";
import { showLoading } from "./training_progress.ts";

/** Sets with more classes are shown without counts. */
const MOST_LISTED = 40;

/** Adds `deno task data` to the program. */
export function addData(program: Command): void {
  const { data } = PRESETS.paper;
  program.command("data")
    .description("fetch, convert and check data sets")
    .argument(
      "[sets...]",
      "mnist, fashion-mnist, celeba, modelnet40, embedded, images:PATH, squares:PATH, voxels:PATH, " +
        `meshes:PATH, #CLASS+CLASS after any with classes; or a mixture like paper (default: ${data})`,
    )
    .addOption(
      new Option("--data-dir <folder>", "where the sets are, or go")
        .env("SHAPES_DATA_DIR").default("data"),
    )
    .option("--preview <file.png>", "draw what the model sees of images:PATH beside the originals")
    .action(action("data", async (session, sets: string[], options: DataFlags) => {
      const { dataDir, preview } = options;
      if (preview !== undefined) requireOwnImages(sets);
      await prepare(session);
      const outcome = await load(session, sets.length > 0 ? sets : [data], dataDir);
      if (preview !== undefined) await drawPreview(session, sets[0]!, { dataDir, preview });
      return outcome;
    }));
}

interface DataFlags {
  readonly dataDir: string;
  readonly preview?: string;
}

function requireOwnImages(sets: readonly string[]): void {
  if (sets.length === 1 && /^(images|squares):[^+,]+$/.test(sets[0]!)) return;
  throw new Misuse(
    "Cannot draw a preview: the set must be one images:PATH or squares:PATH, got " +
      (sets.join(" ") || "none"),
  );
}

async function drawPreview(
  session: Session,
  set: string,
  { dataDir, preview }: Required<DataFlags>,
): Promise<void> {
  const [{ parseMixture }, { photoSheet }, { encodePng }, { writeAtomically }] = await Promise.all([
    import("@/data/mixture.ts"),
    import("@/show/figures/photo_sheet.ts"),
    import("@/show/plot/bitmap.ts"),
    import("@/engine/files.ts"),
  ]);
  const { imageSize } = PRESETS.paper;
  const { signal } = session;
  const onProgress = showLoading(session);
  const specification = parseMixture(set)[0]!.specifications[0]!; // without its ratio
  const sheet = await photoSheet(specification, { dataDir, imageSize, signal, onProgress });
  await writeAtomically(preview, encodePng(sheet.bitmap));
  session.say(`data: wrote ${preview}: ${sheet.shown} of ${sheet.count} images`);
}

/** Loads the sets one by one; continues if one cannot be fetched. */
async function load(session: Session, sets: string[], dataDir: string): Promise<Outcome> {
  // Rendering voxels loads TensorFlow, so import after set-up.
  const [{ DownloadError }, { parseMixture }, { loadImageSet }] = await Promise.all([
    import("@/data/download.ts"),
    import("@/data/mixture.ts"),
    import("@/data/sources.ts"),
  ]);
  const parts = sets.flatMap((text) => checkTyped(() => parseMixture(text)));
  const { seed, imageSize } = PRESETS.paper; // as a run does, so that nothing is converted twice
  const { signal } = session;
  const options = { dataDir, seed, imageSize, signal, onProgress: showLoading(session) };
  let exitCode = 0;
  for (const specification of parts.flatMap(({ specifications }) => specifications)) {
    try {
      for (const split of ["train", "test"] as const) {
        const set = await loadImageSet(specification, split, options);
        for (const line of describe(`${specification} ${split}`, set)) session.say(line);
      }
    } catch (error) {
      if (!(error instanceof DownloadError)) throw error;
      session.say(`${specification}: ${error.message}`);
      exitCode = 1;
    }
  }
  return { exitCode };
}

/** Describes a set: size, provenance, classes, and what was left out. */
function describe(name: string, set: ImageSet): string[] {
  const { count, size, provenance, labels, classNames, leftOut = [] } = set;
  const counts = classNames?.map((className, label) =>
    `${className} ${labels!.reduce((sum, each) => sum + Number(each === label), 0)}`
  );
  return [
    `${name}: ${count} images of ${size} x ${size} pixels`,
    `  ${provenance}`,
    ...(counts && counts.length <= MOST_LISTED ? [`  ${counts.join(", ")}`] : []),
    ...(leftOut.length > 0 ? [`  ${leftOut.length} left out:`] : []),
    ...leftOut.map((reason) => `    ${reason}`),
  ];
}
