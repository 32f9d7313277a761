import assert from "node:assert/strict";
import { join } from "node:path";
import { lastGapOf, openHistory, readHistory, type StepRecord } from "@/train/history.ts";
import { withFolder } from "../data/fixtures.ts";

const record = (step: number): StepRecord => ({ step, loss: 10 / step, image: 3, ms: 1.5 });

/** Runs a test with the path of a history in a folder of its own. */
async function withHistory(body: (path: string) => Promise<void>): Promise<void> {
  await withFolder((folder) => body(join(folder, "run", "history.jsonl")));
}

async function write(path: string, after: number, steps: readonly number[]): Promise<void> {
  using history = await openHistory(path, after);
  for (const step of steps) history.write(record(step));
}

Deno.test("HistoryWriter writes one line of JSON a step, at once", async () => {
  await withHistory(async (path) => {
    using history = await openHistory(path, 0);
    history.write(record(1));
    history.write(record(2));
    assert.equal(
      await Deno.readTextFile(path),
      '{"step":1,"loss":10,"image":3,"ms":1.5}\n{"step":2,"loss":5,"image":3,"ms":1.5}\n',
    );
  });
});

Deno.test("readHistory() gives the records in order", async () => {
  await withHistory(async (path) => {
    await write(path, 0, [1, 2, 3]);
    assert.deepEqual(await readHistory(path), [record(1), record(2), record(3)]);
  });
});

Deno.test("readHistory() gives nothing where there is no file, or an empty one", async () => {
  await withHistory(async (path) => {
    assert.deepEqual(await readHistory(path), []);
    await write(path, 0, []);
    assert.deepEqual(await readHistory(path), []);
  });
});

Deno.test("readHistory() leaves out a last line that was cut off, wherever", async () => {
  await withHistory(async (path) => {
    await write(path, 0, [1, 2]);
    const text = await Deno.readTextFile(path);
    const lastLine = text.lastIndexOf("\n", text.length - 2) + 1;
    for (let length = lastLine; length < text.length; length++) {
      await Deno.writeTextFile(path, text.slice(0, length));
      assert.deepEqual(await readHistory(path), [record(1)], `${length} bytes`);
    }
  });
});

Deno.test("openHistory() drops what an interrupted run wrote beyond its checkpoint", async () => {
  await withHistory(async (path) => {
    await write(path, 0, [1, 2, 3, 4]);
    await Deno.writeTextFile(path, '{"step":5,"lo', { append: true });
    await write(path, 2, [3]);
    assert.deepEqual(await readHistory(path), [record(1), record(2), record(3)]);
  });
});

Deno.test("openHistory() starts anew at step 0", async () => {
  await withHistory(async (path) => {
    await write(path, 0, [1, 2]);
    await write(path, 0, [1]);
    assert.deepEqual(await readHistory(path), [record(1)]);
  });
});

Deno.test("readHistory() names the line that is damaged", async () => {
  await withHistory(async (path) => {
    await write(path, 0, [1, 2]);
    const text = await Deno.readTextFile(path);
    await Deno.writeTextFile(path, text.replace('"step":1', '"step":'));
    await assert.rejects(readHistory(path), {
      name: "SyntaxError",
      message: `Cannot read "${path}": line 1 must be JSON, got {"step":,"loss":10,"image":3,` +
        '"ms":1.5}; remove the line to go on without it',
    });
  });
});

Deno.test("lastGapOf() finds the realism gap that was noted last, if there is any", () => {
  assert.equal(lastGapOf([]), undefined);
  assert.equal(lastGapOf([record(1), record(2)]), undefined);
  const gaps = [record(1), { ...record(2), realismGap: -3 }, { ...record(3), realismGap: 0 }];
  assert.equal(lastGapOf([...gaps, record(4)]), 0);
});
