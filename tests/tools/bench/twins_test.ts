/** Checks that the twins compute the same losses as we do from the same weights and noise. */
import assert from "node:assert/strict";
import { join } from "node:path";
import type { Config } from "@/config.ts";
import { configWith } from "@/method/registry.ts";
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
const VAE = { ...TINY, imageSize: 12, filters: 8, latentSize: 6 };

/**
 * A whole run of the searched pose, so that all of its schedules move, with a frame around images.
 * Poses are drawn, and a discriminator learns by the sign of its gradients: at the usual step size
 * roundings grow from 1e-7 to 1e-3 in 20 such steps, whichever framework makes them.
 */
const SEARCHED = configWith("quick", {
  method: "searched",
  imageSize: 12,
  filters: 32,
  batchSize: 4,
  latentSize: 4,
  steps: STEPS,
  learningRate: 1e-4,
});
/** Relative to each tensor, of averages: some started at 0 and have moved by the sign of roundings. */
const AVERAGES_TOLERANCE = 1e-2;

const python = Deno.env.get("SHAPES_PEER_PYTHON") ?? join(PROJECT.peers, "bin", "python");
const isInstalled = python.includes("/") ? await exists(python) : true;

/** What is compared, and how near it must be. */
interface Case {
  readonly config: Config;
  readonly terms: readonly string[];
  readonly after: number;
  /** Every implementation of every twin that runs on a CPU in float32. */
  readonly forms: readonly (readonly [program: string, ...flags: string[]])[];
}

const SEARCHED_TERMS = ["loss", "image", "pose", "maximum", "kl", "realism", "cycle", "cyclePose"];

const CASES: Readonly<Record<string, Case>> = {
  "vae": {
    config: VAE,
    terms: ["loss", "image", "latent", "pose"],
    after: TOLERANCE,
    forms: [
      ["torch_step.py", "--last", "taps", "--render", "sampled"],
      ["torch_step.py", "--last", "transposed", "--render", "product"],
      ["torch_step.py", "--mode", "compile"],
      ["jax_step.py", "--first", "products", "--last", "taps"],
      ["jax_step.py", "--first", "native", "--last", "parity"],
    ],
  },
  "searched": {
    config: SEARCHED,
    terms: [...SEARCHED_TERMS, "discriminator", "slope"],
    after: AVERAGES_TOLERANCE,
    forms: [
      ["torch_searched.py", "--layout", "channels_last", "--norm", "native", "--render", "sampled"],
      ["torch_searched.py", "--layout", "contiguous", "--norm", "moments", "--render", "product"],
      ["torch_searched.py", "--mode", "compile"],
    ],
  },
  "searched, asymmetric": {
    config: { ...SEARCHED, asymmetric: true },
    terms: [...SEARCHED_TERMS, "discriminator", "slope"],
    after: AVERAGES_TOLERANCE,
    forms: [["torch_searched.py"]],
  },
};

for (const [name, { config, terms, after, forms }] of Object.entries(CASES)) {
  for (const [program, ...flags] of forms) {
    Deno.test({
      name: `${[program, ...flags].join(" ")} has our losses of ${name} ` +
        `(ignored without PyTorch and JAX; \`deno task bench --peer\` installs them)`,
      ignore: !isInstalled,
      fn: () =>
        withFolder(async (folder) => {
          const file = join(folder, "reference.safetensors");
          await Deno.writeFile(file, encodeTensors(makeReference(config, STEPS)));
          const path = join(PROJECT.root, "lib", "tools", "bench", "twins", program);
          const words = await runChild(python, ["-B", path, "check", ...flags, file], {
            action: "check a twin",
            cure: "read its words",
            environment: { ...Deno.env.toObject(), XLA_FLAGS: "" },
          });
          const { mode: _, ...deviations } = JSON.parse(words);
          assert.deepEqual(Object.keys(deviations), [...terms, "after"]);
          for (const [name, deviation] of Object.entries<number>(deviations)) {
            const limit = name === "after" ? after : TOLERANCE;
            assert.ok(deviation <= limit, `${name} deviates by ${deviation}`);
          }
        }),
    });
  }
}
