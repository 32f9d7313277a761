import assert from "node:assert/strict";
import { join } from "node:path";
import { loadMeshArchive } from "@/data/mesh/mesh_archive.ts";
import type { LoadRequest } from "@/data/source.ts";
import { boxMesh, CHAIR, offText } from "./meshes.ts";
import { requestOf, withFolder, zipFile } from "../fixtures.ts";
import { hostileZip } from "../hostile_zip.ts";

const bytesOf = (text: string) => new TextEncoder().encode(text);
const [CHAIR_OFF, CUP_OFF] = [CHAIR, boxMesh([[[0, 0, 0], [1, 1, 1.5]]])].map(offText).map(bytesOf);

/** An archive in ModelNet40's layout, with the metadata that macOS adds. */
const FILES = {
  "Top/chair/train/chair_0002.off": CHAIR_OFF!,
  "Top/chair/train/chair_0001.off": CUP_OFF!,
  "Top/chair/test/chair_0003.off": CHAIR_OFF!,
  "Top/cup/train/cup_0001.off": CUP_OFF!,
  "Top/README.txt": bytesOf("words"),
  "Top/chair/train/notes.txt": bytesOf("words"),
  "Top/chair/train/._chair_0002.off": bytesOf("no mesh"),
  "__MACOSX/Top/chair/train/chair_0002.off": bytesOf("no mesh"),
  "Top/.old/train/chair_0003.off": bytesOf("no mesh"),
};

interface Loading {
  readonly load: (
    categories?: string[],
    changes?: Partial<LoadRequest>,
  ) => ReturnType<typeof loadMeshArchive>;
  readonly file: string;
  readonly cacheDir: string;
}

/** Runs a test with its own archive and cache. */
async function withArchive(bytes: Uint8Array, body: (loading: Loading) => Promise<void>) {
  await withFolder(async (folder) => {
    const [file, cacheDir] = [join(folder, "a.zip"), join(folder, "cache")];
    await Deno.writeFile(file, bytes);
    const load = (categories: string[] = [], changes: Partial<LoadRequest> = {}) =>
      loadMeshArchive(
        { name: "set", file, categories, provenance: (count) => `${count} meshes` },
        requestOf({ cacheDir, imageSize: 8, ...changes }),
      );
    await body({ load, file, cacheDir });
    const left = await Array.fromAsync(Deno.readDir(folder), ({ name }) => name);
    assert.ok(left.every((name) => ["a.zip", "cache"].includes(name)), `${left}`);
  });
}

Deno.test("loadMeshArchive() loads categories and meshes sorted by name, with truth", async () =>
  await withArchive(await zipFile(FILES), async ({ load }) => {
    const set = await load();
    assert.deepEqual([set.name, set.provenance, set.count], ["set", "4 meshes", 3]);
    assert.deepEqual([set.classNames, [...set.labels!]], [["chair", "cup"], [0, 0, 1]]);
    const { truth } = set;
    assert.deepEqual([truth!.size, truth!.voxels.length, truth!.azimuths.length], [8, 1536, 3]);
    assert.deepEqual(truth!.voxels.subarray(0, 512), truth!.voxels.subarray(1024), "the same box");
    assert.notDeepEqual(truth!.voxels.subarray(512, 1024), truth!.voxels.subarray(1024));
    assert.ok(truth!.azimuths.every((azimuth) => azimuth >= 0 && azimuth < 2 * Math.PI));
  }));

Deno.test("loadMeshArchive() keeps a mesh's azimuth whatever else is loaded", async () =>
  await withArchive(await zipFile(FILES), async ({ load }) => {
    const all = await load();
    const cup = await load(["cup"]);
    assert.deepEqual([cup.count, cup.truth!.azimuths[0]], [1, all.truth!.azimuths[2]]);
    assert.deepEqual(cup.pixels, all.pixels.subarray(128));
    const turned = await load(["cup", "chair"]);
    assert.deepEqual([turned.classNames, [...turned.labels!]], [["cup", "chair"], [0, 1, 1]]);
    const other = await load(["cup"], { seed: 2 });
    assert.notEqual(other.truth!.azimuths[0], cup.truth!.azimuths[0]);
    assert.notEqual(all.truth!.azimuths[0], all.truth!.azimuths[1]);
  }));

Deno.test("loadMeshArchive() renders each mesh several times, the first time as ever", async () =>
  await withArchive(await zipFile(FILES), async ({ load }) => {
    const [one, three] = [await load(), await load([], { imagesPerObject: 3 })];
    assert.deepEqual([three.count, [...three.labels!]], [9, [0, 0, 0, 0, 0, 0, 1, 1, 1]]);
    const { truth } = three;
    assert.deepEqual([...truth!.objects], [0, 0, 0, 1, 1, 1, 2, 2, 2]);
    assert.deepEqual(truth!.voxels, one.truth!.voxels);
    assert.equal(new Set(truth!.azimuths).size, 9, "every azimuth is its own");
    for (const item of [0, 1, 2]) {
      assert.equal(truth!.azimuths[3 * item], one.truth!.azimuths[item]);
      assert.deepEqual(
        three.pixels.subarray(3 * item * 64, (3 * item + 1) * 64),
        one.pixels.subarray(item * 64, (item + 1) * 64),
      );
    }
    // The cache keeps both.
    assert.deepEqual(await load(), one);
    assert.deepEqual(await load([], { imagesPerObject: 3 }), three);
  }));

Deno.test("loadMeshArchive() converts once, then reads the cache", async () =>
  await withArchive(await zipFile(FILES), async ({ load, file, cacheDir }) => {
    const tasks: string[] = [];
    const onProgress: LoadRequest["onProgress"] = ({ task, done, total }) =>
      tasks.push(`${task} ${done}/${total}`);
    const first = await load(["chair"], { onProgress });
    assert.deepEqual(tasks, ["convert set 1/2", "convert set 2/2"]);
    assert.deepEqual(await load(["chair"], { onProgress }), first);
    assert.equal(tasks.length, 2);
    await load([], { onProgress });
    assert.deepEqual(tasks.slice(2), ["convert set 1/1"], "the cup alone");
    const names = await Array.fromAsync(Deno.readDir(cacheDir), ({ name }) => name.split("-", 3));
    assert.deepEqual(names.toSorted(), [["meshes", "chair", "train"], ["meshes", "cup", "train"]]);
    await Deno.utime(file, 0, 0);
    await load([], { onProgress });
    assert.equal(tasks.length, 6, "another archive");
  }));

Deno.test("loadMeshArchive() gives the test split its own meshes", async () =>
  await withArchive(await zipFile(FILES), async ({ load }) => {
    const set = await load([], { split: "test" });
    assert.deepEqual([set.count, set.classNames, [...set.labels!]], [1, ["chair", "cup"], [0]]);
  }));

Deno.test("loadMeshArchive() leaves out unreadable meshes and lists them", async () => {
  const files = {
    ...FILES,
    "Top/cup/train/cup_0002.off": bytesOf("OFF\n3 1 0\n0 0 0\n1 nan 0\n0 1 0\n3 0 1 2\n"),
    "Top/cup/train/cup_0003.off": bytesOf("OFF\n3 1 0\n0 0 0\n0 0 0\n0 0 0\n3 0 1 2\n"),
  };
  await withArchive(await zipFile(files), async ({ load }) => {
    const leftOut = [
      'Cannot read "Top/cup/train/cup_0002.off": it must have three numbers in line 4 for ' +
      'corner 1, got "1 nan 0"; save it again or leave it out',
      'Cannot normalise "Top/cup/train/cup_0003.off": its corners must not coincide, ' +
      "got all at 0, 0, 0",
    ];
    for (const _ of ["converted", "from the cache"]) {
      const set = await load();
      assert.deepEqual([set.count, set.leftOut], [3, leftOut]);
    }
  });
});

Deno.test("loadMeshArchive() leaves out a mesh that is too large for memory", () =>
  withArchive(
    hostileZip([
      { name: "Top/cup/train/a.off", bytes: CUP_OFF! },
      { name: "Top/cup/train/b.off", bytes: new Uint8Array(2 ** 18), declaredSize: 2 ** 27 + 1 },
    ]),
    async ({ load }) => {
      const set = await load();
      assert.equal(set.count, 1);
      assert.deepEqual(set.leftOut, [
        'Cannot read "Top/cup/train/b.off": it must have at most 134217728 bytes, got 134217729',
      ]);
    },
  ));

Deno.test("loadMeshArchive() refuses a split without a readable mesh", async () => {
  const files = { ...FILES, "Top/cup/test/cup_0009.off": bytesOf("OFF") };
  await withArchive(await zipFile(files), async ({ load, file }) => {
    await assert.rejects(load(["cup"], { split: "test" }), {
      name: "RangeError",
      message: `Cannot load set: "${file}" must hold a readable test mesh of cup, ` +
        'got Cannot read "Top/cup/test/cup_0009.off": it must count its corners and faces, ' +
        "got nothing more; save it again or leave it out",
    });
  });
});

Deno.test("loadMeshArchive() refuses an unknown category and lists the known ones", async () => {
  await withArchive(await zipFile(FILES), async ({ load, file }) => {
    await assert.rejects(load(["cup", "bowl"]), {
      name: "RangeError",
      message: `Cannot load set: "${file}" must hold meshes of bowl as CATEGORY/train/NAME.off ` +
        "and CATEGORY/test/NAME.off, got chair, cup; choose categories with #NAME+NAME",
    });
  });
  await withArchive(await zipFile({ "a.off": CHAIR_OFF! }), async ({ load }) => {
    await assert.rejects(load(), /must hold meshes of some category as .*, got none; /);
  });
});

Deno.test("loadMeshArchive() caches nothing if the archive is damaged or loading is aborted", async () => {
  const damaged = hostileZip([
    { name: "Top/cup/train/a.off", bytes: CUP_OFF! },
    { name: "Top/cup/train/b.off", bytes: CUP_OFF!, declaredSize: CUP_OFF!.length + 1 },
  ]);
  await withArchive(damaged, async ({ load, cacheDir }) => {
    await assert.rejects(load(), {
      name: "SyntaxError",
      message: /it must be a complete zip file/,
    });
    await assert.rejects(Deno.stat(cacheDir), Deno.errors.NotFound);
  });
  await withArchive(await zipFile(FILES), async ({ load, cacheDir }) => {
    const stop = new AbortController();
    const onProgress = () => stop.abort(new Error("enough"));
    await assert.rejects(load([], { onProgress, signal: stop.signal }), { message: "enough" });
    await assert.rejects(Deno.stat(cacheDir), Deno.errors.NotFound);
  });
});
