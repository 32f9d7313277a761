/** A small checkout with fakes of python3, pip and g++, for fast tests of set-up. */
import { join } from "node:path";
import { type Layout, layoutOf } from "@/tools/setup/layout.ts";
import type { SetupContext } from "@/tools/setup/context.ts";
import type { SetupOptions } from "@/tools/setup/set_up.ts";

/** Imitates Python for set-up and logs its calls. */
const PYTHON = `#!/bin/bash
echo "python $*" >> "$(dirname "$0")/calls" 2>/dev/null
case "$*" in
  -c*) echo "\${FAKE_PYTHON:-3.11}" ;;
  "-m venv "*)
    mkdir -p "$3/bin"
    cp "$0" "$3/bin/python" ;;
  "-m pip config list") echo "\${FAKE_PIP_SETTINGS:-}" ;;
  "-m pip install"*)
    env > "$(dirname "$0")/pip-environment"
    touch "$(dirname "$0")/jupyter-lab" ;;
  "-m pip download"*)
    dest=$(sed 's/.*--dest=\\([^ ]*\\).*/\\1/' <<< "$*")
    mkdir -p "$dest"
    echo wheel > "$dest/tensorflow.whl"
    echo "Progress 5 of 10"
    sleep "\${FAKE_SLEEP:-0}" ;;
  *extract_wheel.py*)
    mkdir -p "$3/lib" "$3/include"
    touch "$3/lib/libtensorflow_cc.so.2" "$3/lib/libtensorflow_framework.so.2" ;;
esac
`;

/** Writes a file to the path after -o. */
const COMPILER = `#!/bin/bash
echo "compiler $*" >> "$(dirname "$0")/calls"
if [ "$1" != --version ]; then echo binding > "\${@: -1}"; fi
`;

/** A checkout in a temporary folder. */
export interface FakeCheckout extends AsyncDisposable {
  readonly layout: Layout;
  /** What `setUp` needs to work in it. */
  readonly options: SetupOptions;
  /** What a part of set-up needs to work in it. */
  readonly context: SetupContext;
  /** The fake of python3. */
  readonly pythonProgram: string;
  /** Reads the log of calls. */
  calls(): Promise<string[]>;
}

/** Makes a checkout with npm packages and nothing else. */
export async function fakeCheckout(): Promise<FakeCheckout> {
  const root = await Deno.makeTempDir();
  const layout = layoutOf(join(root, "checkout"));
  const tools = join(root, "tools");
  await Deno.mkdir(join(layout.tfjs, "binding"), { recursive: true });
  await Deno.mkdir(layout.nodeHeaders, { recursive: true });
  await Deno.mkdir(tools);
  await Deno.writeTextFile(join(layout.root, "deno.json"), "{}");
  await Deno.writeTextFile(join(layout.tfjs, "binding", "tfjs_backend.cc"), "int a;");
  const pythonProgram = join(tools, "python3");
  const compilerProgram = join(tools, "g++");
  await Deno.writeTextFile(pythonProgram, PYTHON, { mode: 0o755 });
  await Deno.writeTextFile(compilerProgram, COMPILER, { mode: 0o755 });
  const read = (path: string) => Deno.readTextFile(path).catch(() => "");
  return {
    layout,
    options: { layout, pythonProgram, compilerProgram, backend: "cpu" },
    pythonProgram,
    context: {
      layout,
      pythonPrograms: [pythonProgram],
      compilerProgram,
      report: () => {},
      lock: () => Promise.resolve(),
    },
    calls: async () => {
      const inVenv = await read(join(layout.venv, "bin", "calls"));
      return (await read(join(tools, "calls")) + inVenv).split("\n").filter((line) => line !== "");
    },
    [Symbol.asyncDispose]: () => Deno.remove(root, { recursive: true }),
  };
}
