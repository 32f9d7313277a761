/**
 * Objectives: what is minimised beside the reconstruction error. This is the one place to add one.
 *
 * Every term is in squared error or nats per image: summed over pixels or units, averaged over the
 * batch, so the terms of different objectives can be compared.
 *
 * @module
 */
import type { Config } from "@/config.ts";
import type { Parameters, Pass } from "@/model/parameters.ts";
import type { Stage } from "@/model/stage.ts";
import type { Forward } from "@/method/vae.ts";
import type * as tf from "@/engine/tf.ts";
import { adversarial } from "./adversarial.ts";
import { elbo } from "./elbo.ts";
import { mmd } from "./mmd.ts";
import { muVae } from "./mu_vae.ts";

/** Terms of a loss, by name; the loss is their sum. */
export type Terms = Record<string, tf.Scalar>;

/** What an objective looks at: the latents of a forward pass. */
export type Latents = Pick<Forward, "posterior" | "z" | "pose">;

/** Units of the latents that are inferred, which a prior may judge. */
export interface LatentSizes {
  /** Units of the shape latent. */
  readonly shape: number;
  /** Angles of the pose: 0 where poses are given, 1 for an azimuth, 2 with an elevation. */
  readonly pose: number;
}

/** What the latents are asked to be. */
export interface Objective {
  /** Gives the weighted terms of one batch; a plain function of tensors. */
  terms(pass: Pass, latents: Latents): Terms;
  /** A second player, where the objective is a game. */
  readonly opponent?: Opponent;
}

/**
 * A second player: before each batch moves the model, it moves the opponent against a loss of its
 * own. The model's loss moves nothing of the opponent, and the other way round.
 */
export interface Opponent {
  /** Its parameters. */
  readonly parameters: Parameters;
  /** Its stages, for the architecture figure. */
  readonly stages: readonly Stage[];
  /** Gives the terms of its loss of one batch; a plain function of tensors. */
  terms(pass: Pass, latents: Latents): Terms;
}

/** Every objective, by the name that a config gives; `BETAS` holds the weight of each. */
export const OBJECTIVES: Readonly<
  Record<string, (config: Config, sizes: LatentSizes) => Objective>
> = {
  "mu-vae": ({ beta }) => muVae(beta),
  elbo: ({ beta }) => elbo(beta),
  "beta-vae": ({ beta }) => elbo(beta), // the bound with a weight other than 1 (Higgins et al., 2017)
  mmd: ({ beta, batchSize }, sizes) => mmd({ beta, batchSize, sizes }),
  adversarial: ({ beta }, sizes) => adversarial(beta, sizes),
};
