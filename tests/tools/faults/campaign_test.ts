import assert from "node:assert/strict";
import {
  failureLines,
  hasFailed,
  runCampaign,
  tableInMarkdown,
  tableInText,
} from "@/tools/faults/campaign.ts";
import type { Fault, FaultResult } from "@/tools/faults/fault.ts";
import { FAULTS } from "@/tools/faults/faults.ts";

/** A fault of which comes what is given. */
function faultOf(name: string, run: Fault["run"]): Fault {
  return { name, right: `${name} is refused`, tries: { whole: 1000, short: 3 }, run };
}

const told = (result: Partial<FaultResult> = {}): Fault["run"] => ({ tries }) =>
  Promise.resolve({ tried: tries, failures: [], ...result });

const GOOD = faultOf("good", told({ note: "9 refused" }));
const BAD = faultOf("bad", told({ failures: ["try 2: it was read"] }));
const SKIPPED = faultOf("skipped", told({ tried: 0, skipped: "no root" }));
const BROKEN = faultOf("broken", () => Promise.reject(new Error("no server")));

Deno.test("runCampaign() gives each fault its tries, a seed and an empty folder, removed later", async () => {
  const folders: string[] = [];
  const seeds: number[] = [];
  const fault = (name: string) =>
    faultOf(name, async ({ folder, tries, seed, onTry }) => {
      assert.deepEqual(await Array.fromAsync(Deno.readDir(folder)), []);
      await Deno.writeTextFile(`${folder}/left`, "");
      folders.push(folder);
      seeds.push(seed);
      onTry(1);
      return { tried: tries, failures: [] };
    });
  const said: string[] = [];
  const options = {
    seed: 7,
    onStart: ({ name }: Fault, tries: number) => void said.push(`${name} ${tries}`),
    onTry: ({ name }: Fault, done: number, tries: number) =>
      void said.push(`${name} ${done}/${tries}`),
  };
  await runCampaign([fault("a"), fault("b")], { ...options, isShort: true });
  await runCampaign([fault("b")], { ...options, tries: 5 });
  await runCampaign([fault("b")], { ...options, seed: 8 });
  assert.deepEqual(said, ["a 3", "a 1/3", "b 3", "b 1/3", "b 5", "b 1/5", "b 1000", "b 1/1000"]);
  assert.equal(new Set(folders).size, 4);
  for (const folder of folders) await assert.rejects(Deno.stat(folder), Deno.errors.NotFound);
  assert.equal(seeds[1], seeds[2], "a fault's draws do not depend on the others");
  assert.equal(new Set(seeds).size, 3);
});

Deno.test("runCampaign() counts a fault that cannot be made as wrong, and stops at the signal", async () => {
  const [row] = await runCampaign([BROKEN], { seed: 1 });
  assert.equal(row!.result.tried, 0);
  assert.match(row!.result.failures.join(), /^it could not be tried: Error: no server/);
  const signal = AbortSignal.abort(new Error("enough"));
  await assert.rejects(runCampaign([GOOD], { seed: 1, signal }), { message: "enough" });
});

Deno.test("tables of a campaign count tries and failures, and name what was skipped", async () => {
  const rows = await runCampaign([GOOD, BAD, SKIPPED], { seed: 1 });
  assert.equal(
    tableInMarkdown(rows),
    `| Fault | What must come of it | Tries | Wrong | Note |
| --- | --- | --: | --: | --- |
| good | good is refused | 1,000 | 0 | 9 refused |
| bad | bad is refused | 1,000 | 1 |  |
| skipped | skipped is refused | 0 | - | skipped: no root |`,
  );
  assert.deepEqual(tableInText(rows), [
    "Fault    Tries  Wrong  Note",
    "good     1,000      0  9 refused",
    "bad      1,000      1",
    "skipped      0      -  skipped: no root",
  ]);
  assert.deepEqual(failureLines(rows, 4), [
    'bad: repeat with `deno task faults --only "bad" --seed 4 --tries 1000`',
    "  try 2: it was read",
  ]);
  assert.ok(hasFailed(rows));
  assert.ok(!hasFailed(rows.filter(({ fault }) => fault !== BAD)));
});

Deno.test("faults have names of their own, and a short form that is shorter", () => {
  assert.equal(new Set(FAULTS.map(({ name }) => name)).size, FAULTS.length);
  for (const { tries: { whole, short } } of FAULTS) assert.ok(short >= 1 && short < whole);
});

for (const fault of FAULTS) {
  Deno.test(`fault "${fault.name}", its short form: ${fault.right}`, async () => {
    const rows = await runCampaign([fault], { seed: 1, isShort: true });
    assert.deepEqual(failureLines(rows, 1), []);
    const { tried, skipped } = rows[0]!.result;
    assert.ok(tried >= fault.tries.short || skipped !== undefined);
  });
}
