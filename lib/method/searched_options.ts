/**
 * The options of the searched pose.
 *
 * @module
 */
import { z } from "zod";
import { field, type RunConfig, type ValuesOf } from "@/config.ts";

const weight = (value: number, flag: string, help: string) =>
  field(z.number().min(0).default(value), `--${flag} <weight>`, help);

/** The options. Choice: the values of the recipe's ablations. */
export const SEARCHED_OPTIONS = {
  latentSize: field(z.int().min(2).default(19), "--latent <units>", "units of the latent"),
  filters: field(
    z.int().min(32).multipleOf(32).default(64),
    "--filters <count>",
    "channels of the encoder's first layer",
  ),
  asymmetric: field(
    z.boolean().default(false),
    "--asymmetric",
    "shapes need not be their own mirror image, and azimuths are not folded",
  ),
  elevation: field(
    z.boolean().default(false),
    "--elevation",
    "search for an elevation of 0 to 30 degrees as well; steps take twice as long",
  ),
  texture: field(
    z.boolean().default(false),
    "--texture",
    "silhouettes make the shapes, voxels have a brightness: for grey photographs on black; " +
      "steps take 1.5 times as long",
  ),
  kl: weight(1, "kl", "weight of the latent's divergence from N(0, I)"),
  realism: weight(2, "realism", "weight of the discriminator's loss on unseen views"),
  cycle: weight(1, "cycle", "weight of finding a shape again in an unseen view"),
  solidity: weight(0.5, "solidity", "weight of the maximum projection's error"),
  stretch: weight(0.1, "stretch", "largest stretch of images, as a logarithm, from half-time on"),
  supervision: field(
    z.enum(["none", "pose", "shape"]).default("none"),
    "--supervision <what>",
    "what training is told besides images: none, pose (true azimuths) or shape (true shapes)",
  ),
  learningRate: field(
    z.number().positive().default(1e-3),
    "--learning-rate <rate>",
    "Adam's step size",
  ),
};

/** The config of a run of this method. */
export type SearchedConfig = RunConfig & ValuesOf<typeof SEARCHED_OPTIONS>;
