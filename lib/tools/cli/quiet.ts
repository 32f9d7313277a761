/**
 * Suppresses libtensorflow's greetings.
 *
 * @module
 */
import { join } from "node:path";
import { loadOwnLibrary } from "@/engine/own_library.ts";
import { PROJECT } from "@/tools/setup/layout.ts";
import { RUNTIME_ENVIRONMENT } from "@/tools/setup/runtime_environment.ts";

const STDERR = 2;
const WRITE_ONLY = 1;

/**
 * Loads libtensorflow with standard error redirected to /dev/null; later loads reuse it. It greets
 * while loading, before it reads any log setting. Later warnings and errors are shown.
 */
export function loadQuietly(): void {
  Deno.env.set("TF_CPP_MIN_LOG_LEVEL", RUNTIME_ENVIRONMENT.TF_CPP_MIN_LOG_LEVEL!);
  const libc = Deno.dlopen("libc.so.6", {
    open: { parameters: ["buffer", "i32"], result: "i32" },
    dup: { parameters: ["i32"], result: "i32" },
    dup2: { parameters: ["i32", "i32"], result: "i32" },
    close: { parameters: ["i32"], result: "i32" },
  });
  const { open, dup, dup2, close } = libc.symbols;
  const kept = dup(STDERR);
  const nowhere = open(new TextEncoder().encode("/dev/null\0"), WRITE_ONLY);
  dup2(nowhere, STDERR);
  try {
    loadOwnLibrary(join(PROJECT.tfjs, "deps", "lib"));
  } finally {
    dup2(kept, STDERR);
    close(kept);
    close(nowhere);
    libc.close();
  }
}
