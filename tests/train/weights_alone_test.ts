import assert from "node:assert/strict";
import type { NamedArrays } from "@/engine/shapes.ts";
import { trainedWeights } from "@/infer/weights.ts";
import { createVae } from "@/method/vae.ts";
import type { Learner } from "@/model/learner.ts";
import { initialValues } from "@/model/parameters.ts";
import { createState } from "@/train/state.ts";
import * as tf from "@/engine/tf.ts";
import { assertTensorsKept } from "../assert.ts";
import { TINY } from "../tiny.ts";

const learner = createVae(TINY);

Deno.test("createState() refuses weights alone, and says what they lack", () => {
  const game = createVae({ ...TINY, objective: "adversarial" });
  const plain = initialValues(game.parameters, 1);
  const ours = trainedWeights(game, plain);
  const opponents = Object.keys(plain).filter((name) => !(name in ours));
  const refused: [Learner, NamedArrays, string][] = [
    [learner, initialValues(learner.parameters, 1), "Adam's moments"],
    [
      { ...game, averageDecay: () => tf.scalar(0.5) },
      ours,
      "Adam's moments, without running averages, without " +
      `${opponents.length} parameters such as ${opponents[0]}`,
    ],
  ];
  for (const [given, from, lacking] of refused) {
    assertTensorsKept(0, () => {
      assert.throws(() => createState(given, from), {
        name: "RangeError",
        message:
          `Cannot resume: the checkpoint must hold all that a run needs, got weights without ` +
          `${lacking}; they are for inference alone: resume from a checkpoint that the run has saved`,
      });
    });
  }
});
