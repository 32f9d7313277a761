import assert from "node:assert/strict";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { openPart } from "@/data/formats/zip_reader.ts";
import { withFolder } from "../fixtures.ts";
import { hostileZip } from "../hostile_zip.ts";

/** The part of yauzl used here; the package has no types. */
interface Archive {
  eachEntry(): AsyncIterable<{ fileName: string }>;
  openReadStreamPromise(entry: { fileName: string }): Promise<Readable>;
}

/** Larger than the chunks that are read at once, and hard to pack. */
const LARGE = Uint8Array.from({ length: 200_000 }, (_, i) => Math.imul(i, i ^ 2654435761) >>> 24);

Deno.test("openPart() reads an archive between other bytes, and closes the file", () =>
  withFolder(async (folder) => {
    const path = join(folder, "a.bin");
    const zip = hostileZip([
      { name: "small", bytes: Uint8Array.of(1, 2, 3) },
      { name: "none", bytes: new Uint8Array() },
      { name: "large", bytes: LARGE, method: 0 },
    ]);
    const bytes = new Uint8Array(100 + zip.length + 50).fill(7);
    bytes.set(zip, 100);
    await Deno.writeFile(path, bytes);
    const extent = { start: 100, end: 100 + zip.length, count: 3 };
    const archive = await openPart(path, extent) as Archive;
    const sizes: Record<string, number> = {};
    for await (const entry of archive.eachEntry()) {
      const parts: Uint8Array[] = [];
      for await (const part of await archive.openReadStreamPromise(entry)) parts.push(part);
      const read = new Uint8Array(await new Blob(parts as BlobPart[]).arrayBuffer());
      sizes[entry.fileName] = read.length;
      if (entry.fileName === "large") assert.ok(read.every((byte, i) => byte === LARGE[i]));
    }
    assert.deepEqual(sizes, { small: 3, none: 0, large: LARGE.length });
  })); // Deno's sanitizer fails this test if the file stays open

Deno.test("openPart() closes the file if there is no archive", () =>
  withFolder(async (folder) => {
    const path = join(folder, "a.bin");
    await Deno.writeFile(path, new Uint8Array(100));
    await assert.rejects(openPart(path, { start: 10, end: 90, count: 0 }), {
      message: /End of central directory record signature not found/,
    });
  }));
