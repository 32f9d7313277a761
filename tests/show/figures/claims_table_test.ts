import assert from "node:assert/strict";
import { ADVERSARIAL_CLAIMS, claimsTable } from "@/show/figures/claims_table.ts";
import type { Quantity } from "@/show/figures/compared_methods.ts";

const quantity = (key: string, first: number[], second: number[]): Quantity => ({
  key,
  title: key,
  about: "shape",
  decimals: 1,
  values: { first, second },
});

const methods = { first: "first", second: "second" };

/** The table of one claim. */
const tableOf = (quantities: Quantity[], measures: Record<string, "more" | "less">) =>
  claimsTable(quantities, { ...methods, claims: [{ words: "denser", measures }] });

Deno.test("claimsTable() writes each difference, and its size in seed spreads", () => {
  // Means 5 and 2, deviations sqrt 2 and 0.
  assert.equal(
    tableOf([quantity("volume", [4, 6], [2, 2])], { volume: "more" }),
    "| claim | measure | first | second | difference | in seed spreads | as the paper says? |\n" +
      "| --- | --- | ---: | ---: | ---: | ---: | --- |\n" +
      "| denser | volume: more | 5.0 ± 1.4 | 2.0 ± .0 | +3.0 | 2.1 | yes |",
  );
});

Deno.test("claimsTable() leaves a difference within the seed spread open, whatever its sign", () => {
  for (const direction of ["more", "less"] as const) {
    const text = tableOf([quantity("volume", [1, 9], [2, 6])], { volume: direction });
    assert.match(text, /\| \.2 \| within the seed spread \|$/);
  }
});

Deno.test("claimsTable() says no when the opposite is true", () => {
  const text = tableOf([quantity("pieces", [4, 4.2], [1, 1.2])], { pieces: "less" });
  assert.match(text, /\| pieces: less \| 4\.1 ± \.1 \| 1\.1 ± \.1 \| \+3\.0 \| [\d.]+ \| no \|$/);
});

Deno.test("claimsTable() has a dash when there is no seed spread to divide by", () => {
  const single = tableOf([quantity("pieces", [4], [6])], { pieces: "less" });
  assert.match(single, /\| −2\.0 \| – \| yes \|$/);
  const alike = tableOf([quantity("pieces", [1, 1], [1, 1])], { pieces: "less" });
  assert.match(alike, /\| \.0 \| – \| within the seed spread \|$/);
});

Deno.test("claimsTable() has a row for each measure of each claim", () => {
  const keys = ADVERSARIAL_CLAIMS.flatMap(({ measures }) => Object.keys(measures));
  const quantities = keys.map((key) => quantity(key, [2, 2], [1, 1])); // more of everything
  const text = claimsTable(quantities, { ...methods, claims: ADVERSARIAL_CLAIMS });
  const rows = text.split("\n").slice(2).map((row) => row.split(" | "));
  assert.deepEqual(rows.map((cells) => [cells[0], cells.at(-1)]), [
    ["| denser", "yes |"],
    ["| denser", "yes |"],
    ["| less noise", "no |"],
    ["| less noise", "no |"],
    ["| less noise", "yes |"],
  ]);
});

Deno.test("claimsTable() refuses a measure that was not taken", () => {
  assert.throws(() => tableOf([quantity("pieces", [1], [1])], { volume: "more" }), {
    name: "RangeError",
    message: "Cannot test a claim: measure must be one of pieces, got volume",
  });
});
