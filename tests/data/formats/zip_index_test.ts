/** Archives whose index disagrees with their end, or with itself. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { join } from "node:path";
import { listZip, readZip } from "@/data/formats/zip.ts";
import { findArchive } from "@/data/formats/zip_index.ts";
import { withFolder } from "../fixtures.ts";
import { type HostileFile, hostileZip } from "../hostile_zip.ts";

const NAMED = (name: string) => ({ name, bytes: Uint8Array.of(1, 2) });

async function readNames(path: string): Promise<string[]> {
  const selection = { wanted: () => true, maxBytes: 1000 };
  return await Array.fromAsync(readZip(path, selection), ({ name }) => name);
}

/** Changes numbers of 16 bits in an archive's end record, its last 22 bytes. */
function withEnd(changes: Record<number, number>, files: readonly HostileFile[]) {
  const bytes = hostileZip(files);
  const end = new DataView(bytes.buffer, bytes.length - 22);
  for (const [at, value] of Object.entries(changes)) end.setUint16(Number(at), value, true);
  return bytes;
}

/** Positions in the end record. */
const [COUNT, INDEX_SIZE, INDEX_START] = [10, 12, 16];

const FIVE = ["a", "b", "c", "d", "e"].map(NAMED);

Deno.test("readZip() reads all files though the end counts fewer, as Finder's may", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "a.zip");
    for (const count of [0, 2, 5]) {
      await Deno.writeFile(path, withEnd({ [COUNT]: count }, FIVE));
      assert.equal((await findArchive(path)).count, 5, `${count} counted`);
      assert.deepEqual(await listZip(path), ["a", "b", "c", "d", "e"]);
      assert.deepEqual(await readNames(path), ["a", "b", "c", "d", "e"]);
    }
  });
});

Deno.test("listZip() lists 65,539 files that count as 3", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "a.zip");
    const names = Array.from({ length: 65_539 }, (_, i) => String(i));
    await Deno.writeFile(path, hostileZip(names.map(NAMED)));
    assert.deepEqual(await listZip(path), names);
  });
});

/** End records and indices that disagree; an index of five files has 5 x 47 = 235 bytes from 175. */
const DISAGREEING = [
  {
    change: () => withEnd({ [COUNT]: 6 }, FIVE),
    found: "its index must list the 6 files that it counts, got 5; " +
      "make or download the archive again",
  },
  {
    change: () => withEnd({ [COUNT]: 4, [INDEX_SIZE]: 188 }, FIVE),
    found:
      'its index must end at byte 410, got 188 bytes from byte 175; pack it again, with "zip ' +
      '-r" if it has more than 4 GB',
  },
  {
    change: () => withEnd({ [COUNT]: 4, [INDEX_START]: 175 + 47 }, FIVE),
    found:
      'its index must end at byte 410, got 235 bytes from byte 222; pack it again, with "zip ' +
      '-r" if it has more than 4 GB',
  },
  {
    change: () => withEnd({}, FIVE).with(175 + 47, 0),
    found: "its index must hold whole records of files up to byte 410, got none at byte 222; " +
      "make or download the archive again",
  },
  {
    change: () => withEnd({}, FIVE).with(175 + 4 * 47 + 32, 1), // the last file's comment
    found: "its index must hold whole records of files up to byte 410, got a longer one at byte " +
      "363; make or download the archive again",
  },
];

for (const { change, found } of DISAGREEING) {
  Deno.test(`readZip() refuses an index that disagrees with itself: ${found}`, async () => {
    await withFolder(async (folder) => {
      const path = join(folder, "a.zip");
      await Deno.writeFile(path, change());
      const expected = { name: "SyntaxError", message: `Cannot read "${path}": ${found}` };
      await assert.rejects(findArchive(path), expected);
      await assert.rejects(listZip(path), expected);
      await assert.rejects(readNames(path), expected);
    });
  });
}

Deno.test("readZip() reads an archive with Zip64 records and a comment", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "a.zip");
    const plain = hostileZip(FIVE);
    const [end, comment] = [plain.length - 22, new TextEncoder().encode("made in a test")];
    const bytes = new Uint8Array(plain.length + 56 + 20 + comment.length);
    const view = new DataView(bytes.buffer);
    bytes.set(plain.subarray(0, end));
    view.setUint32(end, 0x06064b50, true);
    view.setUint32(end + 4, 44, true);
    const write = (listed: number) => {
      [listed, listed, end - 175, 175].forEach((value, i) =>
        view.setUint32(end + 24 + 8 * i, value, true)
      );
    };
    view.setUint32(end + 56, 0x07064b50, true);
    view.setUint32(end + 64, end, true);
    view.setUint32(end + 72, 1, true);
    bytes.set(plain.subarray(end), end + 76);
    bytes.fill(0xff, end + 76 + 8, end + 76 + 20); // these numbers stand in the larger record
    view.setUint16(end + 76 + 20, comment.length, true);
    bytes.set(comment, end + 76 + 22);
    for (const listed of [5, 3]) {
      write(listed);
      await Deno.writeFile(path, bytes);
      assert.deepEqual(await listZip(path), ["a", "b", "c", "d", "e"]);
    }
  });
});

/** Packs files with an end record of 64 bits, as Zip64 has it. */
function zip64(files: readonly HostileFile[]): Uint8Array<ArrayBuffer> {
  const plain = hostileZip(files);
  const at = plain.length - 22;
  const start = new DataView(plain.buffer).getUint32(at + INDEX_START, true);
  const middle = new DataView(new ArrayBuffer(56 + 20));
  middle.setUint32(0, 0x06064b50, true);
  [files.length, files.length, at - start, start]
    .forEach((value, i) => middle.setUint32(24 + 8 * i, value, true));
  middle.setUint32(56, 0x07064b50, true);
  middle.setUint32(64, at, true);
  const end = plain.subarray(at).slice().fill(0xff, 8, 20);
  return Uint8Array.of(...plain.subarray(0, at), ...new Uint8Array(middle.buffer), ...end);
}

Deno.test("readZip() reads an archive behind a program and in front of other bytes", async () => {
  const script = new TextEncoder().encode("#!/bin/sh\nunzip $0\n");
  const [none, garbage] = [new Uint8Array(), new Uint8Array(999).fill(10)];
  await withFolder(async (folder) => {
    const path = join(folder, "a.zip");
    for (const archive of [hostileZip(FIVE), zip64(FIVE)]) {
      for (const front of [none, script, hostileZip([NAMED("other")])]) {
        for (const behind of [none, garbage, garbage.subarray(0, 3)]) {
          await Deno.writeFile(path, Uint8Array.of(...front, ...archive, ...behind));
          const end = front.length + archive.length;
          assert.deepEqual(await findArchive(path), { start: front.length, end, count: 5 });
          assert.deepEqual(await readNames(path), ["a", "b", "c", "d", "e"]);
        }
      }
    }
  });
});

/** Files that are not zip archives, by their first bytes. */
const OTHER_FILES: readonly (readonly [start: string, said: string])[] = [
  ["Rar!\x1a\x07\x01\x00", 'a RAR archive; unpack it and pack it with "zip -r"'],
  ["7z\xbc\xaf\x27\x1c", 'a 7z archive; unpack it and pack it with "zip -r"'],
  ["\x1f\x8b\x08", 'a gzip file; unpack it and pack it with "zip -r"'],
  [
    "<!DOCTYPE html><p>Sign in</p>",
    "a web page; download it again, with a browser if the site wants one",
  ],
  ["PK\x03\x04 and no end", "a start without an end; copy or download it again"],
  ["any text at all", "other bytes; choose another file, or download it again"],
  ["", "no bytes; choose another file, or download it again"],
];

for (const [start, said] of OTHER_FILES) {
  Deno.test(`readZip() says what is no zip archive: ${said}`, async () => {
    await withFolder(async (folder) => {
      const path = join(folder, "a.zip");
      await Deno.writeFile(path, Uint8Array.from(start, (letter) => letter.charCodeAt(0)));
      await assert.rejects(readNames(path), {
        name: "SyntaxError",
        message: `Cannot read "${path}": it must be a complete zip file, got ${said}`,
      });
    });
  });
}

Deno.test("findArchive() refuses more than 2^20 files", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "a.zip");
    const most = 2 ** 20;
    for (const count of [most, most + 1]) {
      const bytes = Buffer.alloc(46 * count + 22, Buffer.from("PK\x01\x02".padEnd(46, "\0")));
      bytes.fill(0, 46 * count);
      bytes.write("PK\x05\x06", 46 * count, "latin1");
      bytes.writeUInt32LE(46 * count, 46 * count + INDEX_SIZE);
      await Deno.writeFile(path, bytes);
      if (count === most) assert.equal((await findArchive(path)).count, most);
    }
    await assert.rejects(findArchive(path), {
      name: "RangeError",
      message: `Cannot read "${path}": it must list at most ${most} files, got more`,
    });
  });
});
