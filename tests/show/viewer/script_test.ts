import assert from "node:assert/strict";
import { viewerScript, viewerStyle } from "@/show/viewer/script.ts";

Deno.test("viewerScript() gives a script that any browser parses, and no more than it needs", () => {
  const script = viewerScript();
  new Function(`"use strict"; ${script}`); // else a SyntaxError, also for clashing names
  assert.match(script, /\nstartViewers\(\);\n}$/);
  assert.doesNotMatch(script, /^(import|export)\b|\/\*|\/\/|\n\n| {2}| $/m);
  assert.ok(script.length < 16_000, `${script.length} characters`);
});

Deno.test("viewerScript() and viewerStyle() can be embedded in HTML, and are the same each time", () => {
  assert.doesNotMatch(viewerScript() + viewerStyle(), /<\/|<!--/);
  assert.equal(viewerScript(), viewerScript());
  assert.doesNotMatch(viewerScript(), /Math\.random|Date\b|randomUUID|performance/);
});

Deno.test("viewerStyle() touches nothing but viewers", () => {
  const selectors = [...viewerStyle().matchAll(/^([^\s].*) \{$/gm)].map(([, selector]) =>
    selector!
  );
  assert.ok(selectors.length > 5);
  for (const selector of selectors) assert.match(selector, /\.voxel-viewer\b/);
});
