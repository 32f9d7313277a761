/**
 * `deno task export`
 *
 * @module
 */
import { type Command, InvalidArgumentError } from "commander";
import type { NamedImages } from "@/show/export/chosen_images.ts";
import type { Exported } from "@/show/export/shape_archive.ts";
import type { SolidReport } from "@/show/export/solid.ts";
import type { Checkpoint } from "@/train/checkpoint.ts";
import { dataDirOption } from "./config_options.ts";
import { prepare } from "./prepare.ts";
import { action, checkTyped, Misuse, type Session } from "./session.ts";
import { showLoading } from "./training_progress.ts";

interface ExportFlags {
  readonly checkpoint: string;
  readonly data?: string;
  readonly class?: readonly string[];
  readonly index?: readonly string[];
  readonly image?: readonly string[];
  readonly threshold?: number;
  readonly refine?: boolean;
  readonly raw?: boolean;
  readonly dataDir: string;
  readonly out?: string;
  readonly html?: string;
  readonly weights?: string;
}

/** Adds `deno task export` to the program. */
export function addExport(program: Command): void {
  program.command("export")
    .description(
      "write shapes as meshes (.glb, .obj) and voxels (.npy), with figures, in one zip; or the model",
    )
    .option("--checkpoint <file>", "the model", "data/checkpoints/mnist-fashion.safetensors")
    .option("--data <mixture>", "source of test images (default: the model's training data)")
    .option("--class <names...>", "one image of each class (default: every class)")
    .option("--index <numbers...>", "images by index in each set, from 0")
    .option(
      "--image <files...>",
      "your own PNG or JPEG images: an object on a plain or transparent ground",
    )
    .option(
      "--threshold <occupancy>",
      "occupancy of the surface (default: the method's, 0.05 for vae)",
      parseOccupancy,
    )
    .option(
      "--refine",
      "fit each shape to its image (searched only): about a second each on two CPU cores",
    )
    .option(
      "--raw",
      "shapes as predicted: hollow where no level view shows it, with gaps and specks (searched only)",
    )
    .addOption(dataDirOption())
    .option("--out <file>", "the zip file")
    .option(
      "--html <file.html>",
      "the same shapes beside their images, on one page to turn them on",
    )
    .option(
      "--weights <file.safetensors>",
      "write the model itself, to be used and not resumed: its weights alone, in half precision",
    )
    .action(action("export", async (session, options: ExportFlags) => {
      const { out, html, weights } = options;
      if (out === undefined && html === undefined && weights === undefined) {
        throw new Misuse(
          "Cannot export: --out, --html or --weights must be given, got neither; --out FILE.zip writes " +
            "shapes, --html FILE.html a page of them, --weights FILE.safetensors the model",
        );
      }
      await prepare(session);
      const { loadCheckpoint } = await import("@/train/checkpoint.ts");
      const checkpoint = await loadCheckpoint(options.checkpoint);
      if (checkpoint.notice !== undefined) session.say(`export: ${checkpoint.notice}`);
      if (weights !== undefined) await exportWeights(session, checkpoint, weights);
      if (out !== undefined || html !== undefined) await exportAll(session, checkpoint, options);
    }));
}

async function exportWeights(
  session: Session,
  checkpoint: Checkpoint,
  path: string,
): Promise<void> {
  const { saveWeights } = await import("@/train/checkpoint.ts");
  const byteCount = await saveWeights(path, checkpoint);
  session.say(`export: wrote ${path} (${Math.ceil(byteCount / 1000)} kB), for inference alone`);
}

async function exportAll(
  session: Session,
  checkpoint: Checkpoint,
  options: ExportFlags,
): Promise<void> {
  const [
    { Inference },
    { refine },
    { exhibitsOf },
    { recordOf },
    { exportShapes },
  ] = await Promise.all([
    import("@/infer/inference.ts"),
    import("@/infer/refine.ts"),
    import("@/show/figures/exhibits.ts"),
    import("@/show/figures/run_record.ts"),
    import("@/show/export/shape_archive.ts"),
  ]);
  const since = performance.now();
  const { config, snapshot, step } = checkpoint;
  const { images, names } = await chooseImages(session, checkpoint, options);
  const batchSize = Math.min(names.length, config.batchSize);
  using inference = new Inference(config, snapshot, { batchSize });
  if (options.refine) session.progress("Refine");
  const reconstruction = options.refine
    ? checkTyped(() => refine(config, snapshot, images))
    : inference.reconstruct(images);
  const squares = reconstruction.rendering.map((value, i) => (value - images[i]!) ** 2);
  const meanSquaredErrorPerPixel = squares.reduce((sum, it) => sum + it, 0) / squares.length;
  const record = recordOf({ config: { ...config }, since, metrics: { meanSquaredErrorPerPixel } });
  const chosen = {
    record,
    step,
    threshold: options.threshold ?? inference.threshold,
    isSolid: inference.makesSolids && !options.raw,
  };
  const exhibits = exhibitsOf(reconstruction, names, config);
  session.progress("Export");
  if (options.out !== undefined) {
    tellOfZip(session, await exportShapes(options.out, exhibits, chosen));
  }
  if (options.html !== undefined) {
    const { writeShapesPage } = await import("@/show/gallery/shapes_page.ts");
    const shown = { ...chosen, checkpoint, reconstruction, images, isRefined: options.refine };
    const byteCount = await writeShapesPage(options.html, exhibits, shown);
    session.say(`export: wrote ${options.html} (${Math.ceil(byteCount / 1000)} kB)`);
  }
}

function tellOfZip(session: Session, { file, byteCount, shapes }: Exported): void {
  for (const { folder, voxels, triangles, solid } of shapes) {
    const done = solid ? `; ${inWords(solid)}` : "";
    session.say(`export: ${folder}: ${voxels} voxels, ${triangles} triangles${done}`);
  }
  session.say(`export: wrote ${file} (${Math.ceil(byteCount / 1000)} kB)`);
}

/** Loads the chosen images; by default one of every class. */
async function chooseImages(
  session: Session,
  { config }: Checkpoint,
  options: ExportFlags,
): Promise<NamedImages> {
  const [{ joined, imagesWithNames, imagesIn, imagesOfClasses }, { loadRunData }] = await Promise
    .all([import("@/show/export/chosen_images.ts"), import("@/train/run_data.ts")]);
  const { class: classes, index, image } = options;
  const { notices, ...own } = await imagesIn(image ?? [], config.imageSize);
  for (const notice of notices) session.say(`export: ${notice}`);
  if (image && !classes && !index) return own; // needs no data set
  const { monitor, tests } = await loadRunData({
    ...config,
    data: options.data ?? config.data,
    imagesPerObject: 1, // only unseen images are shown
  }, {
    supervision: [],
    dataDir: options.dataDir,
    signal: session.signal,
    onProgress: showLoading(session),
  });
  return checkTyped(() =>
    joined([
      imagesOfClasses(monitor, index ? classes ?? [] : classes),
      imagesWithNames(tests.map(({ set }) => set), index?.map(Number) ?? []),
      own,
    ])
  );
}

/** Says what was done to make a shape solid. */
function inWords({ pieces, hidden, gaps, specks }: SolidReport): string {
  const counted = (count: number, name: string) => `${count} ${name}${count === 1 ? "" : "s"}`;
  const share = (100 * specks.share).toFixed(1);
  return `${counted(pieces, "piece")}, ${counted(hidden, "hidden voxel")} filled, ` +
    `${counted(gaps.count, "gap")} closed, ` +
    `${counted(specks.count, "speck")} dropped (${share} % of the voxels)`;
}

function parseOccupancy(text: string): number {
  const occupancy = Number(text);
  if (!(occupancy > 0 && occupancy <= 1)) {
    throw new InvalidArgumentError("It must be a number > 0 and <= 1.");
  }
  return occupancy;
}
