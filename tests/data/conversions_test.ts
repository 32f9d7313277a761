import assert from "node:assert/strict";
import { join } from "node:path";
import { conversionFile, readConversion, writeConversion } from "@/data/conversions.ts";
import { saveAgain, withFolder } from "./fixtures.ts";

const MADE = {
  tensors: { pixels: { shape: [2], values: Uint8Array.of(1, 2) } },
  metadata: { provenance: "the tests" },
};

Deno.test("readConversion() returns what writeConversion() wrote", () =>
  withFolder(async (folder) => {
    const file = join(folder, "cache", "a.safetensors");
    assert.equal(await readConversion(file), undefined);
    await writeConversion(file, MADE);
    assert.deepEqual(await readConversion(file), MADE);
    assert.deepEqual(
      await Array.fromAsync(Deno.readDir(join(folder, "cache")), ({ name }) => name),
      ["a.safetensors"],
    );
  }));

Deno.test("readConversion() treats a damaged or changed file as missing", () =>
  withFolder(async (folder) => {
    const file = join(folder, "a.safetensors");
    await writeConversion(file, MADE);
    const bytes = await Deno.readFile(file);
    for (const damaged of [bytes.subarray(0, 40), bytes.with(bytes.length - 1, 9)]) {
      await Deno.writeFile(file, damaged);
      assert.equal(await readConversion(file), undefined);
    }
    await writeConversion(file, MADE);
    await saveAgain(file);
    assert.equal(await readConversion(file), undefined);
  }));

Deno.test("conversionFile() changes with the archive and every option, not with its path", () =>
  withFolder(async (folder) => {
    const archive = join(folder, "a.zip");
    await Deno.writeTextFile(archive, "one");
    const time = new Date(1e12);
    await Deno.utime(archive, time, time);
    const conversion = { name: "set-train", archive, options: { seed: 1, size: 28 } };
    const named = (changes: Partial<typeof conversion> = {}) =>
      conversionFile("cache", { ...conversion, ...changes });
    const first = await named();
    assert.match(first, /^cache\/set-train-[0-9a-f]{12}\.safetensors$/);
    assert.equal(await named({ options: { size: 28, seed: 1 } }), first, "in any order");
    assert.notEqual(await named({ options: { seed: 2, size: 28 } }), first);
    const moved = join(folder, "b.zip");
    await Deno.rename(archive, moved);
    assert.equal(await named({ archive: moved }), first);
    await Deno.utime(moved, time, new Date(2e12));
    const later = await named({ archive: moved });
    assert.notEqual(later, first);
    await Deno.writeTextFile(moved, "three");
    await Deno.utime(moved, time, new Date(2e12));
    assert.notEqual(await named({ archive: moved }), later);
  }));

Deno.test("conversionFile() needs the archive", async () => {
  const conversion = { name: "a", archive: "/nowhere/a.zip", options: {} };
  await assert.rejects(conversionFile("cache", conversion), Deno.errors.NotFound);
});
