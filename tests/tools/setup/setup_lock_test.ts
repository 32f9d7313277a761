import { PROJECT } from "@/tools/setup/layout.ts";
import assert from "node:assert/strict";
import { join } from "node:path";
import { canLock, SetupLock } from "@/tools/setup/setup_lock.ts";

const MODULE = join(PROJECT.root, "lib", "tools", "setup", "setup_lock.ts");

/** Takes a lock twice in a process whose `flock` fails with an error. */
async function takeWithout(folder: string, error: string): Promise<string> {
  const source = join(folder, "flock.c");
  const library = join(folder, "flock.so");
  await Deno.writeTextFile(
    source,
    `#include <errno.h>\nint flock(int file, int operation) { errno = ${error}; return -1; }\n`,
  );
  const args = ["-x", "c", "-shared", "-fPIC", source, "-o", library];
  assert.equal((await new Deno.Command("g++", { args }).output()).code, 0);
  const script = `import { canLock, SetupLock } from ${JSON.stringify(MODULE)};
    const folder = ${JSON.stringify(folder)};
    using lock = new SetupLock(folder, ({ step }) => console.log(step));
    await lock.take().then(() => lock.take()).catch((error) => console.log(error.message));
    console.log(await canLock(folder + "/lock").catch((error) => error.message));`;
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", script],
    cwd: PROJECT.root,
    env: { LD_PRELOAD: library, NO_COLOR: "1" },
  }).output();
  return new TextDecoder().decode(stdout);
}

for (const error of ["ENOSYS", "ENOLCK", "EOPNOTSUPP", "EINVAL"]) {
  Deno.test(`SetupLock goes on and says so once where locks give ${error}`, async () => {
    const folder = await Deno.makeTempDir();
    assert.equal(
      await takeWithout(folder, error),
      "Go on without a lock, which this file system lacks: run one set-up at a time\nfalse\n",
    );
    await Deno.remove(folder, { recursive: true });
  });
}

Deno.test("SetupLock passes on other errors", async () => {
  const folder = await Deno.makeTempDir();
  assert.match(await takeWithout(folder, "EIO"), /^(Input\/output error \(os error 5\)\n){2}$/);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("SetupLock takes nothing before it is asked to, and is free afterwards", async () => {
  const folder = await Deno.makeTempDir();
  const inside = join(folder, "new");
  {
    using lock = new SetupLock(inside, () => {});
    await assert.rejects(Deno.stat(inside), Deno.errors.NotFound);
    await lock.take();
    await lock.take();
  }
  const steps: string[] = [];
  using lock = new SetupLock(inside, ({ step }) => steps.push(step));
  await lock.take();
  assert.deepEqual(steps, []);
  assert.equal(await canLock(join(inside, "lock")), true);
  await Deno.remove(folder, { recursive: true });
});
