import assert from "node:assert/strict";
import { join } from "node:path";
import { readZip } from "@/data/formats/zip.ts";
import { withFolder } from "../fixtures.ts";
import { type HostileFile, hostileZip } from "../hostile_zip.ts";

const NAMED = (name: string) => ({ name, bytes: Uint8Array.of(1, 2) });

/** Packs files and reads them again. */
async function readPacked(
  files: readonly HostileFile[],
  change = (bytes: Uint8Array<ArrayBuffer>) => bytes,
): Promise<Record<string, number[]>> {
  const read: Record<string, number[]> = {};
  await withFolder(async (folder) => {
    const path = join(folder, "a.zip");
    await Deno.writeFile(path, change(hostileZip(files)));
    const selection = { wanted: () => true, maxBytes: 1000 };
    for await (const { name, bytes } of readZip(path, selection)) read[name] = [...bytes];
  });
  return read;
}

Deno.test("readZip() reads files that are stored, and packed by deflate and Zstandard", async () => {
  const bytes = Uint8Array.from({ length: 900 }, (_, i) => i * i % 7);
  const files = [0, 8, 93].map((method) => ({ name: `${method}`, bytes, method }));
  const expected = [...bytes];
  assert.deepEqual(await readPacked(files), { 0: expected, 8: expected, 93: expected });
});

for (
  const [method, name] of [[9, "Deflate64"], [12, "bzip2"], [14, "LZMA"], [
    77,
    "method 77",
  ]] as const
) {
  Deno.test(`readZip() says that it does not read ${name}, and what helps`, async () => {
    await assert.rejects(readPacked([{ ...NAMED("a"), method }]), {
      name: "SyntaxError",
      message: new RegExp(
        `^Cannot read ".*": "a" must be packed by deflate or Zstandard, or stored, got ${name}; ` +
          'unpack the archive and pack it again with "zip -r"$',
      ),
    });
  });
}

Deno.test("readZip() refuses a file under WinZip's encryption", async () => {
  await assert.rejects(readPacked([{ ...NAMED("a"), method: 99 }]), {
    name: "SyntaxError",
    message: /: "a" must not be encrypted, got an encrypted file; pack it without a password$/,
  });
});

Deno.test("readZip() stops unpacking Zstandard at the declared size, and at bad bytes", async () => {
  const bomb = { name: "bomb", bytes: new Uint8Array(2 ** 26), method: 93, declaredSize: 900 };
  const short = { ...NAMED("a"), method: 93, declaredSize: 3 };
  const damage = (bytes: Uint8Array<ArrayBuffer>) => bytes.with(31, 0); // behind 30 and the name
  const cases: readonly (readonly [() => Promise<unknown>, string])[] = [
    [() => readPacked([bomb]), '"bomb" with more than the declared 900 bytes'],
    [() => readPacked([short]), '"a" with 2 of the declared 3 bytes'],
    [() => readPacked([{ ...NAMED("a"), method: 93 }], damage), '"a" with Zstd.*'],
  ];
  for (const [reading, found] of cases) {
    await assert.rejects(reading(), {
      name: "SyntaxError",
      message: new RegExp(
        `: it must be a complete zip file, got ${found}; copy or download it again$`,
      ),
    });
  }
});
