/**
 * `deno task gallery`
 *
 * @module
 */
import { basename, dirname, join } from "node:path";
import type { Command } from "commander";
import type { FoundModels } from "@/show/gallery/models.ts";
import { PROJECT } from "@/tools/setup/layout.ts";
import { dataDirOption } from "./config_options.ts";
import { prepare } from "./prepare.ts";
import { action, type Session } from "./session.ts";
import { showLoading } from "./training_progress.ts";

interface GalleryFlags {
  readonly out: string;
  readonly runs: string;
  readonly checkpoint?: readonly string[];
  readonly dataDir: string;
  readonly picture?: string;
}

/** The checkpoints that come with the project. */
const SHIPPED = ["mnist-fashion.safetensors", "searched-digits.safetensors"]
  .map((name) => join(PROJECT.root, "data", "checkpoints", name));

/** What the page says first. */
const WORDS = [
  "Each model has learnt 3D shapes from single flat images: no second view, no pose and no 3D were given. " +
  "From one image that it has never seen it makes the shapes below.",
  "An error is the squared difference per pixel between an image and the rendering of its shape; pieces are " +
  "counted in the shape as shown. The searched pose takes what no level view can show for matter, the " +
  "paper's method leaves it empty.",
];

/** Adds `deno task gallery` to the program. */
export function addGallery(program: Command): void {
  program.command("gallery")
    .description(
      "show what all trained models make of images on one page, to be turned in a browser",
    )
    .requiredOption("--out <file>", "the page, one HTML file that needs no network")
    .option("--runs <folder>", "where runs lie, however deep", "data/runs")
    .option("--checkpoint <files...>", "models besides the runs (default: the shipped ones)")
    .addOption(dataDirOption())
    .option("--picture <file.png>", "a picture of the page too, with its record; needs Chromium")
    .action(action("gallery", async (session, options: GalleryFlags) => {
      await prepare(session);
      await makeGallery(session, options);
    }));
}

async function makeGallery(session: Session, options: GalleryFlags) {
  const since = performance.now();
  const { out, runs, checkpoint, dataDir, picture } = options;
  const [
    { findModels },
    { gallerySections },
    { galleryPage },
    { readQuality },
    { writeAtomically },
  ] = await Promise.all([
    import("@/show/gallery/models.ts"),
    import("@/show/gallery/sections.ts"),
    import("@/show/gallery/page.ts"),
    import("@/show/figures/quality.ts"),
    import("@/engine/files.ts"),
  ]);
  const found = await findModels(runs, checkpoint ?? SHIPPED);
  session.say(`gallery: found ${found.models.length} models`);
  const { sections, missing } = await gallerySections(found, {
    dataDir,
    signal: session.signal,
    onProgress: showLoading(session),
    onSection: (title, done, total) => session.progress(title, done, total),
  });
  const { html, leftOut } = galleryPage({
    title: "3D shapes from single images",
    words: WORDS,
    sections,
    scores: await readQuality(join(PROJECT.notebooks, "quality")),
    missing,
  });
  const bytes = new TextEncoder().encode(html);
  await writeAtomically(out, bytes);
  for (const { title, items } of sections.filter(({ title }) => !leftOut.includes(title))) {
    session.say(`gallery: ${title}: ${items.length} images`);
  }
  for (const words of missing) session.say(`gallery: missing: ${words}`);
  for (const title of leftOut) session.say(`gallery: no room: ${title}`);
  session.say(`gallery: wrote ${out} (${Math.ceil(bytes.length / 1000)} kB)`);
  if (picture !== undefined) await savePicture(session, found, { out, picture, since });
}

async function savePicture(
  session: Session,
  { models }: FoundModels,
  { out, picture, since }: { out: string; picture: string; since: number },
): Promise<void> {
  const [{ galleryPicture, findChromium }, { recordOf }, { saveFigure }] = await Promise.all([
    import("@/tools/pictures/gallery_picture.ts"),
    import("@/show/figures/run_record.ts"),
    import("@/show/plot/figure_file.ts"),
  ]);
  session.progress("Picture");
  const bytes = await galleryPicture(out, findChromium(Deno.env.toObject()));
  const listed = models.map(({ label, config, step }) => ({ label, data: config.data, step }));
  const seed = models[0]?.config.seed ?? 0;
  const record = recordOf({
    config: { seed, models: listed },
    since,
    metrics: { models: listed.length },
  });
  const name = basename(picture, ".png");
  const { file, byteCount } = await saveFigure(name, bytes, record, { folder: dirname(picture) });
  session.say(`gallery: wrote ${file} (${Math.ceil(byteCount / 1000)} kB)`);
}
