import assert from "node:assert/strict";
import { join } from "node:path";
import { wrongIn } from "@/tools/faults/inputs.ts";
import { LOADERS } from "@/tools/faults/loaders.ts";
import { startReaders } from "@/tools/faults/readers.ts";
import { PROJECT } from "@/tools/setup/layout.ts";
import { exists } from "@/tools/setup/prepared.ts";
import { withFolder } from "../../data/fixtures.ts";

const python = join(PROJECT.readers, "bin", "python");

Deno.test({
  name: `LOADERS read every sound file as independent readers do ` +
    "(ignored without other people's readers; `deno task faults` installs them)",
  ignore: !await exists(python),
  fn: () =>
    withFolder(async (folder) => {
      await using readers = startReaders(python);
      for (const loader of LOADERS) {
        const sound = loader.make?.() ?? await readers.make(loader.format);
        for (const file of sound) {
          const ours = await loader.read(file, folder);
          const theirs = await readers.read(loader.format, file);
          assert.ok(!("refused" in theirs), `${file.name}: ${JSON.stringify(theirs)}`);
          assert.ok(Object.keys(ours.facts).length > 0, file.name);
          assert.equal(wrongIn(loader, ours, theirs), undefined, file.name);
        }
      }
    }),
});
