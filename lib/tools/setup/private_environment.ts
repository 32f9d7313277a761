/**
 * The environment of the project's own Pythons: the user's, without what other Pythons are told there.
 *
 * @module
 */

/** What Python, pip and Jupyter read. PYTHONHOME alone would keep any other Python from starting. */
const OTHERS = /^(PYTHON|PIP_|JUPYTER|IPYTHON)/;

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
  user: Readonly<Record<string, string>> = Deno.env.toObject(),
): Record<string, string> {
  const kept = Object.entries(user).filter(([name]) => !isOthers(name));
  // Packages in the user's home are other Pythons' too.
  return { ...Object.fromEntries(kept), PYTHONNOUSERSITE: "1", ...own };
}

/** Lists the user's variables that our Pythons do not see. */
export function ignoredVariables(
  user: Readonly<Record<string, string>> = Deno.env.toObject(),
): string[] {
  return Object.keys(user).filter(isOthers).sort();
}

function isOthers(name: string): boolean {
  return OTHERS.test(name) && !KEPT.includes(name);
}
