/**
 * Every objective, by name. This is the one place to add one.
 *
 * @module
 */
import { adversarial } from "./adversarial.ts";
import { elbo } from "./elbo.ts";
import { mmd } from "./mmd.ts";
import { muVae } from "./mu_vae.ts";
import type { Objective, ObjectiveOptions } from "./objective.ts";

/** An objective that can be chosen. */
export interface ObjectiveChoice {
  /** The weight of its latent term where a user names none. */
  readonly beta: number;
  /** Makes it. */
  readonly create: (options: ObjectiveOptions) => Objective;
}

/**
 * Every objective, by the name that an option gives. Paper: weight 1 for its own. Choice:
 * - `beta-vae`: 4, as for the 2D shapes of Higgins et al. (ICLR 2017); 1 would be the ELBO.
 * - `mmd`: 200, that is WAE's 10 for MNIST against 0.05 of the squared error (its released code).
 * - `adversarial`: 10. After 1,800 steps on MNIST (batch 32, 32 filters) the discriminator told 96 %
 *   of codes and draws apart with 1, 71 % with 10 and 61 % with 30; the variance of a latent unit was
 *   1.85, 1.05 and 0.96 (prior: 1), the image loss 20, 35 and 50.
 */
export const OBJECTIVES = {
  "mu-vae": { beta: 1, create: ({ beta }) => muVae(beta) },
  elbo: { beta: 1, create: ({ beta }) => elbo(beta) },
  "beta-vae": { beta: 4, create: ({ beta }) => elbo(beta) }, // the bound with another weight than 1
  mmd: { beta: 200, create: mmd },
  adversarial: { beta: 10, create: ({ beta, sizes }) => adversarial(beta, sizes) },
} satisfies Record<string, ObjectiveChoice>;

/** The weight of each objective's latent term where a user names none. */
export const BETAS: Readonly<Record<string, number>> = Object.fromEntries(
  Object.entries(OBJECTIVES).map(([name, { beta }]) => [name, beta]),
);
