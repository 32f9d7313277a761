import assert from "node:assert/strict";
import { requireAvx, requireDisk, requirePlatform } from "@/tools/setup/platform.ts";

Deno.test("requirePlatform() accepts Linux on both architectures", () => {
  assert.equal(requirePlatform("linux", "x86_64"), "x86_64");
  assert.equal(requirePlatform("linux", "aarch64"), "aarch64");
});

Deno.test("requirePlatform() says what to use on other systems", () => {
  assert.throws(() => requirePlatform("darwin", "aarch64"), {
    message: "Cannot set up the native backend: the system must be Linux on x86_64 or aarch64, " +
      "got darwin on aarch64; use a Linux container or virtual machine " +
      "(on Windows: WSL 2, on a Mac: Docker)",
  });
});

Deno.test("requireAvx() refuses an x86_64 without AVX and asks for no more", () => {
  const cpu = (flags: string) => `processor\t: 0\nmodel name\t: Celeron\nflags\t\t: fpu ${flags}\n`;
  requireAvx("x86_64", cpu("sse4_2 avx"));
  requireAvx("aarch64", "Features\t: fp asimd\n");
  requireAvx("x86_64", ""); // hidden
  assert.throws(() => requireAvx("x86_64", cpu("sse4_2 avxish")), {
    message:
      "Cannot set up the native backend: the CPU must have AVX, got Celeron, which lacks it; " +
      "use another machine (a virtual one needs its host's CPU type), or set SHAPES_TENSORFLOW_DIR " +
      "to a libtensorflow built without AVX",
  });
});

Deno.test("requireDisk() accepts a disk with space and refuses one without", async () => {
  const folder = Deno.cwd();
  await requireDisk("download", folder, 0);
  await assert.rejects(
    requireDisk("download", folder, 1e9),
    /^Error: Cannot download: the disk of ".*" must have 1000000000 GB free, got [\d.]+ GB; free /,
  );
});
