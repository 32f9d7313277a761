import assert from "node:assert/strict";
import { join } from "node:path";
import { checkWords, failureOf, makeTries, namesIn, requireThat } from "@/tools/faults/tries.ts";
import { withFolder } from "../../data/fixtures.ts";

const CONTEXT = { folder: "", tries: 6, seed: 3, onTry: () => {} };

Deno.test("makeTries() counts what tries were, and keeps the index of those that went wrong", async () => {
  const done: number[] = [];
  const result = await makeTries({ ...CONTEXT, onTry: (count) => done.push(count) }, (_, index) => {
    if (index === 4) throw new Error("it was read");
    return Promise.resolve(index % 2 === 0 ? "cut" : "zeroed");
  });
  assert.deepEqual(result, {
    tried: 6,
    failures: ["try 4: it was read"],
    note: "2 cut, 3 zeroed",
  });
  assert.deepEqual(done, [1, 2, 3, 4, 5, 6]);
});

Deno.test("makeTries() draws the same for a seed and an index, however many tries there are", async () => {
  const drawn = async (tries: number, seed: number) => {
    const draws: number[] = [];
    await makeTries({ ...CONTEXT, tries, seed }, (random) => {
      draws.push(random.uniform());
      return Promise.resolve("");
    });
    return draws;
  };
  const six = await drawn(6, 3);
  assert.deepEqual(await drawn(3, 3), six.slice(0, 3));
  assert.equal(new Set([...six, ...await drawn(6, 4)]).size, 12);
});

Deno.test("makeTries() stops at the signal", async () => {
  const stop = new AbortController();
  const tries = makeTries({ ...CONTEXT, signal: stop.signal }, (_, index) => {
    if (index === 1) stop.abort(new Error("enough"));
    return Promise.resolve("");
  });
  await assert.rejects(tries, { message: "enough" });
});

Deno.test("checkWords() refuses what no user should read", () => {
  checkWords('Cannot write "a": the disk of folder "b" must have room', "a", "b");
  for (
    const raw of [
      "Cannot write: No space left on device (os error 28)",
      "Cannot write: ENOSPC",
      "Cannot read: Unexpected end of JSON input",
      "Cannot read: undefined is not a function",
      "Cannot read\n    at read (file:///a.ts:3:5)",
      "Cannot fetch: error sending request",
    ]
  ) {
    assert.throws(() => checkWords(raw), /^Error: the message must not show/, raw);
  }
  assert.throws(() => checkWords("the disk is full"), /must begin with "Cannot", got the disk is/);
  assert.throws(() => checkWords("Cannot write", "runs"), /must name "runs", got Cannot write/);
});

Deno.test("failureOf() gives the message of what fails, and fails where nothing does", async () => {
  assert.equal(await failureOf(() => Promise.reject(new Error("no"))), "no");
  await assert.rejects(failureOf(() => Promise.resolve()), /it must be refused, got no error/);
});

Deno.test("requireThat() throws what must be so", () => {
  requireThat(true, "fine");
  assert.throws(() => requireThat(false, "it must be so"), { message: "it must be so" });
});

Deno.test("namesIn() lists a folder that may not exist", async () => {
  await withFolder(async (folder) => {
    for (const name of ["b", "a"]) await Deno.writeTextFile(join(folder, name), "");
    assert.deepEqual(await namesIn(folder), ["a", "b"]);
    assert.deepEqual(await namesIn(join(folder, "nowhere")), []);
  });
});
