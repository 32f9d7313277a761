import assert from "node:assert/strict";
import { joinSets, onlyClasses } from "@/data/combine.ts";
import type { ImageSet } from "@/data/image_set.ts";

/** A set of one-pixel images and one-cell grids that hold the image numbers. */
function numbered(name: string, labels: number[], classNames: string[], size = 1): ImageSet {
  const pixels = Uint8Array.from(labels.keys());
  return {
    name,
    provenance: `the ${name}`,
    size: 1,
    count: labels.length,
    pixels,
    labels: Uint8Array.from(labels),
    classNames,
    truth: {
      size,
      voxels: new Uint8Array(labels.length * size ** 3).map((_, i) => i),
      surface: new Uint8Array(labels.length * size ** 3).map((_, i) => i),
      azimuths: Float32Array.from(pixels),
      objects: Uint32Array.from(pixels),
    },
  };
}

const SHAPES = numbered("shapes", [0, 1, 0], ["cup", "bowl"]);
const MORE = numbered("more", [0, 1], ["bowl", "car"]);
const { labels: _labels, classNames: _classNames, truth: _truth, ...PLAIN } = numbered("plain", [
  0,
  0,
], []);

Deno.test("joinSets() concatenates sets and merges classes of the same name", () => {
  const { truth, ...set } = joinSets("both", [SHAPES, MORE]);
  assert.deepEqual(set, {
    name: "both",
    provenance: "the shapes; the more",
    size: 1,
    count: 5,
    pixels: Uint8Array.of(0, 1, 2, 0, 1),
    labels: Uint8Array.of(0, 1, 0, 1, 2),
    classNames: ["cup", "bowl", "car"],
  });
  assert.deepEqual([truth!.size, [...truth!.voxels]], [1, [0, 1, 2, 0, 1]]);
  assert.deepEqual([...truth!.surface!], [0, 1, 2, 0, 1]);
  assert.deepEqual([...truth!.azimuths], [0, 1, 2, 0, 1]);
  assert.deepEqual([...truth!.objects], [0, 1, 2, 3, 4]);
});

Deno.test("joinSets() makes a class of a set without classes, unless no set has classes", () => {
  const mixed = joinSets("mixed", [PLAIN, SHAPES]);
  assert.deepEqual(mixed.classNames, ["plain", "cup", "bowl"]);
  assert.deepEqual([...mixed.labels!], [0, 0, 1, 2, 1]);
  const plain = joinSets("twice", [PLAIN, PLAIN]);
  assert.deepEqual([plain.labels, plain.classNames, plain.count], [undefined, undefined, 4]);
  assert.equal(plain.provenance, "the plain", "once is enough");
});

Deno.test("joinSets() drops classes that do not fit in a byte", () => {
  const many = numbered("many", [0], Array.from({ length: 256 }, (_, i) => `class ${i}`));
  assert.equal(joinSets("all", [many]).classNames!.length, 256);
  assert.equal(joinSets("all", [many, MORE]).labels, undefined);
});

Deno.test("joinSets() keeps truth if all sets have it at the same grid size", () => {
  assert.equal(joinSets("some", [SHAPES, PLAIN]).truth, undefined);
  assert.equal(joinSets("sizes", [SHAPES, numbered("large", [0], ["cup"], 2)]).truth, undefined);
  const { surface: _surface, ...truth } = MORE.truth!;
  const joined = joinSets("solid", [SHAPES, { ...MORE, truth }]);
  assert.deepEqual([joined.truth!.surface, joined.truth!.voxels.length], [undefined, 5]);
});

Deno.test("joinSets() keeps the list of what was left out", () => {
  const left = { ...SHAPES, leftOut: ["a is damaged"] };
  assert.deepEqual(joinSets("both", [left, MORE, left]).leftOut, ["a is damaged", "a is damaged"]);
});

Deno.test("joinSets() refuses images of different sizes", () => {
  const large = { ...PLAIN, name: "large", size: 2 };
  assert.throws(() => joinSets("both", [SHAPES, large]), {
    name: "RangeError",
    message: "Cannot join sets: images of large must have size 1 like those of shapes, got 2",
  });
});

Deno.test("onlyClasses() keeps the chosen classes, in the order asked for", () => {
  const { truth, ...set } = onlyClasses(SHAPES, ["bowl", "cup"]);
  assert.deepEqual(set, {
    name: "shapes#bowl+cup",
    provenance: "the shapes (only bowl, cup)",
    size: 1,
    count: 3,
    pixels: Uint8Array.of(0, 1, 2),
    labels: Uint8Array.of(1, 0, 1),
    classNames: ["bowl", "cup"],
  });
  assert.deepEqual(truth, SHAPES.truth);
  const cups = onlyClasses(SHAPES, ["cup"]);
  assert.deepEqual([cups.count, [...cups.pixels], [...cups.labels!]], [2, [0, 2], [0, 0]]);
  assert.deepEqual([...cups.truth!.voxels], [0, 2]);
  assert.deepEqual([...cups.truth!.surface!], [0, 2]);
  assert.deepEqual([...cups.truth!.azimuths], [0, 2]);
  assert.deepEqual([...cups.truth!.objects], [0, 1]);
});

/** Objects 1, 0 and 2 in two, one and two images. */
const SEVERAL: ImageSet = {
  ...numbered("several", [0, 1, 0, 1, 0], ["cup", "bowl"]),
  truth: {
    size: 1,
    voxels: Uint8Array.of(10, 11, 12),
    azimuths: Float32Array.of(0, 1, 2, 3, 4),
    objects: Uint32Array.of(1, 0, 1, 2, 1),
  },
};

Deno.test("joinSets() keeps each object once, however many images show it", () => {
  const { truth } = joinSets("both", [SEVERAL, SEVERAL]);
  assert.deepEqual([...truth!.voxels], [10, 11, 12, 10, 11, 12]);
  assert.deepEqual([...truth!.objects], [1, 0, 1, 2, 1, 4, 3, 4, 5, 4]);
  assert.deepEqual([...truth!.azimuths], [0, 1, 2, 3, 4, 0, 1, 2, 3, 4]);
});

Deno.test("onlyClasses() keeps the objects that the chosen images show", () => {
  const cups = onlyClasses(SEVERAL, ["cup"]).truth!;
  assert.deepEqual([[...cups.voxels], [...cups.objects]], [[11], [0, 0, 0]]);
  assert.deepEqual([...cups.azimuths], [0, 2, 4]);
  const bowls = onlyClasses(SEVERAL, ["bowl"]).truth!;
  assert.deepEqual([[...bowls.voxels], [...bowls.objects]], [[10, 12], [0, 1]]);
});

Deno.test("onlyClasses() returns the set unchanged if no class is chosen", () => {
  assert.equal(onlyClasses(SHAPES, []), SHAPES);
});

Deno.test("onlyClasses() refuses a class that the set lacks, and lists those it has", () => {
  assert.throws(() => onlyClasses(SHAPES, ["cup", "car"]), {
    name: "RangeError",
    message: 'Cannot select classes of shapes: a class must be one of cup, bowl, got "car"',
  });
});
