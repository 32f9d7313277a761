/**
 * Runs the training cell of a notebook four times for `training_test.ts`, with a stand-in for the
 * kernel: stopped by SIGINT, resumed, opened again, and once another program has saved its checkpoint
 * again; then with several seeds, and with restarts of a method that has a realism gap. Prints what was
 * shown as JSON.
 */
import { join } from "node:path";
import { watchRun, watchRuns } from "@/show/notebook/training.ts";
import type { Method } from "@/method/method.ts";
import { configWith, METHODS } from "@/method/registry.ts";
import { listCheckpoints } from "@/train/checkpoint.ts";
import { lastGapOf } from "@/train/history.ts";
import { runFolder } from "@/train/run.ts";
import { saveAgain } from "../../data/fixtures.ts";
import { WORKED } from "../../method/worked_method.ts";
import { TINY } from "../../tiny.ts";

const [runs, images] = Deno.args;
const config = { ...TINY, data: `images:${images}`, steps: 4000, checkpointEvery: 4000 };
let shown: { type: string; id: string; html: string; alt: string }[] = [];
let isToStop = true;
Deno.jupyter = {
  broadcast(type: string, { data, transient }: {
    data: Record<string, string>;
    transient: { display_id: string };
  }) {
    const [html, alt] = [data["text/html"]!, data["text/plain"]!];
    shown.push({ type, id: transient.display_id, html, alt });
    if (isToStop && type === "update_display_data") {
      isToStop = false;
      Deno.kill(Deno.pid, "SIGINT"); // the stop button
    }
    return Promise.resolve();
  },
} as unknown as typeof Deno.jupyter;

/** Runs the cell; reports what it showed and how it ended. */
async function runCell(steps: number) {
  shown = [];
  try {
    const { history, checkpoint } = await watchRun({ ...config, steps }, { runs: runs! });
    return { shown, step: checkpoint.step, count: history.length };
  } catch (error) {
    const { name, message } = error as Error;
    return { shown, name, message };
  }
}

const stopped = await runCell(4000);
const reached = Number(/step (\d+) of/.exec(stopped.message ?? "")?.[1]);
await new Promise((resolve) => setTimeout(resolve, 1500)); // as long as a press holds, and more
const resumed = await runCell(reached + 5);
const reopened = await runCell(reached + 5);
const folder = await runFolder(runs!, config);
await saveAgain((await listCheckpoints(join(folder, "checkpoints"))).at(-1)!);
const resaved = await runCell(reached + 5);
shown = [];
const configs = [3, 4].map((seed) => ({ ...config, seed, steps: 3 }));
const several = await watchRuns(configs, { runs: runs! });
const setCount = new Set(several.map(({ data }) => data.tests[0]!.set)).size;
const many = { shown, seeds: several.map(({ config }) => config.seed), setCount };
(METHODS as Record<string, Method>).worked = WORKED;
const worked = configWith("quick", { method: "worked", data: config.data, steps: 5 });
shown = [];
const best = await watchRun(worked, { runs: runs!, restarts: 2 });
const restarted = { shown, gap: lastGapOf(best.history), ...best.restarts };
shown = [];
await watchRuns([best.config, { ...worked, seed: 2 }], { runs: runs! });
const compared = { shown };
console.log(
  JSON.stringify({ stopped, reached, resumed, reopened, resaved, many, restarted, compared }),
);
Deno.exit(0);
