/**
 * What the bench knows of each method. This is the one place to add one.
 *
 * @module
 */
import type { Config } from "@/config.ts";
import type { KnownMethod, Twins } from "./known_method.ts";
import { SEARCHED_BENCH } from "./searched.ts";
import { VAE_BENCH } from "./vae.ts";

/** Every method that the bench knows, by its name; others are timed all the same. */
export const KNOWN: Readonly<Record<string, KnownMethod>> = {
  vae: VAE_BENCH,
  searched: SEARCHED_BENCH,
};

/**
 * Finds the twins that know what a config asks for.
 *
 * @throws {RangeError} If there are none
 */
export function twinsOf(config: Config): Twins {
  const refuse = (field: string, rule: string): never => {
    throw new RangeError(
      `Cannot compare with peers: ${field} must be ${rule}, got ${config[field]}`,
    );
  };
  const twins = Object.hasOwn(KNOWN, config.method)
    ? KNOWN[config.method]!.twins
    : refuse("method", `one of ${Object.keys(KNOWN).join(", ")}`);
  for (const [field, known] of Object.entries(twins.written)) {
    if (config[field] !== known) refuse(field, `${known}`);
  }
  return twins;
}
