import assert from "node:assert/strict";
import { join } from "node:path";
import { configWith } from "@/method/registry.ts";
import { runsOf } from "@/method/runs.ts";
import { inRanges, sweepRuns } from "@/tools/sweep/sweep_runs.ts";
import fc from "fast-check";
import { withFolder } from "../../data/fixtures.ts";

Deno.test("inRanges() writes numbers as sbatch --array takes them", () => {
  assert.equal(inRanges([]), "");
  assert.equal(inRanges([4]), "4");
  assert.equal(inRanges([0, 1, 2, 3, 7]), "0-3,7");
  assert.equal(inRanges([0, 2, 4, 5]), "0,2,4-5");
});

Deno.test("inRanges() names every number once, whatever they are", () => {
  const numbers = fc.uniqueArray(fc.nat(60)).map((all) => all.toSorted((a, b) => a - b));
  fc.assert(fc.property(numbers, (all) => {
    const read = inRanges(all).split(",").filter((range) => range !== "").flatMap((range) => {
      const [from, to = from] = range.split("-").map(Number) as [number, number?];
      return Array.from({ length: to - from + 1 }, (_, i) => from + i);
    });
    assert.deepEqual(read, all);
  }));
});

Deno.test("sweepRuns() lists the notebooks' runs", async () => {
  assert.deepEqual(await sweepRuns("quick"), runsOf("quick"));
});

Deno.test("sweepRuns() reads a list of runs as changes of the preset", () =>
  withFolder(async (folder) => {
    const file = join(folder, "runs.json");
    const entries = [{ name: "a" }, { name: "b", seed: 2 }];
    await Deno.writeTextFile(file, JSON.stringify(entries));
    assert.deepEqual(await sweepRuns("quick", file), [
      { name: "a", config: configWith("quick") },
      { name: "b", config: configWith("quick", { seed: 2 }) },
    ]);
  }));

Deno.test("sweepRuns() refuses what is no list of runs", () =>
  withFolder(async (folder) => {
    const file = join(folder, "runs.json");
    const refused = async (text: string, name: string, message: RegExp) => {
      await Deno.writeTextFile(file, text);
      await assert.rejects(sweepRuns("quick", file), { name, message });
    };
    const start = `Cannot sweep: "${file}" must `;
    const says = (rest: string) => new RegExp(`^${RegExp.escape(start + rest)}$`);
    await refused("", "SyntaxError", says("hold a JSON list of runs, got nothing"));
    await refused("{}", "SyntaxError", says("hold a JSON list of runs, got {}"));
    await refused("[]", "SyntaxError", says("hold a JSON list of runs, got []"));
    await refused("[3]", "SyntaxError", says("give each run a name, got none for run 0"));
    await refused('[{"seed": 1}]', "SyntaxError", says("give each run a name, got none for run 0"));
    const twice = says("list each run once, got run 1 as run 0");
    await refused('[{"name": "a"}, {"name": "a", "seed": 2}]', "SyntaxError", twice);
    await refused('[{"name": "a"}, {"name": "b"}]', "SyntaxError", twice);
    await refused('[{"name": "a", "steps": 0}]', "RangeError", /^Cannot use config: steps must be/);
    await refused(
      '[{"name": "a", "stps": 1}]',
      "TypeError",
      /^Cannot use config: stps must be one/,
    );
    await assert.rejects(sweepRuns("quick", join(folder, "none.json")), {
      name: "NotFound",
      message: /^Cannot read ".*none\.json": it must exist, got no such file/,
    });
  }));
