/** What `readZip` makes of names and headers that are damaged. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { listZip } from "@/data/formats/zip.ts";
import { withFolder } from "../fixtures.ts";
import { hostileZip } from "../hostile_zip.ts";
import { ALL, readAll, startOfIndex } from "../zip_parts.ts";

/** Writes an archive, with changes to its bytes, and passes on its path. */
async function withZip(
  files: Record<string, Uint8Array>,
  body: (path: string) => Promise<void>,
  change: (bytes: Uint8Array) => Uint8Array,
) {
  const packed = Object.entries(files).map(([name, bytes]) => ({ name, bytes }));
  await withFolder(async (folder) => {
    const path = join(folder, "a.zip");
    await Deno.writeFile(path, change(hostileZip(packed)));
    await body(path);
  });
}

/** Replaces every occurrence of a name by one of the same length, a letter for a byte. */
function rename(bytes: Uint8Array, from: string, to: string): Uint8Array {
  const text = String.fromCharCode(...bytes).replaceAll(from, to);
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

Deno.test("readZip() refuses a file whose name in the index is that of another", async () => {
  const files = { "cup/1.off": Uint8Array.of(1), "mug/1.off": Uint8Array.of(2) };
  const change = (bytes: Uint8Array) => {
    const index = startOfIndex(bytes);
    const renamed = rename(bytes.subarray(index), "cup", "jar");
    return Uint8Array.of(...bytes.subarray(0, index), ...renamed);
  };
  await withZip(files, async (path) => {
    assert.deepEqual(await listZip(path), ["jar/1.off", "mug/1.off"]);
    await assert.rejects(readAll(path), {
      name: "SyntaxError",
      message: `Cannot read "${path}": it must be a complete zip file, got the content of ` +
        'another file for "jar/1.off"; copy or download it again',
    });
    const mug = { ...ALL, wanted: (name: string) => name.startsWith("mug") };
    assert.deepEqual(await readAll(path, mug), { "mug/1.off": [2] });
  }, change);
});

Deno.test("listZip() refuses names that are no text", async () => {
  const files = { cheese: Uint8Array.of(1) };
  const isUtf8 = 8; // bit 11 of the flags
  const cases = [["chee\0\0", 0], ["\0heese", 0], ["chee\xffe", isUtf8]] as const;
  for (const [to, flags] of cases) {
    const found = to.replace("\xff", "\ufffd");
    await withZip(files, async (path) => {
      await assert.rejects(listZip(path), {
        name: "SyntaxError",
        message: `Cannot read "${path}": the names of its files must be text, ` +
          `got ${JSON.stringify(found)}; make or download the archive again`,
      });
    }, (bytes) => rename(bytes.with(startOfIndex(bytes) + 9, flags), "cheese", to));
  }
});

Deno.test("readZip() refuses a patch, and a version of the format that does not exist", async () => {
  const changes: [number, number, string][] = [
    [6, 64, "need at most version 6.3 of the format, got 6.4"],
    [8, 1 << 5, "be a whole file, got a patch to one"],
  ];
  for (const [at, value, words] of changes) {
    await withZip({ a: Uint8Array.of(1) }, async (path) => {
      await assert.rejects(readAll(path), {
        name: "SyntaxError",
        message: `Cannot read "${path}": "a" must ${words}; make or download the archive again`,
      });
    }, (bytes) => bytes.with(startOfIndex(bytes) + at, value));
  }
});
