/**
 * The environment of the project's own Pythons: the user's, without what other Pythons are told there.
 *
 * @module
 */
import { isKeptByPip } from "./pip_settings.ts";

/** What Python, pip and Jupyter read. PYTHONHOME alone would keep any other Python from starting. */
const OTHERS = /^(PYTHON|PIP_|JUPYTER|IPYTHON)/;

/** Variables by name. */
type Environment = Readonly<Record<string, string>>;

/** Returns the environment that the user started this process in. */
export function userEnvironment(): Record<string, string> {
  return Deno.env.toObject();
}

/** How to reach JupyterLab, not how it works. */
const KEPT = ["JUPYTER_TOKEN"];

/**
 * Gives the environment without the user's settings for Python, pip and Jupyter. Proxies,
 * certificates and the search path stay.
 *
 * @param user The user's environment
 * @param own Added to it
 */
export function privateEnvironment(
  own: Readonly<Record<string, string>> = {},
  user: Environment = userEnvironment(),
): Record<string, string> {
  const kept = Object.entries(user).filter(([name]) => !isOthers(name));
  // Packages in the user's home are other Pythons' too.
  return { ...Object.fromEntries(kept), PYTHONNOUSERSITE: "1", ...own };
}

/** Lists the user's variables that our Pythons do not see. */
export function ignoredVariables(user: Environment = userEnvironment()): string[] {
  return Object.keys(user).filter((name) => isOthers(name) && !isKeptByPip(name)).sort();
}

function isOthers(name: string): boolean {
  return OTHERS.test(name) && !KEPT.includes(name);
}
