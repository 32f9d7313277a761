/** A training run for `loop_test.ts` to kill: trains the tiny config into a folder, saying each step. */
import { train } from "@/train/loop.ts";
import { TINY, tinyData } from "../tiny.ts";

const [out, steps] = Deno.args;
const config = { ...TINY, steps: Number(steps), checkpointEvery: 2, frameEvery: 3 };
await train(config, {
  ...tinyData(config),
  out: out!,
  resume: true,
  onStep: ({ step }) => console.log(step),
});
