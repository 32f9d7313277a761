import assert from "node:assert/strict";
import { join } from "node:path";
import { strangersIn } from "@/engine/own_library.ts";
import { PROJECT } from "@/tools/setup/layout.ts";
import { runCli } from "../tools/cli/run_cli.ts";

const OURS = join(PROJECT.tfjs, "deps", "lib");

/** Lines of /proc/self/maps, one for each path. */
const mapsOf = (paths: string[]) =>
  paths.map((path) => `7f00-7f01 r-xp 00000000 fe:00 123        ${path}\n`).join("");

Deno.test("strangersIn() finds another libtensorflow, once, and not ours", async () => {
  const ours = await Deno.realPath(join(OURS, "libtensorflow_cc.so.2"));
  const other = "/opt/tf for C/libtensorflow_framework.so.2";
  const maps = mapsOf([ours, other, other, "/usr/lib/libc.so.6", "[heap]"]);
  assert.deepEqual(strangersIn(maps, OURS), [other]);
  assert.deepEqual(strangersIn(mapsOf([ours]), OURS), []);
});

/** Makes an empty library that claims a name of libtensorflow's. */
async function withStranger(name: string, body: (path: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const source = join(folder, "other.c");
    const path = join(folder, name);
    await Deno.writeTextFile(source, "int other(void) { return 1; }\n");
    const args = ["-x", "c", "-shared", "-fPIC", `-Wl,-soname,${name}`, source, "-o", path];
    const { code } = await new Deno.Command("g++", { args }).output();
    assert.equal(code, 0);
    await body(path);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Computes 1 + 1 as a notebook does: through the library alone. */
async function addInChild(env: Record<string, string>) {
  const script = `import * as tf from "@/engine/tf.ts";
    console.log(tf.add(1, 1).dataSync()[0]);`;
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", script],
    cwd: PROJECT.root,
    env: { ...env, NO_COLOR: "1" },
  }).output();
  return new TextDecoder().decode(stdout).trim();
}

for (const name of ["libtensorflow_framework.so.2", "libtensorflow_cc.so.2"]) {
  Deno.test(`tf computes with our ${name} although LD_LIBRARY_PATH leads to another`, () =>
    withStranger(name, async (path) => {
      assert.equal(await addInChild({ LD_LIBRARY_PATH: join(path, "..") }), "2");
    }));
}

Deno.test("loadOwnLibrary() says so if LD_PRELOAD brings another libtensorflow", () =>
  withStranger("libtensorflow_framework.so.2", async (path) => {
    const { code, stderr } = await runCli(["data", "embedded-solids"], { LD_PRELOAD: path });
    assert.equal(code, 1);
    assert.equal(
      stderr.trimEnd().split("\n").at(-1),
      `error: Cannot load TensorFlow: libtensorflow must come from "${OURS}", got "${path}"; ` +
        "unset LD_PRELOAD",
    );
  }));
