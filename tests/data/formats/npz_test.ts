import assert from "node:assert/strict";
import { join } from "node:path";
import { requireNpzStart } from "@/data/formats/npz.ts";
import { withFolder, zipFile } from "../fixtures.ts";

Deno.test("requireNpzStart() takes archives, also one of no arrays, and nothing in front of them", () =>
  withFolder(async (folder) => {
    const path = join(folder, "a.npz");
    const whole = await zipFile({ "grids.npy": Uint8Array.of(1) });
    for (const bytes of [whole, await zipFile({})]) {
      await Deno.writeFile(path, bytes);
      await requireNpzStart(path);
    }
    for (const bytes of [Uint8Array.of(80, ...whole), whole.with(0, 0x51), new Uint8Array()]) {
      await Deno.writeFile(path, bytes);
      await assert.rejects(requireNpzStart(path), {
        name: "SyntaxError",
        message: `Cannot read "${path}": it must begin as an archive of numpy.savez does, got ` +
          `${JSON.stringify(String.fromCharCode(...bytes.subarray(0, 4)))}; save it again`,
      });
    }
  }));

Deno.test("requireNpzStart() says in words that there is no file", async () => {
  await assert.rejects(requireNpzStart("/nowhere/a.npz"), {
    message: /^Cannot read "\/nowhere\/a\.npz": it must exist, /,
  });
});
