import assert from "node:assert/strict";
import type { Preset } from "@/config.ts";
import { configWith, PRESETS } from "@/method/registry.ts";
import { settings } from "@/show/notebook/settings.ts";
import { withFolder } from "../../data/fixtures.ts";

const DATA = "embedded-digits:1";

Deno.test("settings() gives the preset, and the folders as a notebook sees them", async () => {
  for (const preset of ["quick", "paper"] as const) {
    assert.deepEqual(await settings({ preset, data: DATA }), {
      config: { ...PRESETS[preset], data: DATA },
      load: { dataDir: "../data", cacheDir: "../data/cache" },
      runs: "../data/runs",
      figures: "../figures",
    });
  }
});

Deno.test("settings() takes data, steps and the data's folder from the parameters", async () => {
  const parameters = { preset: "quick", data: DATA, steps: "12", dataDir: "/sets" } as const;
  const { config, load } = await settings(parameters);
  assert.deepEqual(config, { ...PRESETS.quick, data: DATA, steps: 12 });
  assert.deepEqual(load, { dataDir: "/sets", cacheDir: "../data/cache" });
});

Deno.test("settings() treats an empty variable as unset", async () => {
  const { config } = await settings({ preset: "quick", data: DATA, steps: "" });
  assert.equal(config.steps, PRESETS.quick.steps);
});

Deno.test("settings() takes the method, and what else differs from its preset", async () => {
  const changes = { method: "searched", asymmetric: true, latentSize: 8 };
  const { config } = await settings({ preset: "quick", data: DATA, steps: "12", changes });
  assert.deepEqual(config, { ...configWith("quick", changes), data: DATA, steps: 12 });
  assert.deepEqual([config.method, config.filters, config.stretch], ["searched", 32, 0.1]);
});

Deno.test("settings() refuses an unknown method, and options of another", async () => {
  const refused = (changes: Record<string, string>) =>
    settings({ preset: "quick", data: DATA, changes });
  await assert.rejects(refused({ method: "guessed" }), {
    name: "RangeError",
    message: "Cannot use config: method must be one of vae, searched, got guessed",
  });
  await assert.rejects(refused({ method: "searched", objective: "elbo" }), {
    name: "TypeError",
    message: /^Cannot use config: objective must be one of data, method, .*, got an unknown field$/,
  });
});

Deno.test("settings() refuses an unknown preset and invalid steps", async () => {
  await assert.rejects(settings({ preset: "slow" as Preset, data: DATA }), {
    name: "RangeError",
    message: "Cannot use preset: preset must be one of paper, quick, got slow",
  });
  for (const [steps, got] of [["many", "NaN"], ["0", "0"], ["1.5", "1.5"]] as const) {
    await assert.rejects(settings({ preset: "quick", data: DATA, steps }), {
      name: "RangeError",
      message: `Cannot use config: steps must be an integer >= 1, got ${got}`,
    });
  }
});

/** Installs a stand-in for the kernel; it stays for the whole process, so its test comes last. */
function standInKernel(): string[] {
  const shown: string[] = [];
  Deno.jupyter = {
    broadcast: (_type: string, { data }: { data: Record<string, string> }) =>
      Promise.resolve(void shown.push(data["text/markdown"]!)),
  } as unknown as typeof Deno.jupyter;
  return shown;
}

Deno.test("settings() shows the notice about the data", async () => {
  const shown = standInKernel();
  await settings({ preset: "quick", data: DATA });
  assert.deepEqual(shown, []);
  await settings({ preset: "quick", data: DATA, notice: "NOT REAL DATA." });
  assert.deepEqual(shown, ["> # NOT REAL DATA."]);
});

Deno.test("settings() does not mistake a damaged file for a missing one", async () => {
  const shown = standInKernel();
  await withFolder(async (dataDir) => {
    await Deno.mkdir(`${dataDir}/mnist`);
    for (const kind of ["images-idx3", "labels-idx1"]) {
      await Deno.writeTextFile(`${dataDir}/mnist/train-${kind}-ubyte.gz`, "damaged");
    }
    await assert.rejects(settings({ preset: "quick", dataDir }), {
      name: "SyntaxError",
      message: new RegExp(`^Cannot read "${dataDir}/mnist/train-images-idx3-ubyte.gz": its magic `),
    });
  });
  assert.deepEqual(shown, []);
});
