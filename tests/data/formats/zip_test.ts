import assert from "node:assert/strict";
import { join } from "node:path";
import { listZip, readZip } from "@/data/formats/zip.ts";
import { withFolder, zipFile } from "../fixtures.ts";
import { type HostileFile, hostileZip } from "../hostile_zip.ts";
import { ALL, readAll, startOfIndex } from "../zip_parts.ts";

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

/** Replaces every occurrence of a name by one of the same length. */
function rename(bytes: Uint8Array, from: string, to: string): Uint8Array {
  const text = String.fromCharCode(...bytes).replaceAll(from, to);
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
      message: `Cannot read "${path}": it must be a complete zip file, got "big.bin" with more ` +
        "than the declared 10 bytes; copy or download it again",
    });
  }, declareLess);
});

Deno.test("readZip() refuses names that lead out of the archive", async () => {
  const cases = [
    { name: "../a.txt", found: "../a.txt" },
    { name: "/etc/a.t", found: "/etc/a.t" },
    { name: "C:/etc/a", found: "C:/etc/a" },
    { name: "..\\a.txt", found: "../a.txt" },
  ];
  for (const { name, found } of cases) {
    await withZip({ "safe.txt": Uint8Array.of(1) }, async (path) => {
      await assert.rejects(readAll(path), {
        name: "SyntaxError",
        message: `Cannot read "${path}": it must name its files below its own folder, ` +
          `got "${found}"; pack it again with "zip -r"`,
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
        "got a start without an end; copy or download it again",
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
    found: /: it must be a complete zip file, got "bomb" with more than the declared 900 bytes/,
  }));

Deno.test("readZip() refuses a file that inflates to less than it declares", () =>
  assertRefused([{ ...NAMED("a"), declaredSize: 3 }], {
    name: "SyntaxError",
    found: /: it must be a complete zip file, got "a" with 2 of the declared 3 bytes/,
  }));

Deno.test("readZip() reports a missing archive", async () => {
  await assert.rejects(readAll("/nowhere/a.zip"), {
    message: 'Cannot read "/nowhere/a.zip": it must exist, got no such file or folder; ' +
      "check the path",
  });
});

Deno.test("readZip() ignores a folder that is listed twice", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "a.zip");
    const directory = { name: "in/", bytes: new Uint8Array(), method: 0 };
    await Deno.writeFile(path, hostileZip([directory, NAMED("in/a"), directory, NAMED("in/b")]));
    assert.deepEqual(await readAll(path), { "in/a": [1, 2], "in/b": [1, 2] });
    assert.deepEqual(await listZip(path), ["in/a", "in/b"]);
  });
});

Deno.test("readZip() takes backslashes for slashes, as old programs of Windows mean them", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "a.zip");
    await Deno.writeFile(path, hostileZip([NAMED("in\\a")]));
    assert.deepEqual(await readAll(path), { "in/a": [1, 2] });
    await Deno.writeFile(path, hostileZip([NAMED("in\\a"), NAMED("in/a")]));
    await assert.rejects(readAll(path), { message: /must name each file once, got "in\/a" twice/ });
  });
});

Deno.test("readZip() names the archive inside if there is nothing else to read", async () => {
  const inner = { name: "pics/inner.zip", bytes: hostileZip([NAMED("a.txt")]) };
  const wanted = (name: string) => name.endsWith(".txt");
  const found = 'it must hold the files themselves, got another archive, "pics/inner.zip"; ' +
    "unpack it and use what is inside";
  await assertRefused([inner], { name: "RangeError", found }, { ...ALL, wanted });
  await withFolder(async (folder) => {
    const path = join(folder, "a.zip");
    await Deno.writeFile(path, hostileZip([inner]));
    await assert.rejects(listZip(path), { message: `Cannot read "${path}": ${found}` });
    await Deno.writeFile(path, hostileZip([inner, NAMED("a.txt")]));
    assert.deepEqual(await readAll(path, { ...ALL, wanted }), { "a.txt": [1, 2] });
    assert.deepEqual(await listZip(path), ["pics/inner.zip", "a.txt"]);
  });
});
