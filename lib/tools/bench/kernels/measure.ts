/**
 * Traces the training step on a GPU.
 *
 * @module
 */
import { join } from "node:path";
import type { Config } from "@/config.ts";
import { describeMachine } from "@/engine/machine.ts";
import { graphFunction, jit } from "@/engine/graph/jit.ts";
import { Variable } from "@/engine/graph/variable.ts";
import * as tf from "@/engine/tf.ts";
import { currentCommit } from "@/show/figures/run_record.ts";
import { medianOf } from "@/study/score/spread.ts";
import { createTrainer } from "@/train/trainer.ts";
import { squareProduct } from "../floor.ts";
import { versions } from "../report.ts";
import { stepTimer } from "../timing.ts";
import { type Launch, launchesOf } from "./hlo.ts";
import { kernelsOf, type KernelsReport, type Speeds } from "./kernels.ts";
import { type Activity, startTracer, type Tracer } from "./tracer.ts";

/** Calls that are traced, after as many that are not. */
const ROUNDS = 4;

/**
 * Gives the flags that have XLA write its programs to a folder. They must be set before anything is
 * computed, and XLA must compile: what it takes from its cache it does not write.
 */
export function dumpFlags(folder: string): string {
  return `--xla_dump_to=${folder} --xla_dump_hlo_as_text --xla_dump_hlo_module_re=.*_program.*`;
}

/**
 * Lists the kernels of a step.
 *
 * @param config Whose step
 * @param folder Where XLA writes its programs (see `dumpFlags`), and the trace goes
 * @param roots Where CUDA may be
 * @throws {Error} If CUPTI is missing, or there is no GPU
 */
export async function measureKernels(
  config: Config,
  folder: string,
  roots: readonly string[],
): Promise<KernelsReport> {
  const tracer = await startTracer(folder, roots);
  using trainer = createTrainer(config);
  const time = stepTimer(trainer, config);
  const calls = ROUNDS * trainer.together;
  time({ warmUp: calls, repeat: 0 });
  tracer.stop();
  const stepUs = 1000 * medianOf(time({ warmUp: calls, repeat: calls }));
  tracer.start();
  time({ warmUp: 0, repeat: calls });
  const activities = tracer.stop();
  Deno.renameSync(join(folder, "trace.tsv"), join(folder, "steps.tsv"));
  const speeds = { ...measureCopy(tracer), ...measureProduct(tracer, config) };
  return {
    kind: "kernels",
    commit: currentCommit(),
    machine: describeMachine(),
    versions: versions(),
    config,
    ...speeds,
    stepUs,
    ...kernelsOf(activities, await readLaunches(folder), speeds),
  };
}

/**
 * Reads what XLA wrote of the step.
 *
 * @throws {Error} If it has written none
 */
export async function readLaunches(folder: string): Promise<Launch[]> {
  const names = (await Array.fromAsync(Deno.readDir(folder), ({ name }) => name))
    .filter((name) => /\.steps?_program.*after_optimizations\.txt$/.test(name));
  const [name] = names;
  if (name === undefined || names.length > 1) {
    throw new Error(
      `Cannot list kernels: XLA must write one program of the step to "${folder}", ` +
        `got ${names.length}; set the flags before anything is computed`,
    );
  }
  return launchesOf(await Deno.readTextFile(join(folder, name)));
}

/** Numbers that are copied: four times as many bytes as any second-level cache has. */
const COPIED = 2 ** 26;

function measureCopy(tracer: Tracer): Pick<Speeds, "bytesPerSecond"> {
  const variable = new Variable("speed/copied", [COPIED]);
  using program = jit({
    copy: graphFunction({}, () => {
      variable.assign(tf.add(variable.read(), 1));
      return { done: tf.scalar(0) };
    }),
  });
  const seconds = secondsOfLongest(tracer, () => program.copy({}).done);
  return { bytesPerSecond: 2 * 4 * COPIED / seconds };
}

/** Rows and columns of the matrices that are multiplied. */
const SIDE = 8192;

function measureProduct(
  tracer: Tracer,
  { precision }: Config,
): Pick<Speeds, "flopsPerSecond"> {
  using product = squareProduct(SIDE, precision);
  const seconds = secondsOfLongest(tracer, () => product.run());
  return { flopsPerSecond: 2 * SIDE ** 3 / seconds };
}

/** Gives the time of the kernel that takes longest, as a median over calls. */
function secondsOfLongest(tracer: Tracer, call: () => tf.Tensor): number {
  const run = () => tf.tidy(() => void call().dataSync());
  for (let i = 0; i < ROUNDS; i++) run();
  tracer.start();
  for (let i = 0; i < ROUNDS; i++) run();
  const byName = Map.groupBy(tracer.stop(), ({ name }: Activity) => name);
  const medians = Array.from(
    byName.values(),
    (group) => medianOf(group.map(({ duration }) => duration)),
  );
  return Math.max(...medians) / 1e9;
}
