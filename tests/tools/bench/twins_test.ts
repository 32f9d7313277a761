/** Checks that the twins compute the same losses as we do from the same weights and noise. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { makeReference } from "@/tools/bench/reference.ts";
import { runChild } from "@/tools/setup/child.ts";
import { PROJECT } from "@/tools/setup/layout.ts";
import { exists } from "@/tools/setup/prepared.ts";
import { encodeTensors } from "@/data/formats/safetensors.ts";
import { withFolder } from "../../data/fixtures.ts";
import { TINY } from "../../tiny.ts";

const STEPS = 20;
/** Relative to the loss: summation order differs by 1e-7 at first, and Adam amplifies it each step. */
const TOLERANCE = 1e-3;

/** Sides of 12, 6, 3, 2 and 1: even, odd, and a single pixel. */
const CONFIG = { ...TINY, imageSize: 12, filters: 8, latentSize: 6 };

const python = Deno.env.get("SHAPES_PEER_PYTHON") ?? join(PROJECT.peers, "bin", "python");
const isInstalled = python.includes("/") ? await exists(python) : true;

/** Every implementation of every twin that runs on a CPU in float32. */
const FORMS: readonly (readonly [program: string, ...flags: string[]])[] = [
  ["torch_step.py", "--last", "taps", "--render", "sampled"],
  ["torch_step.py", "--last", "transposed", "--render", "product"],
  ["torch_step.py", "--mode", "compile"],
  ["jax_step.py", "--first", "products", "--last", "taps"],
  ["jax_step.py", "--first", "native", "--last", "parity"],
];

for (const [program, ...flags] of FORMS) {
  Deno.test({
    name: `${program} ${flags.join(" ")} has our losses ` +
      `(ignored without PyTorch and JAX; \`deno task bench --peer\` installs them)`,
    ignore: !isInstalled,
    fn: () =>
      withFolder(async (folder) => {
        const file = join(folder, "reference.safetensors");
        await Deno.writeFile(file, encodeTensors(makeReference(CONFIG, STEPS)));
        const path = join(PROJECT.root, "lib", "tools", "bench", "twins", program);
        const words = await runChild(python, ["-B", path, "check", ...flags, file], {
          action: "check a twin",
          cure: "read its words",
          environment: { ...Deno.env.toObject(), XLA_FLAGS: "" },
        });
        const { mode: _, ...deviations } = JSON.parse(words);
        assert.deepEqual(
          Object.keys(deviations),
          ["loss", "image", "latent", "pose", "statistics"],
        );
        for (const [name, deviation] of Object.entries<number>(deviations)) {
          assert.ok(deviation <= TOLERANCE, `${name} deviates by ${deviation}`);
        }
      }),
  });
}
