import assert from "node:assert/strict";
import { openCheckpoint } from "@/show/notebook/checkpoint.ts";
import { loadCheckpoint, saveCheckpoint } from "@/train/checkpoint.ts";
import { saveAgain, withFolder } from "../../data/fixtures.ts";
import { TINY } from "../../tiny.ts";

Deno.test("openCheckpoint() shows the notice of a checkpoint, and nothing where there is none", () =>
  withFolder(async (folder) => {
    const shown: string[] = [];
    Deno.jupyter = {
      broadcast: (_: string, { data }: { data: Record<string, string> }) =>
        Promise.resolve(void shown.push(data["text/markdown"]!)),
    } as unknown as typeof Deno.jupyter;
    const snapshot = { kernel: { shape: [1], values: Float32Array.of(1) } };
    const path = await saveCheckpoint(folder, { step: 3, config: TINY, snapshot });
    assert.deepEqual(await openCheckpoint(path), await loadCheckpoint(path));
    assert.deepEqual(shown, []);
    await saveAgain(path);
    const { notice } = await openCheckpoint(path);
    assert.deepEqual(shown, [`> **Note:** ${notice}.`]);
  }));
