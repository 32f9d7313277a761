/** What the documentation of the library must hold: words for every public name, and true examples. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { PROJECT } from "@/tools/setup/layout.ts";
import { RUNTIME_ENVIRONMENT } from "@/tools/setup/runtime_environment.ts";

/** Runs Deno in the project; gives how it ended and all that it said. */
async function deno(...args: string[]): Promise<{ code: number; words: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd: PROJECT.root,
    env: { ...RUNTIME_ENVIRONMENT, NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  return { code, words: decoder.decode(stdout) + decoder.decode(stderr) };
}

/** One complaint of `deno doc --lint`. */
interface Complaint {
  readonly words: string;
  readonly place: string;
}

/** Reads the complaints: each is a line `error[rule]: words`, and a line `--> file:line:column`. */
function complaintsOf(words: string): Complaint[] {
  return words.split(/^(?=error)/m).filter((part) => part.startsWith("error")).map((part) => ({
    words: part.split("\n")[0]!,
    place: /--> (.*)/.exec(part)?.[1] ?? "",
  }));
}

/** Tells whether a complaint is about this project's documentation. */
function isOurs({ words, place }: Complaint): boolean {
  // `mod.ts` hands tfjs on, so Deno complains of the documentation of tfjs too,
  if (place.includes("node_modules/")) return false;
  // and calls its types private, as it does those of every package, zod's among them.
  if (
    /^error\[private-type-ref\].* private type '(Tensor([1-6]D)?|Scalar|Zod\w+|output)'$/.test(
      words,
    )
  ) {
    return false;
  }
  return !/^error: Found \d+ documentation lint errors/.test(words);
}

Deno.test("deno doc --lint finds nothing to say of lib/, tfjs aside", async () => {
  const { words } = await deno("doc", "--lint", "lib/mod.ts");
  const complaints = complaintsOf(words);
  assert.ok(complaints.some(({ place }) => place.includes("node_modules/")), "it has run");
  assert.deepEqual(complaints.filter(isOurs), []);
});

Deno.test("isOurs() lets no complaint of lib/ pass, and no word that is no complaint", () => {
  const ours = complaintsOf(`error[missing-jsdoc]: exported symbol is missing JSDoc documentation
 --> /some/lib/a.ts:1:1
error[private-type-ref]: public type 'f' references private type 'Secret'
  --> /some/lib/a.ts:2:1
error: Module not found "lib/mod.ts".
error[missing-jsdoc]: exported symbol is missing JSDoc documentation
 --> /some/node_modules/tfjs/b.d.ts:1:1
error[private-type-ref]: public type 'f' references private type 'Tensor4D'
  --> /some/lib/a.ts:3:1
error: Found 4 documentation lint errors.
`).filter(isOurs);
  assert.deepEqual(ours.map(({ place }) => place), [
    "/some/lib/a.ts:1:1",
    "/some/lib/a.ts:2:1",
    "",
  ]);
});

/** The files below a folder whose documentation holds an example. */
function filesWithExamples(folder: string): string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) => {
    const path = join(folder, name);
    if (isDirectory) return filesWithExamples(path);
    return name.endsWith(".ts") && /^ \* ```ts$/m.test(Deno.readTextFileSync(path)) ? [path] : [];
  }).sort();
}

Deno.test("the examples in the documentation of lib/ do what they say", async () => {
  const files = filesWithExamples(join(PROJECT.root, "lib"));
  const { code, words } = await deno("test", "--doc", "--allow-all", ...files);
  assert.equal(code, 0, words);
  const [, passed] = /(\d+) passed/.exec(words)!;
  assert.ok(Number(passed) >= files.length, `${passed} examples in ${files.length} files`);
});
