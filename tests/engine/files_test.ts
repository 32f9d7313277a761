import assert from "node:assert/strict";
import { join } from "node:path";
import {
  isFileLocked,
  removeTemporaries,
  tryLockFile,
  tryLockFolder,
  writeAtomically,
  WriteError,
  writeError,
} from "@/engine/files.ts";
import { withFolder } from "../data/fixtures.ts";

const namesIn = async (folder: string) =>
  (await Array.fromAsync(Deno.readDir(folder), ({ name }) => name)).toSorted();

Deno.test("writeAtomically() writes text and bytes, small and large, and nothing beside them", async () => {
  await withFolder(async (folder) => {
    const large = Uint8Array.from({ length: 5_000_001 }, (_, i) => i % 251);
    const contents: Record<string, string | Uint8Array> = {
      "empty.txt": "",
      "small.txt": "ü and 你\n",
      "bytes.bin": Uint8Array.of(0, 255, 10, 13),
      "part.bin": large.subarray(5, 9),
      "large.bin": large,
    };
    for (const [name, content] of Object.entries(contents)) {
      await writeAtomically(join(folder, name), content);
    }
    assert.deepEqual(await namesIn(folder), Object.keys(contents).toSorted());
    for (const [name, content] of Object.entries(contents)) {
      const bytes = await Deno.readFile(join(folder, name));
      const expected = typeof content === "string" ? new TextEncoder().encode(content) : content;
      assert.equal(bytes.length, expected.length, name);
      assert.ok(bytes.every((byte, i) => byte === expected[i]), name);
    }
  });
});

Deno.test("writeAtomically() writes parts one after the other", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "parts.bin");
    await writeAtomically(path, [Uint8Array.of(1, 2), new Uint8Array(), Uint8Array.of(3)]);
    assert.deepEqual([...await Deno.readFile(path)], [1, 2, 3]);
  });
});

Deno.test("writeAtomically() makes missing folders and replaces the old file", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "a", "b", "file.txt");
    await writeAtomically(path, "a first, longer content");
    await writeAtomically(path, "second");
    assert.equal(await Deno.readTextFile(path), "second");
    assert.deepEqual(await namesIn(join(folder, "a", "b")), ["file.txt"]);
  });
});

Deno.test("writeAtomically() shows the old file or the new one to whoever reads meanwhile", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "file.txt");
    const contents = ["a", "b"].map((letter) => letter.repeat(1_000_000));
    await writeAtomically(path, contents[0]!);
    let isDone = false;
    const writing = (async () => {
      for (let i = 1; i < 12; i++) await writeAtomically(path, contents[i % 2]!);
      isDone = true;
    })();
    let readings = 0;
    while (!isDone) {
      const text = await Deno.readTextFile(path);
      assert.ok(contents.includes(text), `${text.length} characters`);
      readings++;
    }
    await writing;
    assert.ok(readings > 0);
  });
});

Deno.test("writeAtomically() keeps the old file and leaves nothing when it fails", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "file.txt");
    await writeAtomically(path, "old");
    const bad = { length: 4, subarray: () => "no bytes" } as unknown as Uint8Array;
    await assert.rejects(writeAtomically(path, bad));
    assert.equal(await Deno.readTextFile(path), "old");
    assert.deepEqual(await namesIn(folder), ["file.txt"]);
  });
});

Deno.test("writeAtomically() leaves nothing when the name is taken by a folder", async () => {
  await withFolder(async (folder) => {
    await Deno.mkdir(join(folder, "taken", "inside"), { recursive: true });
    await assert.rejects(writeAtomically(join(folder, "taken"), "content"), {
      name: "WriteError",
      message:
        `Cannot write "${folder}/taken": its name must be free, got a folder of that name; ` +
        `move it, or choose another name`,
    });
    assert.deepEqual(await namesIn(folder), ["taken"]);
  });
});

Deno.test("writeAtomically() fails where a folder on the way is a file", async () => {
  await withFolder(async (folder) => {
    await Deno.writeTextFile(join(folder, "file"), "");
    await assert.rejects(writeAtomically(join(folder, "file", "inside"), "content"), {
      name: "WriteError",
      message:
        `Cannot write "${folder}/file/inside": "${folder}/file" must be a folder, got a file ` +
        `in its way; move it, or choose another folder`,
    });
    assert.deepEqual(await namesIn(folder), ["file"]);
  });
});

Deno.test("writeAtomically() serves several writers of one file at a time", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "file.txt");
    const contents = Array.from({ length: 8 }, (_, i) => String(i).repeat(50_000));
    await Promise.all(contents.map((content) => writeAtomically(path, content)));
    assert.ok(contents.includes(await Deno.readTextFile(path)));
    assert.deepEqual(await namesIn(folder), ["file.txt"]);
  });
});

Deno.test("removeTemporaries() removes what killed writers left, and nothing else", async () => {
  await withFolder(async (folder) => {
    await Deno.writeTextFile(join(folder, "step-000004.safetensors.0a1b2c3d.tmp"), "half");
    const others = ["step-000004.safetensors", "notes.tmp", "a.0a1b2c3d.tmp.txt"];
    for (const name of others) await Deno.writeTextFile(join(folder, name), "whole");
    await Deno.mkdir(join(folder, "folder.0a1b2c3d.tmp"));
    await removeTemporaries(folder);
    assert.deepEqual(await namesIn(folder), [...others, "folder.0a1b2c3d.tmp"].toSorted());
    await removeTemporaries(join(folder, "nowhere"));
  });
});

Deno.test("writeError() says what the disk must allow and what to do", () => {
  const told = (code: string) =>
    String(writeError("runs/a", Object.assign(new Error("Odd (os error 5): open"), { code })));
  for (const code of ["ENOSPC", "EDQUOT", "EFBIG"]) {
    assert.equal(
      told(code),
      'WriteError: Cannot write "runs/a": the disk of folder "runs" must have room for it, got a full ' +
        "one; free space there or choose another folder, then run it again",
    );
  }
  assert.match(told("EACCES"), /: folder "runs" must be writable, got no permission; choose /);
  assert.match(told("EROFS"), /: folder "runs" must be on a disk .+, got a read-only one; choose /);
  assert.match(told("ENOENT"), /: folder "runs" must stay in place, got none; run it again$/);
  assert.match(told("ENAMETOOLONG"), /: its name must be .+, got a longer one; shorten it$/);
  assert.match(told("EIO"), /: the disk must take it, got Odd; check the disk$/);
});

Deno.test("writeError() leaves other errors as they are", () => {
  const error = new TypeError("mine");
  assert.equal(writeError("a", error), error);
  const known = writeError("a", Object.assign(new Error(""), { code: "EIO" }));
  assert.ok(known instanceof WriteError);
  assert.equal(writeError("b", known), known);
});

Deno.test("tryLockFolder() gives a folder to one at a time, and leaves nothing in it", async () => {
  await withFolder(async (folder) => {
    const inside = join(folder, "new");
    {
      using first = await tryLockFolder(inside);
      assert.ok(first);
      assert.equal(await tryLockFolder(inside), undefined);
      using other = await tryLockFolder(folder);
      assert.ok(other);
    }
    using again = await tryLockFolder(inside);
    assert.ok(again);
    assert.deepEqual(await namesIn(inside), []);
  });
});

Deno.test("tryLockFile() gives a file to one at a time, and isFileLocked() tells", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "new", "lock");
    assert.equal(await isFileLocked(path), false);
    {
      using first = await tryLockFile(path);
      assert.ok(first);
      assert.equal(await tryLockFile(path), undefined);
      assert.equal(await isFileLocked(path), true);
    }
    assert.equal(await isFileLocked(path), false);
    using again = await tryLockFile(path);
    assert.ok(again);
    assert.deepEqual(await namesIn(join(folder, "new")), ["lock"]);
  });
});
