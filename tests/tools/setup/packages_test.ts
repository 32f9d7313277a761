import assert from "node:assert/strict";
import { join } from "node:path";
import { letOthersRead, requirePackages } from "@/tools/setup/packages.ts";
import { fakeCheckout } from "./fake_checkout.ts";

Deno.test("requirePackages() says how to install those that are missing", async () => {
  await using checkout = await fakeCheckout();
  await requirePackages(checkout.layout);
  await Deno.remove(checkout.layout.nodeHeaders, { recursive: true });
  await assert.rejects(requirePackages(checkout.layout), {
    message: `Cannot set up: npm packages must be installed, got no ` +
      `"${checkout.layout.nodeHeaders}"; run \`deno install\``,
  });
});

Deno.test("letOthersRead() adds the rights that the umask leaves, and no others", async () => {
  const folder = await Deno.makeTempDir();
  const inside = join(folder, "google");
  await Deno.mkdir(inside);
  const [secret, program] = [join(inside, "package.json"), join(inside, "run.js")];
  await Deno.writeTextFile(secret, "{}");
  await Deno.writeTextFile(program, "");
  await Deno.chmod(secret, 0o600);
  await Deno.chmod(program, 0o711);
  await Deno.chmod(inside, 0o700);
  await Deno.symlink("nowhere", join(inside, "link"));
  const modeOf = async (path: string) => (await Deno.stat(path)).mode! & 0o777;
  await letOthersRead(folder, 0o027);
  assert.deepEqual(
    [await modeOf(inside), await modeOf(secret), await modeOf(program)],
    [0o750, 0o640, 0o751],
  );
  await letOthersRead(folder, 0o022);
  assert.deepEqual(
    [await modeOf(inside), await modeOf(secret), await modeOf(program)],
    [0o755, 0o644, 0o755],
  );
  await Deno.remove(folder, { recursive: true });
});
