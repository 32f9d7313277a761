/**
 * The browser's side of the viewer as one script. Its modules are ordinary TypeScript, shared with the
 * figures where they can be; here their types, comments, imports and exports are left out.
 *
 * @module
 */
import { stripTypeScriptTypes } from "node:module";
import { join } from "node:path";

/** The modules that run in the browser; what one needs stands anywhere in the list. */
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

/** Gives the script; it starts the viewers of the output that it stands in. */
export function viewerScript(): string {
  return script ??= `{\n${MODULES.map(browserCode).join("")}startViewers();\n}`;
}

/** Gives the style of all viewers of a page. */
export function viewerStyle(): string {
  return compact(Deno.readTextFileSync(join(SHOW, "viewer", "viewer.css")));
}

function browserCode(module: string): string {
  const code = stripTypeScriptTypes(Deno.readTextFileSync(join(SHOW, module)));
  return compact(code.replaceAll(/^import [^;]*;$/gm, "").replaceAll(/^export /gm, ""));
}

/** Leaves out comments and white space. No string of the modules holds `//` or two spaces. */
function compact(code: string): string {
  return code
    .replaceAll(/\/\*[^]*?\*\//g, "")
    .replaceAll(/\/\/.*$/gm, "")
    .replaceAll(/^\s+|[^\S\n]+$/gm, "")
    .replaceAll(/ {2,}/g, " ");
}
