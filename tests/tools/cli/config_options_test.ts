import assert from "node:assert/strict";
import { Command } from "commander";
import {
  addConfigOptions,
  checkDevices,
  checkNames,
  configFrom,
  type ConfigOptions,
  dataDirOption,
  devicesOption,
  flagsOf,
  placeOf,
  presetOption,
  usableConfig,
} from "@/tools/cli/config_options.ts";
import { Misuse } from "@/tools/cli/session.ts";
import { type Config, helpOf } from "@/config.ts";
import { configWith, fieldsOf, METHODS, PRESETS } from "@/method/registry.ts";
import type { VaeConfig } from "@/method/vae.ts";

/** A command with the options, which throws rather than exits and prints nothing. */
function command(): Command {
  return addConfigOptions(new Command("try")).exitOverride()
    .configureOutput({ writeErr() {}, writeOut() {} });
}

/** The config that some words on the command line describe. */
function configOf(...args: string[]): Config {
  const parsed = command().parse(args, { from: "user" });
  return configFrom(parsed.opts() as ConfigOptions);
}

Deno.test("configFrom() gives the paper's config where nothing is typed", () => {
  assert.deepEqual(configOf(), PRESETS.paper);
});

Deno.test("configFrom() starts from the preset that is named", () => {
  assert.deepEqual(configOf("--preset", "quick"), PRESETS.quick);
  assert.deepEqual(configOf("--steps", "9", "--preset", "quick"), { ...PRESETS.quick, steps: 9 });
});

Deno.test("configFrom() takes each flag into its own field", () => {
  const flags: [string, keyof VaeConfig, string | number][] = [
    ["--data", "data", "embedded-digits:2"],
    ["--method", "method", "vae"],
    ["--objective", "objective", "elbo"], // whose weight is the paper's
    ["--beta", "beta", 4],
    ["--pose", "pose", "constant"],
    ["--steps", "steps", 7],
    ["--batch", "batchSize", 5],
    ["--grid", "imageSize", 32],
    ["--filters", "filters", 6],
    ["--latent", "latentSize", 3],
    ["--tau", "tau", 0.25],
    ["--learning-rate", "learningRate", 0.01],
    ["--clip-norm", "clipNorm", 2.5],
    ["--images-per-object", "imagesPerObject", 8],
    ["--seed", "seed", 0],
    ["--start", "restart", 2],
    ["--precision", "precision", "bfloat16"],
    ["--replicas", "replicas", 3],
    ["--checkpoint-every", "checkpointEvery", 11],
    ["--frame-every", "frameEvery", 13],
  ];
  for (const [flag, field, value] of flags) {
    assert.deepEqual(configOf(flag, String(value)), { ...PRESETS.paper, [field]: value }, flag);
  }
  assert.deepEqual(configOf("--texture"), { ...PRESETS.paper, texture: true });
  assert.deepEqual(configOf("--elevation"), { ...PRESETS.paper, elevation: true });
  assert.deepEqual(
    flags.map(([, field]) => field).concat("texture", "elevation").toSorted(),
    Object.keys(PRESETS.paper).toSorted(),
    "every field has a flag",
  );
});

Deno.test("configFrom() takes the flags of another method, and of that method alone", () => {
  const paper = configWith("paper", { method: "searched" });
  assert.deepEqual(configOf("--method", "searched"), paper);
  assert.deepEqual(
    configOf("--method", "searched", "--realism", "0", "--asymmetric", "--filters", "32"),
    { ...paper, realism: 0, asymmetric: true, filters: 32 },
  );
  assert.deepEqual(configOf("--method", "searched", "--texture"), { ...paper, texture: true });
  assert.deepEqual(
    configOf("--method", "vae", "--texture"),
    { ...PRESETS.paper, texture: true },
  );
  const fields = Object.values(METHODS).flatMap((method) => Object.values(fieldsOf(method)));
  assert.deepEqual(
    [...new Set(fields.map((field) => helpOf(field).flag)), "--preset <name>"].toSorted(),
    command().options.map(({ flags }) => flags).toSorted(),
    "there are no others",
  );
  const misuses: [string[], string][] = [
    [
      ["--method", "searched", "--tau", "1", "--pose", "free"],
      "of method searched, got --pose, --tau",
    ],
    [["--realism", "1"], "of method vae, got --realism"],
  ];
  for (const [args, words] of misuses) {
    assert.throws(() => configOf(...args), (error: Error) => {
      assert.ok(error instanceof Misuse);
      assert.equal(error.message, `Cannot use config: options must be those ${words}`);
      return true;
    });
  }
});

Deno.test("configFrom() gives an objective its own weight, unless one is typed", () => {
  const betaVae = { ...PRESETS.paper, objective: "beta-vae" };
  assert.deepEqual(configOf("--objective", "beta-vae"), { ...betaVae, beta: 4 });
  assert.deepEqual(configOf("--beta", "9", "--objective", "beta-vae"), { ...betaVae, beta: 9 });
});

Deno.test("flagsOf() gives the flags that make a config again", () => {
  const changes = { texture: true, beta: 0.5, tau: 0.25, clipNorm: 1e-7 };
  const searched = configWith("quick", { method: "searched", asymmetric: true, kl: 0.25 });
  for (const config of [PRESETS.quick, { ...PRESETS.paper, ...changes }, searched]) {
    assert.deepEqual(configOf(...flagsOf(config)), config);
  }
});

Deno.test("addConfigOptions() gives each flag a description with the paper's value", () => {
  const help = command().helpInformation().replaceAll(/\s+/g, " ");
  assert.match(help, /--filters <count> vae: .*; searched: .* \(paper: 128; searched: 64\)/);
  assert.match(
    help,
    /--objective <name> what .*: mu-vae, elbo, beta-vae, mmd, adversarial \(paper: mu-vae\)/,
  );
  // Methods that mean different things by one flag say so, each for itself.
  assert.match(
    help,
    /--texture vae: add a texture layer to the projection; searched: silhouettes make .* 1\.5 times as long \(paper: false; searched: false\)/,
  );
  assert.match(help, /--elevation vae: .*; searched: .* twice as long \(/);
  assert.match(help, /--learning-rate <rate> Adam's step size \(/);
  assert.match(
    help,
    /--method <name> vae: the paper's 3D-VAE, .*; searched: true shapes, .* \(paper: vae\)/,
  );
  assert.match(
    help,
    /--latent <units> vae: .*; searched: units of the latent \(paper: 20; searched: 19\)/,
  );
  assert.match(help, /the author's 15 epochs are 22740 \(paper: 5500\)/);
  assert.match(help, /--preset <name> .* \(choices: "paper", "quick", default: "paper"\)/);
  for (const { long, description } of command().options) {
    assert.ok(long === "--preset" || /\((paper|searched): /.test(description), description);
  }
});

Deno.test("addConfigOptions() refuses what is no number, and what is no preset", () => {
  const refusals: [string[], RegExp][] = [
    [["--filters", "many"], /argument 'many' is invalid\. It must be a number\.$/],
    [["--seed", ""], /argument '' is invalid\. It must be a number\.$/],
    [["--preset", "slow"], /argument 'slow' is invalid\. Allowed choices are paper, quick\.$/],
    [["--filter", "4"], /unknown option '--filter'\n\(Did you mean --filters\?\)$/],
    [["--steps"], /option '--steps <count>' argument missing$/],
  ];
  for (const [args, message] of refusals) assert.throws(() => configOf(...args), { message });
});

Deno.test("configFrom() refuses a value out of bounds as the user's mistake", () => {
  const misuses: [string[], string][] = [
    [["--filters", "5"], "filters must be a multiple of 2 >= 2, got 5"],
    [["--steps", "0"], "steps must be an integer >= 1, got 0"],
    [["--learning-rate", "-1"], "learningRate must be a number > 0, got -1"],
    [["--beta", "Infinity"], "beta must be a number >= 0, got Infinity"],
    [["--precision", "half"], "precision must be one of float32, bfloat16, got half"],
    [["--tau", "0"], "tau must be a number > 0, got 0"],
    [["--clip-norm", "Infinity"], "clipNorm must be a number > 0, got Infinity"],
    [["--method", "nonsense"], "method must be one of vae, searched, got nonsense"],
    [["--method", "constructor"], "method must be one of vae, searched, got constructor"],
    [
      ["--objective", "nonsense"],
      "objective must be one of mu-vae, elbo, beta-vae, mmd, adversarial, got nonsense",
    ],
    [["--pose", "nonsense"], "pose must be one of free, constant, encoder, got nonsense"],
  ];
  for (const [args, rule] of misuses) {
    assert.throws(() => configOf(...args), (error: Error) => {
      assert.ok(error instanceof Misuse);
      assert.equal(error.message, `Cannot use config: ${rule}`);
      return true;
    });
  }
});

Deno.test("checkNames() refuses data that no set has, and options that do not go together", () => {
  checkNames(PRESETS.paper);
  const misuses: [Config, RegExp][] = [
    [
      { ...PRESETS.paper, data: "nonsense:1" },
      /^Cannot load data: its name must be one of mnist, /,
    ],
    [
      { ...PRESETS.paper, objective: "mmd", batchSize: 1 },
      /^Cannot compare codes: batchSize must be at least 2, got 1; /,
    ],
  ];
  for (const [config, message] of misuses) {
    assert.throws(() => checkNames(config), (error: Error) => {
      assert.ok(error instanceof Misuse);
      assert.match(error.message, message);
      return true;
    });
  }
});

Deno.test("presetOption() and dataDirOption() have the defaults that their commands name", () => {
  const parse = (...args: string[]) =>
    new Command("try").addOption(presetOption("quick")).addOption(dataDirOption())
      .parse(args, { from: "user" }).opts();
  const before = Deno.env.get("SHAPES_DATA_DIR");
  try {
    Deno.env.delete("SHAPES_DATA_DIR");
    assert.deepEqual(parse(), { preset: "quick", dataDir: "data" });
    Deno.env.set("SHAPES_DATA_DIR", "/sets");
    assert.deepEqual(parse(), { preset: "quick", dataDir: "/sets" });
    assert.deepEqual(parse("--data-dir", "/mine"), { preset: "quick", dataDir: "/mine" });
  } finally {
    if (before === undefined) Deno.env.delete("SHAPES_DATA_DIR");
    else Deno.env.set("SHAPES_DATA_DIR", before);
  }
});

Deno.test("usableConfig() puts float32 in the place of a slow bfloat16, and says why", async () => {
  const said: string[] = [];
  const session = { say: (line: string) => void said.push(line) };
  const wanted = { ...PRESETS.quick, precision: "bfloat16" as const };
  const fast = { computeCapability: "9.0" };
  const slow = { computeCapability: "7.5" };
  assert.equal(await usableConfig(session, wanted, fast), wanted);
  assert.equal(await usableConfig(session, PRESETS.quick, slow), PRESETS.quick);
  assert.deepEqual(said, []);
  assert.deepEqual(await usableConfig(session, wanted, slow), PRESETS.quick);
  assert.deepEqual(said, [
    "\n*** float32 INSTEAD OF bfloat16, which would be slow here: the GPU's compute capability must " +
    "be 8.0 or more, got 7.5\n",
  ]);
});

Deno.test("devicesOption() is one device unless it is typed", () => {
  const devicesOf = (...args: string[]) =>
    command().addOption(devicesOption()).parse(args, { from: "user" }).opts().devices;
  assert.deepEqual([devicesOf(), devicesOf("--devices", "4")], [1, 4]);
  assert.throws(() => devicesOf("--devices", "0"), /It must be an integer >= 1/);
});

Deno.test("checkDevices() says how to share replicas out, and refuses to run several eagerly", () => {
  checkDevices({ replicas: 4 }, { devices: 2 });
  checkDevices({ replicas: 1 }, { devices: 1, eager: true });
  assert.throws(() => checkDevices({ replicas: 1 }, { devices: 4 }), {
    name: "RangeError",
    message:
      "Cannot use 4 devices: replicas must be a multiple of 4, got 1; set replicas to 4, which " +
      "trains on as many batches in each step, or use another number of devices",
  });
  assert.throws(() => checkDevices({ replicas: 4 }, { devices: 2, eager: true }), {
    name: "RangeError",
    message: "Cannot run eagerly: devices must be 1, got 2; leave one of the two out",
  });
});

Deno.test("placeOf() emulates all replicas on one device", () => {
  const place = placeOf({ replicas: 3 }, 1);
  assert.deepEqual([place.replicas.count, place.workers.length], [3, 1]);
});
