/**
 * The architecture figure, from the stages of a real model (F1).
 *
 * @module
 */
import type { Stage } from "@/model/stage.ts";
import { type Branch, createVae, type VaeConfig } from "@/method/vae.ts";
import type { Architecture, DrawnStage, Link, Panel } from "@/show/plot/architecture_parts.ts";
import type { Bitmap } from "@/show/plot/bitmap.ts";

/** The paper's two ways to find a pose: predicted by the encoder, or free variables. */
const PREDICTED = "encoder" as const;
const FREE = "free" as const;

/** A few words under stages, by name; the angles of a pose are those that it has. */
const NOTES: Readonly<Record<string, string>> = {
  ...Object.fromEntries([1, 2, 3, 4].map((i) => [`conv ${i}`, "3×3, stride 2"])),
  "grid": "dense",
  "deconv 1": "3×3×3, stride 2",
  "deconv 2": "3×3×3, stride 2,\nsigmoid / τ",
  "pose variables": "free, one row\nper batch slot",
  "pose features": "dense, tanh",
  "code": "z and pose,\nor prior",
  "hidden 1": "dense",
  "hidden 2": "dense",
  "drawn?": "dense, sigmoid",
};

/** Puts a stage's words under it. */
function annotated(stage: Stage): DrawnStage {
  const angles = `tanh,\nazimuth (s + 1) π${stage.shape[0] === 2 ? ",\nelevation t π/6" : ""}`;
  const note = stage.name === "encoded s"
    ? `dense, ${angles}`
    : stage.name === "pose s"
    ? angles
    : NOTES[stage.name];
  return note === undefined ? stage : { ...stage, note };
}

/** Gives the stages of a config's model by branch, each with its words. */
function stagesOf(config: VaeConfig): Record<Branch, readonly DrawnStage[]> {
  const { encoder, pose, decoder, texture, opponent } = createVae(config).stages;
  return {
    encoder: encoder.map(annotated),
    pose: pose.map(annotated),
    decoder: decoder.map(annotated),
    texture: texture.map(annotated),
    opponent: opponent.map(annotated),
  };
}

/** Stages that belong together, with the arrows into and out of them. */
interface SideBranch extends Pick<Panel, "title" | "endsUnder" | "isOptional"> {
  readonly stages: readonly DrawnStage[];
  readonly links: readonly Link[];
}

/**
 * Describes the model of a config for `architectureSvg`. Layers and shapes come from the model
 * itself. Parts of the paper that the config leaves out are drawn dashed and come from a model that
 * has them: the other pose, the discriminator, the texture.
 *
 * @param config The model's sizes and parts
 * @param bitmaps Images drawn instead of symbols, by the name of the stage, such as a real `image`
 */
export function architectureOf(
  config: VaeConfig,
  bitmaps: Readonly<Record<string, Bitmap>> = {},
): Architecture {
  const { imageSize, latentSize } = config;
  const { encoder, decoder, texture } = stagesOf({ ...config, texture: true });
  const illustrated = (stage: DrawnStage): DrawnStage => {
    const bitmap = bitmaps[stage.name];
    return bitmap ? { ...stage, bitmap } : stage;
  };
  const inARow = (stages: readonly DrawnStage[]) => stages.map((stage) => [illustrated(stage)]);
  const [features, mean, logVariance] = encoder.slice(-3);
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
  const branches: SideBranch[] = [
    predictedPose(config, features!, rotation),
    discriminator(config, z),
    ...[...new Set<VaeConfig["pose"]>([FREE, config.pose])].filter((pose) => pose !== PREDICTED)
      .map((pose) => unpredictedPose(config, pose, rotation)),
    {
      title: "Texture",
      stages: texture,
      isOptional: !config.texture,
      links: [{ from: projection.name, to: texture[0]!.name, isOptional: !config.texture }],
    },
  ];
  return {
    panels: [
      { title: "Encoder", columns: inARow([...encoder.slice(0, -3), features!]) },
      {
        title: "Shape latent",
        columns: [[illustrated(mean!), illustrated(logVariance!)], [illustrated(z)]],
      },
      { title: "Decoder", columns: inARow(decoder) },
      { title: "Renderer", columns: inARow([rotation, projection]) },
      ...branches.map(({ stages, links: _, ...panel }) => ({
        ...panel,
        columns: inARow(stages),
        row: 1,
      })),
    ],
    links: branches.flatMap(({ links }) => links),
  };
}

/** The pose that the encoder predicts. */
function predictedPose(config: VaeConfig, features: DrawnStage, rotation: DrawnStage): SideBranch {
  const isOptional = config.pose !== PREDICTED;
  const { pose } = stagesOf({ ...config, pose: PREDICTED });
  return {
    title: `Pose: ${PREDICTED}`,
    stages: pose,
    endsUnder: features.name,
    isOptional,
    links: [
      { from: features.name, to: pose[0]!.name, isOptional },
      { from: pose.at(-1)!.name, to: rotation.name, isOptional },
    ],
  };
}

/** A pose that is no function of the image. One label does for the arrows of all poses. */
function unpredictedPose(
  config: VaeConfig,
  name: VaeConfig["pose"],
  rotation: DrawnStage,
): SideBranch {
  const isOptional = config.pose !== name;
  const { pose } = stagesOf({ ...config, pose: name });
  const angles = config.elevation ? "azimuth, elevation" : "azimuth";
  const label = name === FREE ? angles : "";
  return {
    title: `Pose: ${name}`,
    stages: pose,
    endsUnder: rotation.name,
    isOptional,
    links: [{ from: pose.at(-1)!.name, to: rotation.name, label, isOptional }],
  };
}

/** The second player: the config's own, or the one of the paper's adversarial method. */
function discriminator(config: VaeConfig, z: DrawnStage): SideBranch {
  const own = stagesOf(config);
  const isOptional = own.opponent.length === 0;
  const paper = { ...config, objective: "adversarial", pose: PREDICTED } as const;
  const { pose, opponent } = isOptional ? stagesOf(paper) : own;
  const code = opponent[0]!;
  const judgesPose = code.shape[0]! > z.shape[0]!;
  return {
    title: "Discriminator",
    stages: opponent,
    isOptional,
    links: [
      { from: z.name, to: code.name, isOptional },
      ...judgesPose ? [{ from: pose.at(-1)!.name, to: code.name, isOptional }] : [],
    ],
  };
}
