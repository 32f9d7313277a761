import assert from "node:assert/strict";
import { basename, join } from "node:path";
import type { Config } from "@/config.ts";
import {
  checkContinues,
  type Checkpoint,
  encodeCheckpoint,
  listCheckpoints,
  loadCheckpoint,
  loadNewestCheckpoint,
  saveCheckpoint,
  saveWeights,
} from "@/train/checkpoint.ts";
import { encodeTensors } from "@/data/formats/safetensors.ts";
import { createLearner } from "@/method/registry.ts";
import { createTrainer } from "@/train/trainer.ts";
import { saveAgain, withFolder } from "../data/fixtures.ts";
import { TINY } from "../tiny.ts";

const checkpointAt = (step: number): Checkpoint => ({
  step,
  config: TINY,
  snapshot: {
    "encoder/conv1/kernel": { shape: [1, 3], values: Float32Array.of(step, 0.1, -1e-20) },
    "adam/model/first/encoder/conv1/kernel": { shape: [1, 3], values: Float32Array.of(1, 2, 3) },
  },
});

const namesOf = async (folder: string) =>
  (await listCheckpoints(folder)).map((path) => basename(path));

/** Damages the last value of a file. */
async function damage(path: string): Promise<void> {
  const bytes = await Deno.readFile(path);
  bytes[bytes.length - 1]! ^= 1;
  await Deno.writeFile(path, bytes);
}

Deno.test("loadCheckpoint() gives back what saveCheckpoint() wrote, bit by bit", async () => {
  await withFolder(async (folder) => {
    const path = await saveCheckpoint(join(folder, "checkpoints"), checkpointAt(12));
    assert.equal(basename(path), "step-000012.safetensors");
    assert.deepEqual(await loadCheckpoint(path), checkpointAt(12));
  });
});

Deno.test("loadCheckpoint() gives back held-out errors, to four digits", async () => {
  await withFolder(async (folder) => {
    const path = await saveCheckpoint(folder, {
      ...checkpointAt(12),
      heldOutErrors: [0.0123456, 0.5],
    });
    assert.deepEqual((await loadCheckpoint(path)).heldOutErrors, [0.01235, 0.5]);
    const broken = encodeTensors({
      tensors: {},
      metadata: { step: "1", config: JSON.stringify(TINY), heldOutErrors: "[1, null]" },
    });
    await Deno.writeFile(path, broken);
    await assert.rejects(loadCheckpoint(path), {
      name: "SyntaxError",
      message: `Cannot read "${path}": heldOutErrors must be a list of numbers, got [1, null]`,
    });
  });
});

Deno.test("saveCheckpoint() keeps the last three by step, and leaves other files alone", async () => {
  await withFolder(async (folder) => {
    await Deno.writeTextFile(join(folder, "notes.txt"), "mine");
    for (const step of [4, 8, 999_996, 1_000_000]) await saveCheckpoint(folder, checkpointAt(step));
    assert.deepEqual(await namesOf(folder), [
      "step-000008.safetensors",
      "step-999996.safetensors",
      "step-1000000.safetensors",
    ]);
    const files = await Array.fromAsync(Deno.readDir(folder), ({ name }) => name);
    assert.deepEqual(files.length, 4, files.join());
  });
});

Deno.test("loadCheckpoint() reads files of runs from before a field", async () => {
  const { precision: _, elevation: __, method: ___, ...older } = TINY;
  await withFolder(async (folder) => {
    const path = join(folder, "older.safetensors");
    const checkpoint = { ...checkpointAt(3), config: older as unknown as Config };
    await Deno.writeFile(path, encodeCheckpoint(checkpoint));
    assert.deepEqual((await loadCheckpoint(path)).config, TINY);
  });
});

Deno.test("encodeCheckpoint() stores half precision for weights alone", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "half.safetensors");
    const bytes = encodeCheckpoint(checkpointAt(3), { isHalf: true });
    assert.ok(bytes.length < encodeCheckpoint(checkpointAt(3)).length);
    await Deno.writeFile(path, bytes);
    const { step, config, snapshot } = await loadCheckpoint(path);
    assert.deepEqual([step, config], [3, TINY]);
    assert.deepEqual([...snapshot["encoder/conv1/kernel"]!.values], [3, 0.0999755859375, -0]);
  });
});

Deno.test("saveWeights() writes the parameters of a run alone, in half precision", async () => {
  await withFolder(async (folder) => {
    using trainer = createTrainer(TINY);
    const checkpoint = { step: 3, config: TINY, snapshot: trainer.snapshot() };
    const path = join(folder, "new", "model.safetensors");
    const byteCount = await saveWeights(path, checkpoint);
    assert.equal((await Deno.stat(path)).size, byteCount);
    const { step, config, snapshot } = await loadCheckpoint(path);
    assert.deepEqual([step, config], [3, TINY]);
    const { parameters } = createLearner(TINY);
    assert.deepEqual(Object.keys(snapshot), Object.keys(parameters));
    for (const [name, { shape, values }] of Object.entries(snapshot)) {
      assert.deepEqual(shape, parameters[name]!.shape);
      const half = Float32Array.from(Float16Array.from(checkpoint.snapshot[name]!.values));
      assert.deepEqual(values, half, name);
    }
    // What was saved once can be saved again, to the bit.
    const again = join(folder, "again.safetensors");
    await saveWeights(again, { step, config, snapshot });
    assert.deepEqual((await loadCheckpoint(again)).snapshot, snapshot);
  });
});

Deno.test("saveWeights() writes the shipped checkpoints again, value for value", async () => {
  for (const name of ["mnist-fashion", "searched-digits"]) {
    const shipped = await loadCheckpoint(`data/checkpoints/${name}.safetensors`);
    await withFolder(async (folder) => {
      const path = join(folder, "again.safetensors");
      await saveWeights(path, shipped);
      const again = await loadCheckpoint(path);
      assert.deepEqual([again.step, again.config], [shipped.step, shipped.config]);
      assert.deepEqual(Object.keys(again.snapshot), Object.keys(shipped.snapshot));
      for (const [variable, { shape, values }] of Object.entries(shipped.snapshot)) {
        assert.deepEqual(again.snapshot[variable]!.shape, shape);
        const same = values.every((value, i) => value === again.snapshot[variable]!.values[i]);
        assert.ok(same, variable);
      }
    });
  }
});

Deno.test("saveWeights() refuses a checkpoint without all the weights, and writes nothing", async () => {
  await withFolder(async (folder) => {
    await assert.rejects(saveWeights(join(folder, "a.safetensors"), checkpointAt(3)), {
      name: "RangeError",
      message: "Cannot load weights: encoder/conv1/kernel must have 36 values, got 3; load the " +
        "checkpoint made with this config",
    });
    assert.deepEqual(await Array.fromAsync(Deno.readDir(folder)), []);
  });
});

Deno.test("loadNewestCheckpoint() gives the newest, or nothing where there is none", async () => {
  await withFolder(async (folder) => {
    assert.equal(await loadNewestCheckpoint(join(folder, "nowhere")), undefined);
    assert.equal(await loadNewestCheckpoint(folder), undefined);
    for (const step of [4, 8]) await saveCheckpoint(folder, checkpointAt(step));
    assert.equal((await loadNewestCheckpoint(folder))!.step, 8);
  });
});

Deno.test("loadNewestCheckpoint() refuses a damaged one and names the one before", async () => {
  await withFolder(async (folder) => {
    const [first, second] = [
      await saveCheckpoint(folder, checkpointAt(4)),
      await saveCheckpoint(folder, checkpointAt(8)),
    ];
    await damage(second);
    const refusal = (path: string, cure: string) => ({
      name: "SyntaxError",
      message: `Cannot read "${path}": a safetensors file must hold the bytes it was written ` +
        `with, got others (the file is damaged); ${cure}`,
    });
    await assert.rejects(
      loadNewestCheckpoint(folder),
      refusal(second, `remove it to go on from "${first}"`),
    );
    await Deno.remove(second);
    await damage(first);
    await assert.rejects(loadNewestCheckpoint(folder), refusal(first, "remove it to start again"));
  });
});

Deno.test("loadNewestCheckpoint() refuses a truncated one", async () => {
  await withFolder(async (folder) => {
    const path = await saveCheckpoint(folder, checkpointAt(4));
    const bytes = await Deno.readFile(path);
    await Deno.writeFile(path, bytes.subarray(0, -4));
    await assert.rejects(loadNewestCheckpoint(folder), {
      name: "SyntaxError",
      message: `Cannot read "${path}": a safetensors file must hold 24 bytes of values, got 20 ` +
        "(it is cut short); remove it to start again",
    });
  });
});

Deno.test("loadCheckpoint() refuses a file that is no checkpoint, and one that is missing", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "frame.safetensors");
    const refused: [Record<string, string>, string][] = [
      [{}, "step none and no config"],
      [{ step: "3" }, "step 3 and no config"],
      [{ config: "{}" }, "step none and a config"],
      [{ step: "x", config: "{}" }, "step x and a config"],
      [{ step: "3", config: "{" }, "step 3 and a broken config"],
    ];
    for (const [metadata, got] of refused) {
      await Deno.writeFile(path, encodeTensors({ tensors: {}, metadata }));
      await assert.rejects(loadCheckpoint(path), {
        name: "SyntaxError",
        message: `Cannot read "${path}": a checkpoint must name its step and config, got ${got}`,
      });
    }
    await assert.rejects(loadCheckpoint(join(folder, "none")), Deno.errors.NotFound);
  });
});

Deno.test("loadCheckpoint() reads one that another program saved again, with a notice", async () => {
  await withFolder(async (folder) => {
    const path = await saveCheckpoint(folder, checkpointAt(8));
    await saveAgain(path);
    const { notice, ...checkpoint } = await loadCheckpoint(path);
    assert.deepEqual(checkpoint, checkpointAt(8));
    assert.equal(
      notice,
      `"${path}" has the check sum of an earlier file, since another program saved it: its values ` +
        "cannot be checked for damage",
    );
    assert.deepEqual((await loadNewestCheckpoint(folder))!.notice, notice);
    await saveAgain(path, { hasMetadata: false });
    await assert.rejects(loadCheckpoint(path), {
      name: "SyntaxError",
      message: `Cannot read "${path}": a checkpoint must name its step and config, got step none ` +
        "and no config; where another program saves it, it must keep the metadata: in Python, " +
        "save_file(tensors, path, safe_open(original, 'np').metadata())",
    });
  });
});

Deno.test("loadCheckpoint() refuses a config with a field that is not known any more", async () => {
  await withFolder(async (folder) => {
    const config = { ...TINY, gamma: 1 } as Config;
    const path = await saveCheckpoint(folder, { ...checkpointAt(1), config });
    await assert.rejects(loadCheckpoint(path), {
      name: "TypeError",
      message: /^Cannot use config: gamma must be one of data, .*, got an unknown field$/,
    });
  });
});

Deno.test("checkContinues() allows other lengths, intervals and precisions", () => {
  checkContinues(TINY, { ...TINY, steps: 99, checkpointEvery: 7, frameEvery: 5 });
  checkContinues(TINY, { ...TINY, precision: "bfloat16" });
});

Deno.test("checkContinues() says why a run keeps its replicas", () => {
  assert.throws(() => checkContinues({ ...TINY, replicas: 2 }, { ...TINY, replicas: 4 }), {
    name: "RangeError",
    message: "Cannot resume: the config must have the checkpoint's replicas 2, got replicas 4; " +
      "replicas have images, noise, batch statistics and poses of their own, so runs of other " +
      "numbers are other runs: use those values, or another folder",
  });
});

Deno.test("checkContinues() names every field that differs, with both values", () => {
  assert.throws(() => checkContinues(TINY, { ...TINY, filters: 6, seed: 2, steps: 99 }), {
    name: "RangeError",
    message: "Cannot resume: the config must have the checkpoint's filters 4, seed 1, got " +
      "filters 6, seed 2; use those values, or another folder",
  });
});
