/**
 * Objectives: what is minimised beside the reconstruction error. This is the one place to add one.
 *
 * Every term is in squared error or nats per picture: summed over pixels or units, averaged over the
 * batch, so the terms of different objectives can be compared.
 *
 * @module
 */
import type { Config } from "@/config.ts";
import type { Forward } from "@/model/vae.ts";
import type * as tf from "@/tf.ts";
import { elbo } from "./elbo.ts";
import { muVae } from "./mu_vae.ts";

/** Terms of a loss, by name; the loss is their sum. */
export type Terms = Record<string, tf.Scalar>;

/** What the latents are asked to be. */
export interface Objective {
  /** Gives the weighted terms of one batch; a plain function of tensors. */
  terms(forward: Forward): Terms;
}

/** Every objective, by the name that a config gives. */
export const OBJECTIVES: Readonly<Record<string, (config: Config) => Objective>> = {
  "mu-vae": ({ beta }) => muVae(beta),
  elbo: ({ beta }) => elbo(beta),
};
