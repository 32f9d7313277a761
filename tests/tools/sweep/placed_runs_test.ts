import assert from "node:assert/strict";
import { join } from "node:path";
import { writeAtomically } from "@/engine/files.ts";
import { configsOf, type IndexedRun, STUDIES } from "@/method/runs.ts";
import { placeRuns, readPlaces, savePlaces, withoutPlaces } from "@/tools/sweep/placed_runs.ts";
import { withFolder } from "../../data/fixtures.ts";
import { TINY } from "../../tiny.ts";

const run = (name: string, data: string, seed = 1): IndexedRun => ({
  name,
  config: { ...TINY, imageSize: 28, data, seed },
});

/** Data sets that are not there, and a network that is none. */
async function withoutNetwork(body: () => Promise<void>): Promise<void> {
  const { fetch } = globalThis;
  globalThis.fetch = () => Promise.reject(new TypeError("no network"));
  try {
    await body();
  } finally {
    globalThis.fetch = fetch;
  }
}

Deno.test("placeRuns() replaces what cannot be fetched, once, and says so", () =>
  withFolder((folder) =>
    withoutNetwork(async () => {
      const asked: string[] = [];
      const list = [run("a", "mnist:1"), run("b", "embedded-digits:1"), run("c", "mnist:1", 2)];
      const load = { dataDir: folder, cacheDir: join(folder, "cache") };
      const onData = (data: string) => void asked.push(data);
      const runs = await placeRuns(list, { project: folder, ...load, onData });
      const { notice } = runs[0]!;
      const stood = { inside: "", notice };
      assert.deepEqual(runs, [
        { ...run("a", "embedded-digits:1"), ...stood },
        { ...list[1]!, inside: "" },
        { ...run("c", "embedded-digits:1", 2), ...stood },
      ]);
      assert.deepEqual(asked, ["mnist:1", "embedded-digits:1"]);
      assert.match(notice!, /^NOT REAL DATA\. .*\(embedded-digits:1 instead of mnist:1\)/);
    })
  ));

Deno.test("placeRuns() draws the example of notebook 11, whose runs lie where the notebook looks", () =>
  withFolder((folder) =>
    withoutNetwork(async () => {
      const [config] = configsOf("ownImages", "quick");
      assert.equal(config!.data, STUDIES.ownImages.data);
      const load = { dataDir: folder, cacheDir: join(folder, "cache") };
      const list = [{ name: "own", config: config! }];
      const [own] = await placeRuns(list, { project: folder, ...load });
      assert.match(own!.inside, /^images-[0-9a-f]{8}$/);
      assert.deepEqual([own!.config.data, own!.dataDir], [
        "images:embedded-garments-test:1",
        join("data", "own-images"),
      ]);
      const names = Deno.readDirSync(join(folder, own!.dataDir!, "embedded-garments-test"));
      assert.equal([...names].length, 200); // as many as the stand-in has of these classes
    })
  ));

Deno.test("readPlaces() gives what savePlaces() saved, of the same runs alone", () =>
  withFolder(async (folder) => {
    const path = join(folder, "sweep-paper.json");
    const list = [run("a", "mnist:1"), run("b", "celeba")];
    assert.equal(await readPlaces(path, list), undefined);
    const placed = withoutPlaces(list).map((run) => ({ ...run, notice: "NOT REAL DATA." }));
    await savePlaces(path, list, placed);
    assert.deepEqual(await readPlaces(path, list), placed);
    assert.equal(await readPlaces(path, list.slice(1)), undefined);
    assert.equal(await readPlaces(path, [list[0]!, run("b", "celeba", 2)]), undefined);
    await writeAtomically(path, "{");
    await assert.rejects(readPlaces(path, list), { name: "SyntaxError" });
  }));
