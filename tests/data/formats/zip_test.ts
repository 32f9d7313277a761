import assert from "node:assert/strict";
import { join } from "node:path";
import { listZip, readZip, type ZipSelection } from "@/data/formats/zip.ts";
import { withFolder, zipFile } from "../fixtures.ts";
import { type HostileFile, hostileZip } from "../hostile_zip.ts";

const ALL: ZipSelection = { wanted: () => true, maxBytes: 1000 };

async function readAll(path: string, selection = ALL): Promise<Record<string, number[]>> {
  const files: Record<string, number[]> = {};
  for await (const { name, bytes } of readZip(path, selection)) files[name] = [...bytes];
  return files;
}

/** Writes an archive, with optional changes to its bytes, and passes on its path. */
async function withZip(
  files: Record<string, Uint8Array>,
  body: (path: string) => Promise<void>,
  change = (bytes: Uint8Array) => bytes,
) {
  await withFolder(async (folder) => {
    const path = join(folder, "a.zip");
    await Deno.writeFile(path, change(await zipFile(files)));
    await body(path);
  });
}

/** Where the index of an archive without a comment begins: its end record, of 22 bytes, says so. */
function startOfIndex(bytes: Uint8Array): number {
  return new DataView(bytes.buffer).getUint32(bytes.length - 22 + 16, true);
}

/** Replaces every occurrence of a name by one of the same length. */
function rename(bytes: Uint8Array, from: string, to: string): Uint8Array {
  const text = new TextDecoder("latin1").decode(bytes).replaceAll(from, to);
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

Deno.test("readZip() reads the selected files one by one", async () => {
  const files = {
    "a.txt": Uint8Array.of(1, 2),
    "in/b.txt": Uint8Array.of(3),
    "c.md": Uint8Array.of(4),
  };
  await withZip(files, async (path) => {
    assert.deepEqual(await readAll(path), { "a.txt": [1, 2], "in/b.txt": [3], "c.md": [4] });
    const wanted = (name: string) => name.endsWith(".txt");
    assert.deepEqual(await readAll(path, { ...ALL, wanted }), { "a.txt": [1, 2], "in/b.txt": [3] });
  });
});

Deno.test("listZip() returns the names of the files", async () => {
  await withZip({ "a.txt": Uint8Array.of(1), "in/b.txt": Uint8Array.of(2) }, async (path) => {
    assert.deepEqual(await listZip(path), ["a.txt", "in/b.txt"]);
  });
});

Deno.test("readZip() closes the archive when the reader stops early", async () => {
  await withZip({ a: Uint8Array.of(1), b: Uint8Array.of(2) }, async (path) => {
    for await (const { name } of readZip(path, ALL)) {
      assert.equal(name, "a");
      break; // Deno's sanitizer fails this test if the file stays open
    }
  });
});

Deno.test("readZip() refuses a file that would inflate beyond the limit", async () => {
  await withZip({ "big.bin": new Uint8Array(1001) }, async (path) => {
    await assert.rejects(readAll(path), {
      name: "RangeError",
      message: `Cannot read "${path}": "big.bin" must inflate to at most 1000 bytes, got 1001; ` +
        "leave it out of the archive",
    });
  });
});

Deno.test("readZip() refuses a file that inflates to more than it declares", async () => {
  const declareLess = (bytes: Uint8Array) => {
    const central = startOfIndex(bytes);
    return bytes.with(central + 24, 10).with(central + 25, 0);
  };
  await withZip({ "big.bin": new Uint8Array(900) }, async (path) => {
    await assert.rejects(readAll(path), {
      name: "SyntaxError",
      message:
        /^Cannot read ".*": it must be a complete zip file, got too many bytes in the stream/,
    });
  }, declareLess);
});

Deno.test("readZip() refuses names that lead out of the archive", async () => {
  const cases = [
    { name: "../a.txt", found: "invalid relative path: ../a.txt" },
    { name: "/etc/a.t", found: "absolute path: /etc/a.t" },
  ];
  for (const { name, found } of cases) {
    await withZip({ "safe.txt": Uint8Array.of(1) }, async (path) => {
      await assert.rejects(readAll(path), {
        name: "SyntaxError",
        message: `Cannot read "${path}": it must be a complete zip file, got ${found}; ` +
          "copy or download it again",
      });
    }, (bytes) => rename(bytes, "safe.txt", name));
  }
});

Deno.test("readZip() refuses a corrupted file by its checksum", async () => {
  const files = { a: Uint8Array.from({ length: 300 }, (_, i) => (i * i) % 251) };
  const change = (bytes: Uint8Array) => {
    const central = startOfIndex(bytes);
    return bytes.with(central + 16, bytes[central + 16]! ^ 1); // the sum in the central directory
  };
  await withZip(files, async (path) => {
    await assert.rejects(readAll(path), {
      name: "SyntaxError",
      message:
        `Cannot read "${path}": it must be a complete zip file, got wrong checksum of "a"; ` +
        "copy or download it again",
    });
  }, change);
});

Deno.test("readZip() refuses a file that is truncated or not an archive", async () => {
  const cut = (bytes: Uint8Array) => bytes.subarray(0, bytes.length - 30);
  await withZip({ a: Uint8Array.of(1) }, async (path) => {
    await assert.rejects(readAll(path), {
      name: "SyntaxError",
      message: `Cannot read "${path}": it must be a complete zip file, ` +
        "got End of central directory record signature not found. Either not a zip file, " +
        "or file is truncated.; copy or download it again",
    });
  }, cut);
});

/** Packs files as declared and asserts the outcome of reading them. */
async function assertRefused(
  files: readonly HostileFile[],
  expected: { name: string; found: string | RegExp },
  selection = ALL,
) {
  await withFolder(async (folder) => {
    const path = join(folder, "a.zip");
    await Deno.writeFile(path, hostileZip(files));
    const { name, found } = expected;
    const message = typeof found === "string" ? `Cannot read "${path}": ${found}` : found;
    await assert.rejects(readAll(path, selection), { name, message });
    const left = await Array.fromAsync(Deno.readDir(folder), (entry) => entry.name);
    assert.deepEqual(left, ["a.zip"], "nothing is written");
  });
}

const NAMED = (name: string) => ({ name, bytes: Uint8Array.of(1, 2) });

Deno.test("hostileZip() makes readable archives if they are honest", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "a.zip");
    await Deno.writeFile(path, hostileZip([NAMED("a"), NAMED("b/c")]));
    assert.deepEqual(await readAll(path), { "a": [1, 2], "b/c": [1, 2] });
  });
});

Deno.test("readZip() refuses an archive that names a file twice", () =>
  assertRefused([NAMED("a"), NAMED("b"), NAMED("a")], {
    name: "SyntaxError",
    found: 'it must name each file once, got "a" twice; make or download the archive again',
  }));

Deno.test("readZip() refuses a selected link and ignores another", async () => {
  const files = [NAMED("a"), { ...NAMED("link"), isLink: true }];
  await assertRefused(files, {
    name: "SyntaxError",
    found: '"link" must be a regular file, got a symbolic link; pack its target',
  });
  await withFolder(async (folder) => {
    const path = join(folder, "a.zip");
    await Deno.writeFile(path, hostileZip(files));
    const selection = { ...ALL, wanted: (name: string) => name === "a" };
    assert.deepEqual(await readAll(path, selection), { a: [1, 2] });
  });
});

Deno.test("readZip() refuses a file that needs a password", () =>
  assertRefused([{ ...NAMED("a"), isEncrypted: true }], {
    name: "SyntaxError",
    found: '"a" must not be encrypted, got an encrypted file; pack it without a password',
  }));

Deno.test("readZip() refuses a declared bomb of 10 GB", () =>
  assertRefused([{ name: "bomb", bytes: new Uint8Array(2 ** 20), declaredSize: 1e10 }], {
    name: "RangeError",
    found: '"bomb" must inflate to at most 1000 bytes, got 10000000000; ' +
      "leave it out of the archive",
  }));

Deno.test("readZip() refuses an impossible inflated size before allocating", () =>
  assertRefused([{ ...NAMED("a"), declaredSize: 2 ** 40 }], {
    name: "SyntaxError",
    found: '"a" must inflate to at most 1032 times its 4 packed bytes, got 1099511627776; ' +
      "make or download the archive again",
  }, { ...ALL, maxBytes: Infinity }));

Deno.test("readZip() stops inflating a bomb at its declared size", () =>
  assertRefused([{ name: "bomb", bytes: new Uint8Array(2 ** 26), declaredSize: 900 }], {
    name: "SyntaxError",
    found: /: it must be a complete zip file, got too many bytes in the stream/,
  }));

Deno.test("readZip() refuses a file that inflates to less than it declares", () =>
  assertRefused([{ ...NAMED("a"), declaredSize: 3 }], {
    name: "SyntaxError",
    found: /: it must be a complete zip file, got not enough bytes in the stream/,
  }));

Deno.test("readZip() reports a missing archive", async () => {
  await assert.rejects(readAll("/nowhere/a.zip"), Deno.errors.NotFound);
});
