import assert from "node:assert/strict";
import { join } from "node:path";
import { gunzip, sha256OfFile, sha256OfInflated } from "@/data/formats/gzip.ts";
import { gzipped, sha256, withFolder } from "../fixtures.ts";

const CONTENT = Uint8Array.from({ length: 1000 }, (_, i) => i % 7);
const WHOLE = gzipped(CONTENT);

/** Damaged files and zlib's message for each. */
const DAMAGED = [
  { bytes: WHOLE.subarray(0, 20), found: "20 bytes with unexpected end of file" },
  { bytes: Uint8Array.of(1, 2, 3), found: "3 bytes with incorrect header check" },
  {
    bytes: WHOLE.with(-8, WHOLE.at(-8)! ^ 1),
    found: `${WHOLE.length} bytes with incorrect data check`,
  },
];

Deno.test("gunzip() returns what was compressed", async () => {
  assert.deepEqual(await gunzip(WHOLE, "a.gz", 1000), CONTENT);
});

Deno.test("gunzip() refuses bytes that are truncated, not gzip, or corrupt", async () => {
  for (const { bytes, found } of DAMAGED) {
    await assert.rejects(gunzip(bytes, "a.gz", 1000), {
      name: "SyntaxError",
      message: `Cannot inflate "a.gz": it must be a complete gzip file, got ${found}; ` +
        "delete it and fetch or copy it again",
    });
  }
});

Deno.test("gunzip() refuses to inflate more than the limit", async () => {
  await assert.rejects(gunzip(WHOLE, "a.gz", 999), {
    name: "RangeError",
    message: 'Cannot inflate "a.gz": it must inflate to at most 999 bytes, got more',
  });
});

Deno.test("sha256OfInflated() sums the content, whatever the header", async () => {
  await withFolder(async (folder) => {
    const file = join(folder, "a.gz");
    const otherTime = WHOLE.with(4, 99); // a header with another time stamp
    for (const bytes of [WHOLE, otherTime]) {
      await Deno.writeFile(file, bytes);
      assert.equal(await sha256OfInflated(file), sha256(CONTENT));
    }
  });
});

Deno.test("sha256OfInflated() refuses a damaged file", async () => {
  await withFolder(async (folder) => {
    const file = join(folder, "a.gz");
    for (const { bytes, found } of DAMAGED) {
      await Deno.writeFile(file, bytes);
      await assert.rejects(sha256OfInflated(file), {
        name: "SyntaxError",
        message: `Cannot inflate "${file}": it must be a complete gzip file, got ${found}; ` +
          "delete it and fetch or copy it again",
      });
    }
  });
});

Deno.test("sha256OfFile() sums a file as it is", async () => {
  const file = await Deno.makeTempFile();
  try {
    const bytes = new Uint8Array(100_000).fill(7);
    await Deno.writeFile(file, bytes);
    assert.equal(await sha256OfFile(file), sha256(bytes));
  } finally {
    await Deno.remove(file);
  }
});
