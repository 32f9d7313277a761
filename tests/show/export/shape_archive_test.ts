import assert from "node:assert/strict";
import { join } from "node:path";
import JSZip from "jszip";
import { readNpy } from "@/data/formats/npy.ts";
import { inFileAxes } from "@/data/voxel_grids.ts";
import { VOXELS } from "@/data/voxel_source.ts";
import type { VoxelGrid } from "@/render/voxel_grid.ts";
import { meshOf } from "@/show/export/mesh.ts";
import { exportShapes } from "@/show/export/shape_archive.ts";
import { solidOf } from "@/show/export/solid.ts";
import type { Exhibit } from "@/show/plot/figures.ts";
import { imageFormat } from "@/show/plot/bitmap.ts";
import { requestOf, withFolder } from "../../data/fixtures.ts";
import { gridOf } from "./surfaces.ts";

const exhibit = (label: string, radius: number): Exhibit => ({
  label,
  image: new Float32Array(64),
  front: 1,
  grid: gridOf(
    [8, 8, 8],
    (column, row, layer) => Math.max(0, radius - Math.hypot(column - 4, row - 4, layer - 4)) / 4,
  ),
});

/** The values of a grid in the axes of files. */
const inFile = ({ occupancy, size }: VoxelGrid) =>
  inFileAxes(Float32Array.from(occupancy), size).cells;

const RECORD = {
  config: { seed: 3 },
  seed: 3,
  commit: "c",
  minutes: 1,
  machine: "2 CPU cores",
  metrics: { meanSquaredErrorPerPixel: 0.01 },
};
const OPTIONS = { record: RECORD, step: 50, threshold: 0.25 };

Deno.test("exportShapes() puts meshes, voxels, figures and their record into one zip", () =>
  withFolder(async (folder) => {
    const path = join(folder, "new", "shapes.zip");
    const exhibits = [exhibit("Digit 3!", 3), exhibit("digit 3", 2)];
    const { file, byteCount, shapes } = await exportShapes(path, exhibits, OPTIONS);
    const bytes = await Deno.readFile(path);
    assert.deepEqual([file, byteCount], [path, bytes.length]);
    const { files } = await JSZip.loadAsync(bytes);
    const ofShape = (folder: string) =>
      ["mesh.glb", "mesh.obj", "occupancy.npy", "voxels.npy"].map((name) => `${folder}/${name}`);
    assert.deepEqual(
      Object.keys(files).toSorted(),
      [
        ...["README.txt", "config.json", "metrics.json", "strips.png", "turntable.gif"],
        ...[...ofShape("digit-3"), ...ofShape("digit-3-2")],
      ].toSorted(),
    );
    const read = (name: string) => files[name]!.async("uint8array");
    const json = async (name: string) => JSON.parse(await files[name]!.async("text"));
    assert.equal(imageFormat(await read("strips.png")), "png");
    assert.equal(imageFormat(await read("turntable.gif")), "gif");
    assert.deepEqual(await json("config.json"), { seed: 3 });
    const { config: _, ...measured } = RECORD;
    assert.deepEqual(await json("metrics.json"), {
      ...measured,
      step: 50,
      threshold: 0.25,
      isSolid: false,
      shapes,
    });

    const occupancy = readNpy(await read("digit-3/occupancy.npy"), "occupancy.npy");
    assert.deepEqual([...occupancy.shape], [8, 8, 8]);
    assert.deepEqual([...occupancy.values], [...inFile(exhibits[0]!.grid)]);
    const voxels = readNpy(await read("digit-3/voxels.npy"), "voxels.npy");
    assert.ok(voxels.isUint8);
    assert.deepEqual(
      [...voxels.values],
      [...occupancy.values].map((value) => Number(value >= 0.25)),
    );
    assert.equal(shapes[0]!.voxels, 32);
    const obj = await files["digit-3-2/mesh.obj"]!.async("text");
    assert.equal(obj.match(/^f /gm)!.length, shapes[1]!.triangles);
    assert.deepEqual(await Array.fromAsync(Deno.readDir(join(folder, "new")), ({ name }) => name), [
      "shapes.zip",
    ]);
  }));

Deno.test("exportShapes() makes shapes solid where it is asked to, and keeps what was predicted", () =>
  withFolder(async (folder) => {
    const path = join(folder, "solid.zip");
    const shell: Exhibit = {
      ...exhibit("shell", 3),
      grid: gridOf([8, 8, 8], (column, row, layer) => {
        const radius = Math.hypot(column - 4, row - 4, layer - 4);
        return radius > 2 && radius < 3.5 ? 1 : 0;
      }),
    };
    const { shapes: [shape] } = await exportShapes(path, [shell], { ...OPTIONS, isSolid: true });
    const { grid, report } = solidOf(shell.grid, 0.25);
    assert.deepEqual(shape!.solid, report);
    assert.ok(report.hidden > 0 && report.pieces === 1);
    const { files } = await JSZip.loadAsync(await Deno.readFile(path));
    const npy = async (name: string) =>
      readNpy(await files[name]!.async("uint8array"), name).values;
    assert.deepEqual([...await npy("shell/occupancy.npy")], [...inFile(shell.grid)]);
    assert.deepEqual([...await npy("shell/voxels.npy")], [...inFile(grid)]);
    const metrics = JSON.parse(await files["metrics.json"]!.async("text"));
    assert.equal(metrics.isSolid, true);
    assert.deepEqual(metrics.shapes[0].solid, report);
    assert.match(await files["README.txt"]!.async("text"), /\nMeshes and voxels.npy are solids: /);
    const { triangles } = meshOf(grid, { threshold: 0.25, front: 1 });
    assert.equal(shape!.triangles, triangles.length / 3);
  }));

Deno.test("exportShapes() writes what voxels:PATH reads the right way up, packed and unpacked", () =>
  withFolder(async (folder) => {
    const zip = join(folder, "shapes.zip");
    // An L that no turn of the axes leaves as it is: low, near and left, with a pole at its corner.
    const occupancy = new Float32Array(8 ** 3);
    const set = (depth: number, row: number, column: number) =>
      occupancy[(depth * 8 + row) * 8 + column] = 1;
    for (let column = 2; column < 6; column++) set(1, 6, column);
    for (let depth = 2; depth < 5; depth++) set(depth, 6, 2);
    for (let row = 1; row < 6; row++) set(1, row, 2);
    const grid: VoxelGrid = { occupancy, size: [8, 8, 8] };
    const exhibits = [{ ...exhibit("An L", 3), grid }, exhibit("digit 3", 3)];
    await exportShapes(zip, exhibits, OPTIONS);
    const { truth, classNames, labels } = await VOXELS.load(requestOf(), zip);
    assert.deepEqual([classNames, [...labels!]], [["an-l", "digit-3"], [0, 1]]);
    const written = exhibits.flatMap(({ grid: { occupancy } }) =>
      Array.from(occupancy, (value) => Number(value >= 0.25))
    );
    assert.deepEqual([truth!.size, [...truth!.voxels]], [8, written]);

    const { files } = await JSZip.loadAsync(await Deno.readFile(zip));
    const npy = join(folder, "voxels.npy");
    await Deno.writeFile(npy, await files["an-l/voxels.npy"]!.async("uint8array"));
    const unpacked = await VOXELS.load(requestOf(), npy);
    const one = await VOXELS.load(requestOf({ classes: ["an-l"] }), zip);
    assert.deepEqual([...unpacked.truth!.voxels], written.slice(0, 512));
    assert.deepEqual([...one.truth!.voxels], written.slice(0, 512));
  }));

Deno.test("exportShapes() writes the same bytes each time", () =>
  withFolder(async (folder) => {
    const paths = ["a.zip", "b.zip"].map((name) => join(folder, name));
    for (const path of paths) await exportShapes(path, [exhibit("a", 3)], OPTIONS);
    const [a, b] = await Promise.all(paths.map((path) => Deno.readFile(path)));
    assert.deepEqual(a, b);
  }));

Deno.test("exportShapes() names the shape without a voxel at the threshold, and writes nothing", () =>
  withFolder(async (folder) => {
    const exhibits = [exhibit("full", 3), exhibit("thin", 1.5)];
    const highest = Math.max(...Array.from(exhibits[1]!.grid.occupancy));
    await assert.rejects(
      exportShapes(join(folder, "a.zip"), exhibits, { ...OPTIONS, threshold: 0.5 }),
      {
        name: "RangeError",
        message: 'Cannot export "thin": Cannot extract a surface: threshold must be at most ' +
          `${highest}, the highest occupancy, got 0.5; lower the threshold`,
      },
    );
    await assert.rejects(exportShapes(join(folder, "a.zip"), [], OPTIONS), {
      name: "RangeError",
      message: "Cannot export shapes: exhibits must not be empty",
    });
    assert.deepEqual(await Array.fromAsync(Deno.readDir(folder)), []);
  }));
