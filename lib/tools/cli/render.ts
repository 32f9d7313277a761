/**
 * `deno task render`
 *
 * @module
 */
import { join } from "node:path";
import type { Command } from "commander";
import { dataDirOption } from "./config_options.ts";
import { prepare } from "./prepare.ts";
import { action, type Session } from "./session.ts";
import { showLoading } from "./training_progress.ts";

interface RenderFlags {
  readonly checkpoint: string;
  readonly data?: string;
  readonly dataDir: string;
  readonly out: string;
}

/** Adds `deno task render` to the program. */
export function addRender(program: Command): void {
  program.command("render")
    .description("draw a trained model's shapes, one of each class")
    .option("--checkpoint <file>", "the model", "data/checkpoints/mnist-fashion.safetensors")
    .option("--data <mixture>", "images to reconstruct (default: its training data)")
    .addOption(dataDirOption())
    .requiredOption("--out <folder>", "where strips.png and turntable.gif go")
    .action(action("render", async (session, options: RenderFlags) => {
      await prepare(session);
      await render(session, options);
    }));
}

async function render(session: Session, { checkpoint, data, dataDir, out }: RenderFlags) {
  const [
    { loadCheckpoint },
    { loadRunData },
    { Inference },
    { exhibitsOf },
    { solidOf },
    { trainingStrips, turntable },
    { encodePng },
    { encodeGif },
    { writeAtomically },
  ] = await Promise.all([
    import("@/train/checkpoint.ts"),
    import("@/train/run_data.ts"),
    import("@/infer/inference.ts"),
    import("@/show/figures/exhibits.ts"),
    import("@/show/export/solid.ts"),
    import("@/show/plot/figures.ts"),
    import("@/show/plot/bitmap.ts"),
    import("@/show/plot/animation.ts"),
    import("@/engine/files.ts"),
  ]);
  const { config, snapshot, step, notice } = await loadCheckpoint(checkpoint);
  if (notice !== undefined) session.say(`render: ${notice}`);
  const { monitor } = await loadRunData({
    ...config,
    data: data ?? config.data,
    imagesPerObject: 1, // only unseen images are shown
  }, {
    supervision: [],
    dataDir,
    signal: session.signal,
    onProgress: showLoading(session),
  });
  using inference = new Inference(config, snapshot);
  const all = exhibitsOf(inference.reconstruct(monitor.images), monitor.names, config);
  session.progress("Draw");
  const { threshold, makesSolids } = inference;
  const exhibits = monitor.tracked.map((slot) => {
    const exhibit = all[slot]!;
    return makesSolids ? { ...exhibit, grid: solidOf(exhibit.grid, threshold).grid } : exhibit;
  });
  const files = {
    "strips.png": encodePng(trainingStrips(exhibits, step, { threshold })),
    "turntable.gif": encodeGif(turntable(exhibits, { threshold, width: 120, columns: 10 })),
  };
  for (const [name, bytes] of Object.entries(files)) {
    await writeAtomically(join(out, name), bytes);
    session.say(`render: wrote ${join(out, name)}`);
  }
}
