import assert from "node:assert/strict";
import { createProgressLine } from "@/tools/cli/progress.ts";

Deno.test("createProgressLine() writes one line per task outside a terminal", () => {
  const lines: string[] = [];
  const { show, end } = createProgressLine(false, (line) => lines.push(line));
  show("Download");
  show("Download", 5, 10);
  show("Download", 10, 10);
  show("Extract");
  end();
  assert.deepEqual(lines, ["Download ...", "Extract ..."]);
});

Deno.test("createProgressLine() writes a line in a terminal while the total is unknown", () => {
  const lines: string[] = [];
  const { show, end } = createProgressLine(true, (line) => lines.push(line));
  show("Compile");
  end();
  assert.deepEqual(lines, ["Compile ..."]);
});
