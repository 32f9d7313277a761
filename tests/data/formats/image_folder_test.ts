import assert from "node:assert/strict";
import { join } from "node:path";
import { readFolder } from "@/data/formats/image_folder.ts";
import { withFolder } from "../fixtures.ts";

/** Reads the .txt files of a folder; gives their texts by name, and what is left out. */
async function readTexts(folder: string) {
  const [texts, leftOut]: [Record<string, string>, string[]] = [{}, []];
  const wanted = (name: string) => name.endsWith(".txt");
  const leaveOut = (message: string) => leftOut.push(message);
  for await (const { name, bytes } of readFolder(folder, { wanted, leaveOut })) {
    texts[name] = new TextDecoder().decode(bytes);
  }
  return { texts, leftOut: leftOut.sort() };
}

Deno.test("readFolder() reads the wanted files of a folder and its subfolders", () =>
  withFolder(async (folder) => {
    await Deno.mkdir(join(folder, "in", "side"), { recursive: true });
    await Deno.mkdir(join(folder, "@eaDir"));
    const names = ["a.txt", "b.md", ".c.txt", "in/d.txt", "in/side/e.txt", "@eaDir/f.txt"];
    for (const name of names) await Deno.writeTextFile(join(folder, name), name);
    const kept = ["a.txt", "in/d.txt", "in/side/e.txt"];
    assert.deepEqual(await readTexts(folder), {
      texts: Object.fromEntries(kept.map((name) => [join(folder, name), name])),
      leftOut: [],
    });
  }));

Deno.test("readFolder() follows links to files, and tells which links it does not follow", () =>
  withFolder(async (folder) => {
    await Deno.writeTextFile(join(folder, "a.txt"), "a");
    await Deno.mkdir(join(folder, "in"));
    await Deno.symlink("../a.txt", join(folder, "in", "b.txt"));
    await Deno.symlink("in", join(folder, "linked"));
    await Deno.symlink("in", join(folder, "linked.txt"));
    await Deno.symlink("gone", join(folder, "in", "c.txt"));
    await Deno.symlink("a.txt", join(folder, "a.md"));
    await Deno.symlink("circle.txt", join(folder, "circle.txt"));
    const { texts, leftOut } = await readTexts(folder);
    assert.deepEqual(texts, { [join(folder, "a.txt")]: "a", [join(folder, "in", "b.txt")]: "a" });
    const toFolder = "it must be a file or a folder, got a link to a folder; name that instead";
    assert.deepEqual(leftOut, [
      '"circle.txt": its links must lead to a file, got links that lead in a circle; remove them',
      '"in/c.txt": its link must lead to a file, got one that leads nowhere; ' +
      "fetch or mount what it stands for, or remove it",
      `"linked": ${toFolder}`,
      `"linked.txt": ${toFolder}`,
    ]);
  }));

Deno.test("readFolder() refuses a folder that cannot be read itself", () =>
  withFolder(async (folder) => {
    const path = join(folder, "none");
    await assert.rejects(readTexts(path), {
      name: "NotFound",
      message: `Cannot read "${path}": it must exist, got no such file or folder; check the path`,
    });
  }));

Deno.test("readFolder() passes on errors that are not the system's", () =>
  withFolder(async (folder) => {
    await Deno.writeTextFile(join(folder, "a.txt"), "a");
    const wanted = () => {
      throw new TypeError("a mistake");
    };
    const reading = Array.fromAsync(readFolder(folder, { wanted, leaveOut: () => {} }));
    await assert.rejects(reading, { name: "TypeError", message: "a mistake" });
  }));
