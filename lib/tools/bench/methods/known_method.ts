/**
 * What the bench knows of a method besides its learner: its arithmetic, and its twins.
 *
 * @module
 */
import type { Config, Value } from "@/config.ts";

/** A convolution or product of a step. */
export interface Product {
  /** Which one, by its parameter where it has one. */
  readonly name: string;
  /** Operations of its forward pass over one batch, a multiplication and an addition for each weight. */
  readonly flops: number;
  /** How many passes of that size a step makes: forward, input gradient, filter gradient. */
  readonly passes: number;
}

/** Random numbers that a step draws. */
export interface Draw {
  /** Their distribution: N(0, 1), or uniform on [0, 1). */
  readonly kind: "normal" | "uniform";
  /** Their shape. */
  readonly shape: readonly number[];
}

/** Other frameworks in which there are twins. */
export type Framework = "torch" | "jax";

/** The twins of a method's step. */
export interface Twins {
  /** Their programs, in `twins/`. */
  readonly programs: Readonly<Partial<Record<Framework, string>>>;
  /** The options that they are written for, with the one value that they know. */
  readonly written: Readonly<Record<string, Value>>;
  /** Gives what a step draws at random, by stream. */
  draws(config: Config): Readonly<Record<string, Draw>>;
}

/** What the bench knows of a method. */
export interface KnownMethod {
  /**
   * Lists the convolutions and products of a step; undefined for options whose products nobody has
   * listed.
   *
   * Forward = 2 * batch * places * weights: every weight of a kernel is used once at each place, that
   * of an output for a convolution, of an input for a transposed one; taps that fall beside the grid
   * are counted too, as is the custom. The gradient with respect to the input and that with respect
   * to the weights cost the same again, where somebody asks for them. Left out is all else:
   * normalisation, activations, sampling, the renderer (1 % of the rest), Adam.
   */
  products(config: Config): readonly Product[] | undefined;
  /** The twins of its step. */
  readonly twins: Twins;
}
