import assert from "node:assert/strict";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { onFile, systemReason } from "@/engine/system_error.ts";

/** Steps that a system refuses, and what must be said of them. */
const REFUSED: readonly { step: (folder: string) => Promise<unknown>; said: string }[] = [
  {
    step: (folder) => Deno.readFile(join(folder, "none")),
    said: "it must exist, got no such file or folder; check the path",
  },
  {
    step: (folder) => open(join(folder, "none")), // Node.js's own error
    said: "it must exist, got no such file or folder; check the path",
  },
  {
    step: (folder) => Deno.readFile(folder),
    said: "it must be a file, got a folder; give the path of a file",
  },
  {
    step: (folder) => Deno.readFile(join(folder, "file", "below")),
    said: "what its path leads through must be folders, got a file; check the path",
  },
  {
    step: (folder) => Deno.readFile(join(folder, "circle")),
    said: "its links must lead to a file, got links that lead in a circle; remove them",
  },
  {
    step: (folder) => Deno.readFile(join(folder, "a".repeat(300))),
    said: "its name must be as short as the disk wants, got a longer one; choose another",
  },
  {
    step: () => Deno.writeFile("/dev/full", Uint8Array.of(1)),
    said: "its disk must have room, got a full one; free some space or choose another folder",
  },
  {
    step: () => Promise.reject(Object.assign(new Error("raw"), { code: "EACCES" })),
    said: "its permissions must allow it, got a refusal; " +
      "change them with chmod or chown, or choose another path",
  },
  {
    step: () => Promise.reject(Object.assign(new Error("raw"), { code: "ENODEV" })),
    said: "the system must allow it, got its error ENODEV; choose another path",
  },
];

Deno.test("onFile() says in words what the system refuses, and keeps the error's class", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(join(folder, "file"), "");
  await Deno.symlink("circle", join(folder, "circle"));
  try {
    for (const { step, said } of REFUSED) {
      const raw = await step(folder).catch((error) => error) as Error;
      assert.equal(systemReason(raw), said);
      const told = await onFile("read", "a.png", () => step(folder)).catch((error) =>
        error
      ) as Error;
      assert.equal(told.message, `Cannot read "a.png": ${said}`);
      assert.equal(told.constructor, raw.constructor);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("onFile() gives what its step gives, and other errors as they are", async () => {
  assert.equal(await onFile("read", "a", () => Promise.resolve(3)), 3);
  const errors = [
    new SyntaxError("bad"),
    Object.assign(new Error("zlib"), { code: "Z_DATA_ERROR" }),
    Object.assign(new Error("node"), { code: "ERR_BUFFER_TOO_LARGE" }),
    "no error at all",
  ];
  for (const error of errors) {
    assert.equal(systemReason(error), undefined);
    assert.equal(await onFile("read", "a", () => Promise.reject(error)).catch((e) => e), error);
  }
});
