import assert from "node:assert/strict";
import type { StudiedRun } from "@/study/shape_scores.ts";
import {
  comparedObjects,
  lossPanelsOf,
  methodsOf,
  methodsTable,
  metricsOf,
  quantitiesOf,
} from "@/show/figures/compared_methods.ts";
import { exhibitsOf } from "@/show/figures/exhibits.ts";
import type { Reconstruction } from "@/infer/inference.ts";
import { TINY } from "../../tiny.ts";
import { AREA, CELLS, handMadeRun } from "./runs.ts";

/** A possible reconstruction of the monitor's four images. */
const watched: Reconstruction = {
  latent: new Float32Array(4 * (TINY.latentSize - 1)),
  azimuth: Float32Array.of(1, 1.25, 1.5, 1.75).map((half) => half * Math.PI),
  elevation: new Float32Array(4),
  occupancy: Float32Array.from({ length: 4 * CELLS }, (_, i) => Math.floor(i / CELLS)),
  rendering: Float32Array.from({ length: 4 * AREA }, (_, i) => Math.floor(i / AREA) / 4),
  projection: new Float32Array(4 * AREA),
};

/** A run with a number of pieces per shape, and losses as in an adversarial game. */
function studied(objective: string, pieces: number, isGame = false): StudiedRun {
  const run = handMadeRun();
  const history = run.history.map((record) => ({
    ...record,
    image: 50,
    latent: 20,
    ...isGame && { discriminator: 0.5 },
  }));
  return {
    run: { ...run, history, config: { ...TINY, objective, beta: isGame ? 10 : 1 } },
    watched,
    scores: {
      count: 8,
      errors: [{ name: "blobs", count: 8, meanSquaredError: 0.0123 }],
      occupied: 0.2,
      meanOccupancy: 0.1,
      fog: 0.05,
      pieces,
      largestPiece: 0.9,
      azimuthDeviation: Math.PI / 2,
    },
  };
}

const methods = methodsOf(["mu-VAE", "adversarial"], [
  studied("mu-vae", 4),
  studied("mu-vae", 6),
  studied("adversarial", 1, true),
  studied("adversarial", 1, true),
]);

Deno.test("methodsOf() gives each method the same number of runs, in order", () => {
  assert.deepEqual(methods.map(({ name }) => name), ["mu-VAE", "adversarial"]);
  const pieces = methods.map(({ studied }) => studied.map(({ scores }) => scores.pieces));
  assert.deepEqual(pieces, [[4, 6], [1, 1]]);
});

Deno.test("methodsOf() refuses runs that cannot be divided among the methods", () => {
  const message = (count: number) =>
    `Cannot compare methods: every method must have the same number of runs, got ${count} ` +
    `runs of 2 methods`;
  for (const count of [0, 3]) {
    const runs = Array.from({ length: count }, () => studied("mu-vae", 1));
    const compare = () => methodsOf(["a", "b"], runs);
    assert.throws(compare, { name: "RangeError", message: message(count) });
  }
});

Deno.test("quantitiesOf() gives errors, shapes and poses by method and seed, in their units", () => {
  const quantities = quantitiesOf(methods);
  const values = quantities.map(({ key, about, values }) => [key, about, values["mu-VAE"]!]);
  assert.deepEqual(values, [
    ["blobsMeanSquaredError", "picture", [0.0123, 0.0123]],
    ["occupiedPercent", "shape", [20, 20]],
    ["meanOccupancyPercent", "shape", [10, 10]],
    ["fogPercent", "shape", [5, 5]],
    ["fogOfOccupiedPercent", "shape", [25, 25]],
    ["pieces", "shape", [4, 6]],
    ["largestPiecePercent", "shape", [90, 90]],
    ["azimuthDeviationDegrees", "pose", [90, 90]],
  ]);
});

Deno.test("quantitiesOf() has no fog for an empty grid", () => {
  const run = studied("mu-vae", 0);
  const empty = { ...run, scores: { ...run.scores, occupied: 0, fog: 0 } };
  const quantities = quantitiesOf(methodsOf(["mu-VAE"], [empty]));
  const fog = quantities.find(({ key }) => key === "fogOfOccupiedPercent")!;
  assert.deepEqual(fog.values["mu-VAE"], [0]);
});

Deno.test("methodsTable() has a row for each quantity, mean ± sd for each method", () => {
  const lines = methodsTable(quantitiesOf(methods)).split("\n");
  assert.equal(lines[0], "| | mu-VAE | adversarial |");
  assert.equal(lines[1], "| --- | ---: | ---: |");
  assert.equal(lines[2], "| squared error of a pixel, blobs | .0123 ± .0000 | .0123 ± .0000 |");
  assert.ok(lines.includes("| connected pieces | 5.0 ± 1.4 | 1.0 ± .0 |"));
  assert.equal(lines.length, 2 + 8);
});

Deno.test("metricsOf() gives mean and deviation by objective, and no deviation for one seed", () => {
  const metrics = metricsOf(methods, quantitiesOf(methods));
  assert.equal(Object.keys(metrics).length, 2 * 2 * 8);
  assert.equal(metrics["mu-vaePieces"], 5);
  assert.equal(metrics["mu-vaePiecesDeviation"], Math.SQRT2);
  assert.equal(metrics["adversarialBlobsMeanSquaredError"], 0.0123);
  const single = methodsOf(["mu-VAE"], [studied("mu-vae", 4)]);
  const few = metricsOf(single, quantitiesOf(single));
  assert.equal(Object.keys(few).length, 8);
});

Deno.test("comparedObjects() gives input and exhibits of the wanted images, named by method", () => {
  const { monitor } = methods[0]!.studied[0]!.run.data;
  const [name, other] = [monitor.names[2]!, monitor.names[1]!];
  const objects = comparedObjects(methods, { [name]: "third", [other]: "second" });
  assert.deepEqual(objects.map(({ label }) => label), ["third", "second"]);
  assert.deepEqual(objects[0]!.input, monitor.images.subarray(2 * AREA, 3 * AREA));
  const [expected] = exhibitsOf(watched, monitor.names, TINY).slice(2);
  assert.deepEqual(objects[0]!.exhibits, [
    { ...expected, label: "mu-VAE" },
    { ...expected, label: "adversarial" },
  ]);
});

Deno.test("comparedObjects() lists the known images when it refuses one", () => {
  assert.throws(() => comparedObjects(methods, { "blobs oval": "oval" }), {
    name: "RangeError",
    message: "Cannot compare shapes: name must be one of blobs round, blobs square, bars round, " +
      "bars square, got blobs oval",
  });
});

Deno.test("lossPanelsOf() draws every image term, and both players of a game without the weight", () => {
  const [images, game, ...rest] = lossPanelsOf(methods);
  assert.deepEqual(rest, []);
  assert.deepEqual(images!.losses.map(({ name, term, weight }) => [name, term, weight ?? 1]), [
    ["mu-VAE", "image", 1],
    ["adversarial", "image", 1],
  ]);
  assert.deepEqual(images!.losses.map(({ histories }) => histories.length), [2, 2]);
  assert.deepEqual(game!.losses.map(({ name, term, weight }) => [name, term, weight ?? 1]), [
    ["discriminator", "discriminator", 1],
    ["encoder", "latent", 10],
  ]);
  assert.equal(game!.level, Math.LN2);
  assert.equal(game!.losses[0]!.colour, images!.losses[1]!.colour);
});

Deno.test("lossPanelsOf() draws only image terms if no method is a game", () => {
  assert.equal(lossPanelsOf(methods.slice(0, 1)).length, 1);
});
