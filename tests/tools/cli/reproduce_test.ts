import assert from "node:assert/strict";
import { isTaggedLong } from "@/tools/cli/reproduce.ts";
import { join } from "node:path";
import { NAMES, NOTEBOOKS, readNotebook } from "../../notebooks.ts";
import { runCli } from "./run_cli.ts";

Deno.test("reproduce names its presets and the default in its help", async () => {
  const { code, stdout } = await runCli(["reproduce", "--help"]);
  assert.equal(code, 0);
  const help = stdout.replaceAll(/\s+/g, " ");
  assert.match(help, /^Usage: deno task reproduce \[options\] set everything up, train, run the /);
  assert.match(help, /--preset <name> .* \(choices: "paper", "quick", default: "quick"\)/);
  for (const option of ["--only <number>", "--steps <count>", "--data-dir <folder>"]) {
    assert.ok(help.includes(option), option);
  }
});

Deno.test("reproduce exits with 2 and one line on bad usage, before any set-up", async () => {
  const numbers = NAMES.map((name) => name.slice(0, 2)).join(", ");
  const misuses: [string[], RegExp][] = [
    [
      ["--only", "99"],
      new RegExp(`^error: Cannot reproduce: --only must be one of ${numbers}, got 99\n$`),
    ],
    [["--steps", "0"], /argument '0' is invalid\. It must be an integer >= 1\.\n$/],
    [["--steps", "many"], /argument 'many' is invalid\. It must be an integer >= 1\.\n$/],
    [["--preset", "slow"], /argument 'slow' is invalid\. Allowed choices are paper, quick\.\n$/],
    [["--all"], /^error: unknown option '--all'\n/],
  ];
  for (const [args, message] of misuses) {
    const { code, stdout, stderr } = await runCli(["reproduce", ...args]);
    assert.deepEqual([code, stdout], [2, ""], args.join(" "));
    assert.match(stderr, message);
  }
});

Deno.test("isTaggedLong() separates notebooks that share one run from those that train their own", () => {
  const isLong = (number: string) => {
    const name = NAMES.find((name) => name.startsWith(`${number}-`))!;
    return isTaggedLong(readNotebook(join(NOTEBOOKS, name)));
  };
  const short = ["00", "01", "02", "03", "04", "12"];
  assert.deepEqual(NAMES.map((name) => name.slice(0, 2)).filter((it) => !isLong(it)), short);
  assert.ok(!isTaggedLong({ cells: [{ metadata: { tags: ["long"] } }] }), "a cell alone");
  assert.ok(!isTaggedLong({ cells: [{ metadata: {} }, { metadata: { tags: ["parameters"] } }] }));
});
