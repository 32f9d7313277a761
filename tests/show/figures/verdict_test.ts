import assert from "node:assert/strict";
import type { Quantity } from "@/show/figures/objectives.ts";
import { ADVERSARIAL_CLAIMS, verdictOn } from "@/show/figures/verdict.ts";

const quantity = (key: string, first: number[], second: number[]): Quantity => ({
  key,
  title: key,
  about: "shape",
  decimals: 1,
  values: { first, second },
});

const methods = { first: "first", second: "second" };

/** Judges claims that each have one measure. */
const judge = (quantities: Quantity[], measures: Record<string, "more" | "less">) =>
  verdictOn(quantities, { ...methods, claims: [{ words: "denser", measures }] });

Deno.test("verdictOn() writes each difference in multiples of the seed spread", () => {
  // Means 5 and 2, deviations sqrt 2 and 0.
  const text = judge([quantity("volume", [4, 6], [2, 2])], { volume: "more" });
  assert.equal(
    text,
    "| the paper: first is | measure | first | second | difference | ours |\n" +
      "| --- | --- | ---: | ---: | ---: | --- |\n" +
      "| denser | volume: more | 5.0 ± 1.4 | 2.0 ± .0 | +3.0, 2.1 × the seed spread | agrees |\n\n" +
      "**Denser: 1 of 1 measures agree, 0 disagree, 0 differ by no more than seeds do.**",
  );
});

Deno.test("verdictOn() says when a difference is within the seed spread, whichever way it points", () => {
  for (const direction of ["more", "less"] as const) {
    const text = judge([quantity("volume", [1, 9], [2, 6])], { volume: direction });
    assert.match(text, /\.2 × the seed spread \| within the seed spread \|/);
    assert.match(text, /0 of 1 measures agree, 0 disagree, 1 differ by no more/);
  }
});

Deno.test("verdictOn() says when the other way round is true", () => {
  const text = judge([quantity("pieces", [4, 4.2], [1, 1.2])], { pieces: "less" });
  assert.match(text, /\| pieces: less \| 4\.1 ± \.1 \| 1\.1 ± \.1 \| \+3\.0, .* \| disagrees \|/);
});

Deno.test("verdictOn() says when there is only one seed, and when all seeds are alike", () => {
  assert.match(
    judge([quantity("pieces", [4], [6])], { pieces: "less" }),
    /−2\.0, one seed \| agrees/,
  );
  const alike = judge([quantity("pieces", [1, 1], [1, 1])], { pieces: "less" });
  assert.match(alike, /\.0, all seeds alike \| within the seed spread/);
});

Deno.test("verdictOn() counts the outcomes of each claim by itself", () => {
  const keys = ADVERSARIAL_CLAIMS.flatMap(({ measures }) => Object.keys(measures));
  const quantities = keys.map((key) => quantity(key, [2, 2], [1, 1])); // more of everything
  const text = verdictOn(quantities, { ...methods, claims: ADVERSARIAL_CLAIMS });
  assert.match(text, /Denser: 2 of 2 measures agree, 0 disagree, 0 differ/);
  assert.match(text, /Less noise: 1 of 3 measures agree, 2 disagree, 0 differ/);
});

Deno.test("verdictOn() refuses a measure that was not taken", () => {
  assert.throws(() => judge([quantity("pieces", [1], [1])], { volume: "more" }), {
    name: "RangeError",
    message: "Cannot judge: a measure must be one of pieces, got volume",
  });
});
