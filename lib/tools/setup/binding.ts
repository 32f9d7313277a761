/**
 * Builds the native binding of tfjs: two C++ files, compiled against the pinned libtensorflow.
 *
 * One binding serves CPU and GPU. It finds libtensorflow through its package's link `deps/lib`, so
 * changing the backend means changing that link.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { basename, dirname, join, relative } from "node:path";
import { runChild } from "./child.ts";
import { howToInstall } from "./advice.ts";
import { isMade, type SetupContext } from "./context.ts";
import type { Layout } from "./layout.ts";
import { userEnvironment } from "./private_environment.ts";
import { letOthersRead } from "./packages.ts";
import { TENSORFLOW_VERSION } from "./libtensorflow.ts";
import { exists, type Prepared, prepareFolder, type Stamp } from "./prepared.ts";

const SOURCES = ["tfjs_backend.cc", "tfjs_binding.cc"];

const FLAGS = ["-O2", "-std=c++17", "-fPIC", "-shared", "-DNAPI_VERSION=8"];

/** The name that tfjs loads. */
const BINDING = "tfjs_binding.node";

/**
 * Builds the package's binding, or copies a prebuilt one.
 *
 * @param libtensorflow Folder with `lib/` and `include/`, or with a prebuilt `tfjs_binding.node`
 */
export async function ensureBinding(context: SetupContext, libtensorflow: string): Promise<void> {
  const ready = join(libtensorflow, BINDING);
  const isReady = await exists(ready);
  const expected = isReady
    ? preparedOf(context.layout, await stampOfFile(ready))
    : await expectedBinding(context);
  if (await isMade(context, expected)) return;
  await prepareFolder({
    ...expected,
    make: async (folder, temporary) => {
      const binding = join(folder, BINDING);
      if (isReady) await Deno.copyFile(ready, binding);
      else await compile(context, libtensorflow, binding, temporary);
      await letOthersRead(join(context.layout.root, "node_modules"));
    },
  });
}

/** What the compiled binding's folder is when it is complete. */
export async function expectedBinding(
  context: Pick<SetupContext, "layout" | "compilerProgram">,
): Promise<Prepared> {
  return preparedOf(context.layout, await stampOfSources(context));
}

function preparedOf(layout: Layout, stamp: Stamp): Prepared {
  const folder = join(layout.tfjs, "lib", "napi-v8");
  return { folder, stamp, probes: [join(folder, BINDING)] };
}

/** Checks for the compiler if needed, before a long download rather than after. */
export async function requireCompiler(context: SetupContext): Promise<void> {
  if (await isMade(context, await expectedBinding(context))) return;
  await runChild(context.compilerProgram, ["--version"], {
    action: "compile the native binding",
    cure: await needCompiler(),
  });
}

/** Links the binding to a folder of libraries. */
export async function linkLibraries(context: SetupContext, libraries: string): Promise<void> {
  const link = join(context.layout.tfjs, "deps", "lib");
  if (!await exists(dirname(link))) {
    await context.lock();
    await Deno.mkdir(dirname(link), { recursive: true });
  }
  // The package's folder is a link into node_modules/.deno, so start from its real path.
  const target = relative(await Deno.realPath(dirname(link)), libraries);
  if (await linkTarget(link) === target) return;
  await context.lock();
  const partial = `${link}.partial`;
  if (await linkTarget(partial) !== undefined) await Deno.remove(partial);
  await Deno.symlink(target, partial);
  await Deno.rename(partial, link);
}

async function needCompiler(): Promise<string> {
  return `install a C++17 compiler, ${await howToInstall("compiler")}`;
}

async function compile(
  context: SetupContext,
  libtensorflow: string,
  binding: string,
  temporary: string,
): Promise<void> {
  const { layout, compilerProgram, report, signal } = context;
  const libraries = join(libtensorflow, "lib");
  const headers = join(libtensorflow, "include");
  if (!await exists(headers)) {
    throw new Error(
      `Cannot compile the native binding: "${libtensorflow}" must hold include/ or ${BINDING}, ` +
        `got neither; copy one of them from a machine that has run set-up`,
    );
  }
  report({ step: "Compile the native binding" });
  await runChild(compilerProgram, [
    ...FLAGS,
    `-I${layout.nodeHeaders}`,
    `-I${headers}`,
    ...SOURCES.map((source) => join(layout.tfjs, "binding", source)),
    `-L${libraries}`,
    "-l:libtensorflow_cc.so.2",
    "-l:libtensorflow_framework.so.2",
    "-Wl,-rpath,$ORIGIN/../../deps/lib",
    "-o",
    binding,
  ], {
    action: "compile the native binding",
    cure: await needCompiler(),
    environment: { ...userEnvironment(), TMPDIR: temporary },
    disk: { folder: layout.root, gigabytes: 0.1 },
    signal,
  });
}

/** What a compiled binding depends on; not the backend, since the headers are the same. */
async function stampOfSources(
  { layout, compilerProgram }: Pick<SetupContext, "layout" | "compilerProgram">,
): Promise<Stamp> {
  const digest = createHash("sha256");
  const sources = join(layout.tfjs, "binding");
  const names = (await Array.fromAsync(Deno.readDir(sources))).map((entry) => entry.name).sort();
  for (const name of names) digest.update(name).update(await Deno.readFile(join(sources, name)));
  return {
    sources: digest.digest("hex"),
    tensorflow: TENSORFLOW_VERSION,
    flags: FLAGS.join(" "),
    compiler: basename(compilerProgram),
  };
}

async function stampOfFile(binding: string): Promise<Stamp> {
  const { size, mtime } = await Deno.stat(binding);
  return { binding, size: String(size), changed: String(mtime) };
}

async function linkTarget(link: string): Promise<string | undefined> {
  try {
    return await Deno.readLink(link);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
