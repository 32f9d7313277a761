import assert from "node:assert/strict";
import { latentMaps } from "@/show/figures/latent_maps.ts";
import { createRandom } from "@/engine/random.ts";

/** Two classes, far from each other and from those of other sets. */
function setAt(set: string, place: number, count: number) {
  const random = createRandom(place);
  const labels = Uint8Array.from({ length: count }, (_, i) => i % 2);
  const values = Float32Array.from(
    { length: 3 * count },
    (_, i) => 100 * place + 20 * labels[Math.floor(i / 3)]! + random.normal(),
  );
  return { set, values, labels, length: 3, classNames: ["even", "odd"] };
}

Deno.test("latentMaps() colours by set, then by the classes of each set", () => {
  const { rows, purities } = latentMaps([setAt("a", 1, 14), setAt("b", 2, 16)], 1);
  assert.deepEqual(rows.map(({ title, series }) => [title, series]), [
    ["by set", ["a", "b"]],
    ["a by class", ["even", "odd"]],
    ["b by class", ["even", "odd"]],
  ]);
  for (const name of ["t-SNE", "UMAP"]) {
    const seriesOf = (row: number) => rows[row]!.maps[name]!.map(({ series }) => series);
    assert.deepEqual(seriesOf(0), [...Array(14).fill("a"), ...Array(16).fill("b")]);
    assert.deepEqual(seriesOf(1).slice(12), ["even", "odd", ...Array(16).fill(undefined)]);
    assert.deepEqual(seriesOf(2).slice(13, 16), [undefined, "even", "odd"]);
  }
  assert.equal(purities.latents, 1, "classes of one label in two sets are two classes");
  assert.ok(purities["t-SNE"] > 0.6 && purities.UMAP > 0.6); // five neighbours among seven others
});
