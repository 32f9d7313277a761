/** Which runs a notebook trains: its own cells say so, with stand-ins for all that computes. */
import { join } from "node:path";
import type { Config, Preset } from "@/config.ts";
import { codeCells, NOTEBOOKS, readNotebook, textOf } from "./notebooks.ts";

/** Anything at all: it can be called, made, read, walked through and printed, and gives itself. */
const ANYTHING: object = new Proxy(function () {}, {
  get(_target, name) {
    if (name === "then") return undefined; // it is no promise
    if (name === Symbol.toPrimitive) return () => 0;
    if (name === Symbol.dispose) return () => {};
    if (name === Symbol.iterator) return () => [ANYTHING, ANYTHING].values();
    return ANYTHING;
  },
  apply: () => ANYTHING,
  construct: () => ANYTHING,
});

/** The names, not those of types, that a notebook imports. */
const importedNames = (code: string) =>
  /import \{([^}]*)\}/.exec(code)![1]!.split(",").map((name) => name.trim())
    .filter((name) => name !== "" && !name.startsWith("type "));

/**
 * Runs the cells of a notebook that choose and train runs.
 *
 * @param name The notebook's file
 * @param preset What it is told to use
 * @param settings Takes the place of the library's, which would fetch data
 * @returns The configs that it would train, in order
 */
export async function configsTrainedIn(
  name: string,
  preset: Preset,
  settings: (parameters: never) => unknown,
): Promise<Config[]> {
  const [imports, parameters, ...others] = codeCells(readNotebook(join(NOTEBOOKS, name)))
    .map(textOf);
  const cells = others.filter((code) => /\b(settings|watchRuns?)\(/.test(code));
  const configs: Config[] = [];
  const watchRun = (config: Config) => {
    configs.push(config);
    const read = (_: object, field: string | symbol) =>
      field === "config" ? config : Reflect.get(ANYTHING, field);
    return Promise.resolve(new Proxy({}, { get: read }));
  };
  const watchRuns = (all: readonly Config[]) => Promise.all(all.map(watchRun));
  const known: Record<string, unknown> = { settings, watchRun, watchRuns };
  const library = importedNames(imports!).map((name) => [name, known[name] ?? ANYTHING]);
  const place = crypto.randomUUID();
  const world = { library: Object.fromEntries(library), env: { SHAPES_PRESET: preset } };
  Object.assign(globalThis, { [place]: world });
  const code = `const { library, env: given } = globalThis[${JSON.stringify(place)}];
    const { ${importedNames(imports!).join(", ")} } = library;
    ${[parameters, ...cells].join("\n").replaceAll("Deno.env.toObject()", "given")}`;
  await import(`data:application/typescript,${encodeURIComponent(code)}`);
  return configs;
}
