import assert from "node:assert/strict";
import { Window } from "happy-dom";
import { scoresHtml } from "@/show/gallery/scores.ts";

Deno.test("scoresHtml() writes a table whose rows and columns have headings", () => {
  const { document } = new Window();
  document.body.innerHTML = scoresHtml([
    { objects: "chairs", method: "a & b", seed: 1, iou: 0.4 },
    { objects: "chairs", method: "a & b", seed: 2, iou: 0.5 },
    { objects: "chairs", method: "c", seed: 1, azimuthError: 9 },
  ]);
  const texts = (selector: string) =>
    [...document.querySelectorAll(selector)].map((it) => it.textContent);
  assert.deepEqual(texts('thead th[scope="col"]'), ["method", "runs", "IoU", "azimuth error, °"]);
  assert.deepEqual(texts('tbody th[scope="row"]'), ["a & b", "c"]);
  assert.deepEqual(texts("tbody td"), ["2", ".450 ± .071", "–", "1", "–", "9.0"]);
  assert.equal(texts("caption").length, 1);
  const region = document.querySelector('[role="region"]')!;
  assert.equal(region.getAttribute("tabindex"), "0", "the keyboard scrolls it");
  assert.equal(document.getElementById(region.getAttribute("aria-labelledby")!)!.tagName, "H2");
});

Deno.test("scoresHtml() refuses nothing to show", () => {
  assert.throws(() => scoresHtml([]), {
    name: "RangeError",
    message: "Cannot write a table: records must not be empty",
  });
});
