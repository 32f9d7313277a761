import assert from "node:assert/strict";
import type { Preset } from "@/config.ts";
import { PRESETS } from "@/method/registry.ts";
import { configsOf } from "@/method/runs.ts";
import { settings } from "@/show/notebook/settings.ts";
import { withFolder } from "../../data/fixtures.ts";

const DATA = "embedded-digits:1";

Deno.test("settings() gives the preset, and the folders as a notebook sees them", async () => {
  for (const preset of ["quick", "paper"] as const) {
    const config = { ...PRESETS[preset], data: DATA };
    assert.deepEqual(await settings({ preset, data: DATA }), {
      config,
      configs: [config],
      variants: [],
      seeds: [1],
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

Deno.test("settings() gives the runs of a study, on the data and with the steps that are asked for", async () => {
  const asked = { preset: "paper", study: "objectives", data: DATA, steps: "12" } as const;
  const { config, configs, variants, seeds } = await settings(asked);
  const expected = configsOf("objectives", "paper", { steps: 12 })
    .map((each) => ({ ...each, data: DATA }));
  assert.deepEqual(configs, expected);
  assert.deepEqual(config, configs[0]);
  assert.deepEqual([variants.length, seeds, configs.length], [5, [1, 2, 3], 15]);
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
