import assert from "node:assert/strict";
import { join } from "node:path";
import { loadMixture, parseMixture } from "@/data/mixture.ts";
import { picture, withFolder } from "./fixtures.ts";

Deno.test("parseMixture() reads names, paths and ratios", () => {
  const cases: [string, [string, number][]][] = [
    ["mnist", [["mnist", 1]]],
    ["mnist:1,fashion-mnist:1.5, embedded:2", [["mnist", 1], ["fashion-mnist", 1.5], [
      "embedded",
      2,
    ]]],
    ["images:/my/pictures", [["images:/my/pictures", 1]]],
    ["images:/my/pictures:3,mnist", [["images:/my/pictures", 3], ["mnist", 1]]],
    ["images:2024", [["images:2024", 1]]],
    ["images:2024:3", [["images:2024", 3]]],
    ["images:a:b", [["images:a:b", 1]]],
    ["voxels:a.npz#chair+sofa:2", [["voxels:a.npz#chair+sofa", 2]]],
  ];
  for (const [text, expected] of cases) {
    const parts = parseMixture(text).map(({ specification, ratio }) => [specification, ratio]);
    assert.deepEqual(parts, expected, text);
  }
});

Deno.test("parseMixture() refuses ratios that are no numbers above 0", () => {
  const cases = [
    ["mnist:x", "mnist", "x"],
    ["mnist:", "mnist", ""],
    ["mnist:0", "mnist", "0"],
    ["images:a:-1", "images:a", "-1"],
    ["images:a:Infinity", "images:a", "Infinity"],
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
    message: 'Cannot load data: it must read images:PATH, got "images:"',
  });
});

Deno.test("loadMixture() loads each part", async () => {
  await withFolder(async (folder) => {
    await Deno.writeFile(
      join(folder, "a.png"),
      await picture({ width: 5, height: 5, colour: "red" }),
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
