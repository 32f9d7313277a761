import assert from "node:assert/strict";
import { join } from "node:path";
import { createBatches } from "@/data/batches.ts";
import {
  type LoadedSets,
  loadMixture,
  type MixtureOptions,
  parseMixture,
  writtenOut,
} from "@/data/mixture.ts";
import { image, withFolder } from "./fixtures.ts";

Deno.test("parseMixture() reads names, paths and ratios", () => {
  const cases: [string, [string, number][]][] = [
    ["mnist", [["mnist", 1]]],
    ["mnist:1,fashion-mnist:1.5, embedded:2", [["mnist", 1], ["fashion-mnist", 1.5], [
      "embedded",
      2,
    ]]],
    ["images:/my/images", [["images:/my/images", 1]]],
    ["images:/my/images:3,mnist", [["images:/my/images", 3], ["mnist", 1]]],
    ["images:2024", [["images:2024", 1]]],
    ["images:2024:3", [["images:2024", 3]]],
    ["images:a:b", [["images:a:b", 1]]],
    ["voxels:a.npz#chair+sofa:2", [["voxels:a.npz#chair+sofa", 2]]],
    ["mnist#3+5:2", [["mnist#3+5", 2]]],
    ["celeba+modelnet40:2", [["celeba and modelnet40", 2]]],
    ["mnist+fashion-mnist", [["mnist and fashion-mnist", 1]]],
    ["modelnet40#chair+cup+celeba", [["modelnet40#chair+cup and celeba", 1]]],
    ["images:C++:2,voxels:a+b.npz#x+images:d:3", [["images:C++", 2], [
      "voxels:a+b.npz#x and images:d",
      3,
    ]]],
    ["paper", [["mnist", 1], ["fashion-mnist", 1], ["celeba and modelnet40", 2]]],
  ];
  for (const [text, expected] of cases) {
    const parts = parseMixture(text)
      .map(({ specifications, ratio }) => [specifications.join(" and "), ratio]);
    assert.deepEqual(parts, expected, text);
  }
});

Deno.test("parseMixture() refuses ratios that are not numbers above 0", () => {
  const cases = [
    ["mnist:x", "mnist", "x"],
    ["mnist:", "mnist", ""],
    ["mnist:0", "mnist", "0"],
    ["images:a:-1", "images:a", "-1"],
    ["images:a:Infinity", "images:a", "Infinity"],
    ["celeba+mnist:0", "celeba+mnist", "0"],
  ];
  for (const [text, name, ratio] of cases) {
    assert.throws(() => parseMixture(text!), {
      name: "RangeError",
      message: `Cannot read the mixture: the ratio of ${name} must be a number above 0, ` +
        `got "${ratio}"`,
    });
  }
});

Deno.test("parseMixture() refuses unknown names, empty parts and missing paths", () => {
  assert.throws(
    () => parseMixture("mnist,cifar:2"),
    /^RangeError: .* must be one of mnist, .*"cifar:2"$/,
  );
  assert.throws(() => parseMixture("mnist,"), /must be one of mnist, .*got ""$/);
  assert.throws(() => parseMixture("images::2"), {
    message: 'Cannot load data: it must be written images:PATH, got "images:"',
  });
});

Deno.test("loadMixture() loads each part", async () => {
  await withFolder(async (folder) => {
    await Deno.writeFile(
      join(folder, "a.png"),
      await image({ width: 5, height: 5, colour: "red" }),
    );
    const sets = await loadMixture(`images:${folder}:2,images:${folder}`, "train", {
      imageSize: 4,
    });
    assert.deepEqual(sets.map(({ set, ratio }) => [set.count, set.size, ratio]), [[1, 4, 2], [
      1,
      4,
      1,
    ]]);
  });
});

Deno.test("loadMixture() makes one set of a pool", async () => {
  await withFolder(async (folder) => {
    for (const [name, colour] of [["a", "white"], ["b", "black"]]) {
      await Deno.mkdir(join(folder, name!));
      await Deno.writeFile(
        join(folder, name!, "1.png"),
        await image({ width: 5, height: 5, colour: colour! }),
      );
    }
    const [pool, ...others] = await loadMixture(
      `squares:${folder}/a+squares:${folder}/b:2`,
      "train",
      { imageSize: 1 },
    );
    assert.equal(others.length, 0);
    assert.deepEqual([pool!.ratio, pool!.set.count, [...pool!.set.pixels]], [2, 2, [255, 0]]);
    assert.equal(pool!.set.name, `squares:${folder}/a+squares:${folder}/b`);
    assert.equal(
      pool!.set.provenance,
      'images in "a": centre squares; images in "b": centre squares',
    );
  });
});

Deno.test("loadMixture() loads a set once for all calls with the same map", async () => {
  await withFolder(async (folder) => {
    const file = join(folder, "a.png");
    await Deno.writeFile(file, await image({ width: 5, height: 5, colour: "red" }));
    const loaded: LoadedSets = new Map();
    const load = (data: string, split: "train" | "test", imageSize: number, seed: number) =>
      loadMixture(data, split, { loaded, imageSize, seed });
    const [first] = await load(`images:${folder}`, "train", 4, 1);
    await Deno.remove(file); // a second read would fail
    const [second, third] = await load(`images:${folder}:2,images:${folder}`, "train", 4, 2);
    assert.deepEqual([second!.ratio, third!.ratio], [2, 1]);
    assert.ok(second!.set === first!.set && third!.set === first!.set);
    await assert.rejects(load(`images:${folder}`, "train", 5, 1), /must hold at least one/);
    await assert.rejects(load(`images:${folder}`, "test", 4, 1), /must hold at least one/);
    assert.equal(loaded.size, 1, "what failed is not kept");
  });
});

Deno.test("loadMixture() shares a set only between equal numbers of images of each object", async () => {
  const loaded: LoadedSets = new Map();
  const load = async (imagesPerObject: number) => {
    const options = { loaded, imageSize: 4, seed: 1, imagesPerObject };
    return (await loadMixture("embedded-bowls", "train", options))[0]!.set;
  };
  const [one, two] = [await load(1), await load(2)];
  assert.deepEqual([one.count, two.count], [512, 1024]);
  assert.ok(await load(1) === one && await load(2) === two);
});

Deno.test("loadMixture() shares a seeded set only between equal seeds", async () => {
  const loaded: LoadedSets = new Map();
  const load = async (seed: number, options: MixtureOptions = { loaded }) => {
    const [mixed] = await loadMixture("embedded-bowls+embedded-faces", "test", {
      ...options,
      imageSize: 6,
      seed,
    });
    return mixed!.set;
  };
  const [one, two] = [await load(1), await load(2)];
  assert.notDeepEqual(one.pixels, two.pixels);
  assert.ok(await load(1) === one && await load(2) === two);
  const alone = await load(2, {});
  assert.ok(alone !== two);
  assert.deepEqual(alone, two);
});

Deno.test("parseMixture() gives the paper's sets their share of each batch", () => {
  const sets = parseMixture("paper").map(({ ratio }) => ({
    set: { name: "", provenance: "", size: 1, count: 9, pixels: new Uint8Array(9) },
    ratio,
  }));
  assert.deepEqual(createBatches({ sets, batchSize: 64, seed: 1 }).shares, [16, 16, 32]);
});

Deno.test("writtenOut() expands a name and returns any other text unchanged", () => {
  assert.equal(writtenOut("paper"), "mnist:1,fashion-mnist:1,celeba+modelnet40:2");
  for (const text of ["mnist", "mnist:1,celeba:2", "toString"]) {
    assert.equal(writtenOut(text), text);
  }
});
