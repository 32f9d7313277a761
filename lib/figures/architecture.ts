/**
 * The architecture figure, from the stages of a real model (F1).
 *
 * @module
 */
import type { Config } from "@/config.ts";
import { createModel } from "@/model/vae.ts";
import type { Architecture, DrawnStage } from "@/plot/architecture.ts";
import type { Picture } from "@/plot/picture.ts";

/**
 * Describes the model of a config for `architectureSvg`. Its layers and their shapes are asked of the
 * model; the texture is drawn dashed where the config leaves it out.
 *
 * @param config The model's sizes and parts
 * @param pictures Drawn instead of symbols, by the name of the stage, such as a real `image`
 */
export function architectureOf(
  config: Config,
  pictures: Readonly<Record<string, Picture>> = {},
): Architecture {
  const { imageSize, latentSize } = config;
  const { encoder, pose, decoder, texture } = createModel({ ...config, texture: true }).stages;
  const illustrated = (stage: DrawnStage): DrawnStage => {
    const picture = pictures[stage.name];
    return picture ? { ...stage, picture } : stage;
  };
  const inARow = (stages: readonly DrawnStage[]) => stages.map((stage) => [illustrated(stage)]);
  const [last, mean, logVariance] = encoder.slice(-3);
  const z: DrawnStage = {
    name: "z",
    kind: "sample",
    shape: [latentSize - 1],
    note: "mean + ε exp(½ logvar)",
  };
  const side = [imageSize, imageSize, imageSize];
  const rotation: DrawnStage = { name: "rotation", kind: "rotate", shape: side, note: "trilinear" };
  const projection: DrawnStage = {
    name: "projection",
    kind: "project",
    shape: [imageSize, imageSize, 1],
    note: "1 − exp(−τ Σ density)",
  };
  const azimuth = pose.at(-1)!;
  const isOptional = !config.texture;
  return {
    panels: [
      { title: "Encoder", columns: inARow([...encoder.slice(0, -3), last!]) },
      {
        title: "Shape latent",
        columns: [[illustrated(mean!), illustrated(logVariance!)], [illustrated(z)]],
      },
      { title: "Decoder", columns: inARow(decoder) },
      { title: "Renderer", columns: inARow([rotation, projection]) },
      { title: `Pose: ${config.pose}`, columns: inARow(pose), row: 1, endsUnder: rotation.name },
      { title: "Texture", columns: inARow(texture), row: 1, isOptional },
    ],
    links: [
      { from: azimuth.name, to: rotation.name, label: "azimuth" },
      { from: projection.name, to: texture[0]!.name, isOptional },
    ],
  };
}
