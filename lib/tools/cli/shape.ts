/**
 * `deno task shape`
 *
 * @module
 */
import { join } from "node:path";
import type { Command } from "commander";
import type { Checkpoint } from "@/train/checkpoint.ts";
import { prepare } from "./prepare.ts";
import { action, type Session } from "./session.ts";

interface ShapeFlags {
  readonly checkpoint: string;
  readonly refine: boolean;
  readonly out: string;
}

/** Adds `deno task shape` to the program. */
export function addShape(program: Command): void {
  program.command("shape")
    .description("turn images into 3D shapes: a mesh (.glb) and a turning view (.gif) of each")
    .argument("<images...>", "PNG or JPEG files of one object each")
    .option("--checkpoint <file>", "the model", "data/checkpoints/searched-digits.safetensors")
    .option("--no-refine", "take the model's first guess, which fits the image less closely")
    .option("--out <folder>", "where the files go", "shapes")
    .action(action("shape", async (session, paths: string[], options: ShapeFlags) => {
      await prepare(session);
      const { loadCheckpoint } = await import("@/train/checkpoint.ts");
      const checkpoint = await loadCheckpoint(options.checkpoint);
      if (checkpoint.notice !== undefined) session.say(`shape: ${checkpoint.notice}`);
      await makeShapes(session, paths, checkpoint, options);
    }));
}

async function makeShapes(
  session: Session,
  paths: readonly string[],
  checkpoint: Checkpoint,
  flags: ShapeFlags,
): Promise<void> {
  const [
    { Inference },
    { imageErrors },
    { refine },
    { imagesIn },
    { folderOf },
    { shapeFiles },
    { exhibitsOf },
    { writeAtomically },
  ] = await Promise.all([
    import("@/infer/inference.ts"),
    import("@/infer/held_out.ts"),
    import("@/infer/refine.ts"),
    import("@/show/export/chosen_images.ts"),
    import("@/show/export/shape_archive.ts"),
    import("@/show/export/shape_files.ts"),
    import("@/show/figures/exhibits.ts"),
    import("@/engine/files.ts"),
  ]);
  const { config, snapshot } = checkpoint;
  const { images, names, notices } = await imagesIn(paths, config.imageSize);
  for (const notice of notices) session.say(`shape: ${notice}`);
  const batchSize = Math.min(names.length, config.batchSize);
  using inference = new Inference(config, snapshot, { batchSize });
  const { threshold, makesSolids, canRefine } = inference;
  const guess = inference.reconstruct(images);
  const isRefined = flags.refine && canRefine;
  if (isRefined) session.progress("Refine");
  const made = isRefined ? refine(config, snapshot, images) : guess;
  const errors = imageErrors(images, guess);
  const taken: string[] = [];
  for (const [i, exhibit] of exhibitsOf(made, names, config).entries()) {
    session.progress("Draw", i, names.length, "shapes");
    const files = await shapeFiles(exhibit, { threshold, isSolid: makesSolids });
    const name = folderOf(exhibit.label, taken);
    taken.push(name);
    for (const [suffix, bytes] of Object.entries(files)) {
      const path = join(flags.out, name + suffix);
      await writeAtomically(path, bytes);
      session.say(`shape: wrote ${path}`);
    }
  }
  await sayFit(session, names.map((name, i) => ({ name, error: errors[i]! })), checkpoint);
}

/** Says how well the model knows what the images show. */
async function sayFit(
  { say }: Session,
  images: readonly { readonly name: string; readonly error: number }[],
  { heldOutErrors, config }: Checkpoint,
): Promise<void> {
  const { FAMILIAR, shareBelow } = await import("@/infer/held_out.ts");
  if (heldOutErrors === undefined) {
    say("shape: the checkpoint is too old to tell whether the model knows such images");
    return;
  }
  const of = `unseen images of ${config.data}`;
  const judged = images.map(({ name, error }) => {
    const share = shareBelow(error, heldOutErrors);
    const percent = Math.round(100 * share);
    say(
      `shape: ${name}: fits with an error of ${error.toFixed(3)}; ${percent} % of ${of} fit better`,
    );
    return { name, share };
  });
  const unknown = judged.filter(({ share }) => share >= FAMILIAR).map(({ name }) => name);
  if (unknown.length === 0) return;
  say(
    `\n*** UNKNOWN KIND: ${unknown.join(", ")}. The model was trained on ${config.data} and fits ` +
      `this worse than nearly all of those; the shape is probably wrong.`,
  );
  say(
    "Train on a few hundred images of the same kind, then name the new checkpoint with --checkpoint:\n" +
      "deno task train --preset quick --method searched --data images:FOLDER --out data/runs/mine\n",
  );
}
