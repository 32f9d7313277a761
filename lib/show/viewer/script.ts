/**
 * The browser's side of the viewer as one script. Its modules are ordinary TypeScript, shared with
 * the figures where possible; types, comments, imports and exports are removed here.
 *
 * @module
 */
import { stripTypeScriptTypes } from "node:module";
import { join } from "node:path";

/** The modules that run in the browser, in any order. */
const MODULES = [
  "plot/viewpoint.ts",
  "plot/lighting.ts",
  "viewer/shaders.ts",
  "viewer/renderer.ts",
  "viewer/gestures.ts",
  "viewer/elements.ts",
  "viewer/view.ts",
  "viewer/viewer.ts",
  "viewer/start.ts",
];

const SHOW = join(import.meta.dirname!, "..");

let script: string | undefined;

/** Gives the script, which starts the viewers of its own output cell. */
export function viewerScript(): string {
  return script ??= browserScript(MODULES, "startViewers");
}

/**
 * Gives modules as one script.
 *
 * @param modules Their files below `show/`, in any order; no two may use one name
 * @param start The function that the script calls
 */
export function browserScript(modules: readonly string[], start: string): string {
  return `{\n${modules.map(browserCode).join("")}${start}();\n}`;
}

/** Gives the style sheet of all viewers on a page. */
export function viewerStyle(): string {
  return styleOf("viewer/viewer.css");
}

/** Gives a style sheet below `show/`, without its comments. */
export function styleOf(file: string): string {
  return compact(Deno.readTextFileSync(join(SHOW, file)));
}

function browserCode(module: string): string {
  const code = stripTypeScriptTypes(Deno.readTextFileSync(join(SHOW, module)));
  return compact(code.replaceAll(/^import [^;]*;$/gm, "").replaceAll(/^export /gm, ""));
}

/** Removes comments and white space. No string in the modules contains `//` or two spaces. */
function compact(code: string): string {
  return code
    .replaceAll(/\/\*[^]*?\*\//g, "")
    .replaceAll(/\/\/.*$/gm, "")
    .replaceAll(/^\s+|[^\S\n]+$/gm, "")
    .replaceAll(/ {2,}/g, " ");
}
