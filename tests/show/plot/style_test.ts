import assert from "node:assert/strict";
import {
  CLASS_COLOURS,
  FAINT_INK,
  FONT_FAMILY,
  INK,
  RULE,
  SERIES_COLOURS,
} from "@/show/plot/style.ts";

/** Contrast with white, as defined by WCAG 2: 1 to 21. */
function contrast(colour: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const value = parseInt(colour.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 1.05 / (0.2126 * red! + 0.7152 * green! + 0.0722 * blue! + 0.05);
}

Deno.test("text is legible on white, rules stay in the background", () => {
  assert.ok(contrast(INK) > 12);
  assert.ok(contrast(FAINT_INK) > 4.5); // WCAG AA for small text
  assert.ok(contrast(RULE) < 2);
});

Deno.test("series have distinct colours, all visible on white", () => {
  assert.equal(new Set(SERIES_COLOURS).size, SERIES_COLOURS.length);
  for (const colour of SERIES_COLOURS) assert.ok(contrast(colour) > 2, colour);
});

Deno.test("classes have ten distinct colours, all visible on white", () => {
  assert.equal(new Set(CLASS_COLOURS).size, 10);
  for (const colour of CLASS_COLOURS) assert.ok(contrast(colour) > 1.8, colour);
});

Deno.test("the typeface falls back in browsers that lack it", () => {
  assert.match(FONT_FAMILY, /^Inter, .*sans-serif$/);
});
