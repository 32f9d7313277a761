import assert from "node:assert/strict";
import { loadImageSet, parseSpecification, SOURCES } from "@/data/sources.ts";
import { withFolder, withServer } from "./fixtures.ts";

const KNOWN =
  "mnist, fashion-mnist, celeba, modelnet40, images:PATH, squares:PATH, voxels:PATH, meshes:PATH, " +
  "embedded, embedded-digits, embedded-garments, embedded-faces, embedded-solids, embedded-bowls";

Deno.test("parseSpecification() splits at the first colon", () => {
  const { source, path } = parseSpecification("images:a:b");
  assert.deepEqual([source.name, path], ["images", "a:b"]);
  assert.deepEqual(parseSpecification("mnist").path, "");
});

Deno.test("parseSpecification() splits off the classes, after the last slash of a path", () => {
  const cases = [
    ["mnist#3", "mnist", "", "3"],
    ["modelnet40#chair+night_stand", "modelnet40", "", "chair night_stand"],
    ["voxels:a#b/c.npz#chair", "voxels", "a#b/c.npz", "chair"],
    ["meshes:a#b/c.zip", "meshes", "a#b/c.zip", ""],
    ["images:a#b", "images", "a#b", ""],
  ];
  for (const [text, name, expectedPath, words] of cases) {
    const { source, path, classes } = parseSpecification(text!);
    assert.deepEqual([source.name, path, classes.join(" ")], [name, expectedPath, words]);
  }
});

Deno.test("parseSpecification() refuses an unknown name and lists the known ones", () => {
  for (const text of ["", "cifar", "MNIST", "cifar:path"]) {
    assert.throws(() => parseSpecification(text), {
      name: "RangeError",
      message: `Cannot load data: its name must be one of ${KNOWN}, got "${text}"`,
    });
  }
});

Deno.test("parseSpecification() refuses a missing or unexpected path", () => {
  const cases = [
    ["images", "images:PATH"],
    ["voxels:", "voxels:PATH"],
    ["mnist:", "mnist"],
    ["mnist:path", "mnist"],
    ["celeba#1", "celeba"],
    ["images#1", "images:PATH"],
    ["mnist#", "mnist#CLASS+CLASS"],
    ["mnist#3+", "mnist#CLASS+CLASS"],
    ["mnist#3+3", "mnist#CLASS+CLASS"],
    ["mnist#3:5", "mnist#CLASS+CLASS"],
    ["voxels:#chair", "voxels:PATH#CLASS+CLASS"],
  ];
  for (const [text, expected] of cases) {
    assert.throws(() => parseSpecification(text!), {
      name: "RangeError",
      message: `Cannot load data: it must be written ${expected}, got "${text}"`,
    });
  }
});

Deno.test("SOURCES declare which of them depend on the seed", async () => {
  const seedless = SOURCES.filter(({ usesSeed }) => !usesSeed).map(({ name }) => name);
  assert.deepEqual(seedless, ["mnist", "fashion-mnist", "celeba", "images", "squares"]);
  for (const source of SOURCES.filter(({ name }) => name.startsWith("embedded"))) {
    const [one, two] = await Promise.all(
      [1, 2].map((seed) => loadImageSet(source.name, "test", { seed, imageSize: 6 })),
    );
    assert.notDeepEqual(one!.pixels, two!.pixels, source.name);
  }
});

Deno.test("SOURCES have unique names without colon or comma, and summaries", () => {
  assert.equal(new Set(SOURCES.map((source) => source.name)).size, SOURCES.length);
  for (const { name, summary } of SOURCES) {
    assert.match(name, /^[a-z0-9-]+$/);
    assert.ok(summary.length > 0);
  }
});

Deno.test("loadImageSet() gives several images of each training object, and one of each unseen one", async () => {
  const load = (split: "train" | "test", imagesPerObject = 1) =>
    loadImageSet("embedded-bowls", split, { imageSize: 6, imagesPerObject });
  const [one, two] = [await load("train"), await load("train", 2)];
  assert.deepEqual([one.count, two.count], [512, 1024]);
  assert.match(two.provenance, /, each rendered 2 times$/);
  assert.deepEqual([...two.truth!.objects.subarray(0, 5)], [0, 0, 1, 1, 2]);
  assert.deepEqual(two.truth!.voxels, one.truth!.voxels);
  const firsts = two.truth!.azimuths.filter((_, image) => image % 2 === 0);
  assert.deepEqual(firsts, one.truth!.azimuths);
  assert.equal(new Set(two.truth!.azimuths).size, 1024);
  assert.deepEqual(two.pixels.subarray(72, 108), one.pixels.subarray(36, 72));
  assert.deepEqual(await load("test", 2), await load("test"));
  const solids = await loadImageSet("embedded-solids#cup", "train", {
    imageSize: 6,
    imagesPerObject: 3,
  });
  assert.deepEqual([solids.count, solids.truth!.voxels.length], [1500, 500 * 6 ** 3]);
});

Deno.test("loadImageSet() refuses several images of objects that nobody knows", async () => {
  for (const source of SOURCES.filter(({ hasTruth }) => !hasTruth)) {
    const specification = source.takesPath ? `${source.name}:somewhere` : source.name;
    await assert.rejects(loadImageSet(specification, "train", { imagesPerObject: 8 }), {
      name: "RangeError",
      message: `Cannot load ${specification}: imagesPerObject must be 1 where true shapes are ` +
        "unknown, got 8; use modelnet40, meshes:PATH or voxels:PATH",
    });
  }
  for (const imagesPerObject of [0, 1.5]) {
    await assert.rejects(loadImageSet("embedded-bowls", "train", { imagesPerObject }), {
      name: "RangeError",
      message: "Cannot load embedded-bowls: imagesPerObject must be an integer >= 1, " +
        `got ${imagesPerObject}`,
    });
  }
});

Deno.test("SOURCES declare which of them know their shapes", async () => {
  const known = SOURCES.filter(({ hasTruth }) => hasTruth).map(({ name }) => name);
  assert.deepEqual(known, ["modelnet40", "voxels", "meshes", "embedded-solids", "embedded-bowls"]);
  for (const { name, hasTruth } of SOURCES.filter(({ name }) => name.startsWith("embedded"))) {
    const { truth } = await loadImageSet(name, "test", { imageSize: 6 });
    assert.equal(truth !== undefined, hasTruth, name);
  }
});

Deno.test("loadImageSet() refuses an invalid size", async () => {
  await assert.rejects(loadImageSet("embedded-digits", "test", { imageSize: 0 }), {
    name: "RangeError",
    message: "Cannot load embedded-digits: imageSize must be an integer >= 1, got 0",
  });
});

Deno.test("loadImageSet() rejects at once when already aborted", async () => {
  const signal = AbortSignal.abort(new Error("enough"));
  await assert.rejects(loadImageSet("embedded", "train", { signal }), { message: "enough" });
});

Deno.test("loadImageSet() reports each mirror's answer and leaves nothing behind", async () => {
  await withFolder(async (dataDir) => {
    await withServer(() => new Response(null, { status: 503 }), async (address) => {
      const mirrors = { mnist: [address] };
      const file = `${dataDir}/mnist/train-images-idx3-ubyte.gz`;
      await assert.rejects(loadImageSet("mnist", "train", { dataDir, mirrors }), {
        name: "DownloadError",
        message: `Cannot download "${file}": one of 1 mirrors must serve it, ` +
          `got ${address}/train-images-idx3-ubyte.gz: answered 503 Service Unavailable; ` +
          "check the connection, or use a data folder that has the file",
      });
    });
    assert.deepEqual(await Array.fromAsync(Deno.readDir(`${dataDir}/mnist`)), []);
  });
});
