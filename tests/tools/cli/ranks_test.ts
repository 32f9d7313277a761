import assert from "node:assert/strict";
import type { Mpi } from "@/engine/mpi.ts";
import { checkRanks, firstThenOthers } from "@/tools/cli/ranks.ts";
import { runCli } from "./run_cli.ts";

const LAUNCH = { rank: 0, ranks: 2, libraries: [] };

Deno.test("checkRanks() wants replicas for each process, one device and one start", () => {
  const once = { restarts: 1, devices: 1 };
  checkRanks(LAUNCH, { replicas: 4 }, once);
  assert.throws(() => checkRanks(LAUNCH, { replicas: 3 }, once), {
    name: "RangeError",
    message: /^Cannot train in 2 processes: replicas must be a multiple of them, got 3; /,
  });
  assert.throws(() => checkRanks(LAUNCH, { replicas: 4 }, { restarts: 1, devices: 2 }), {
    name: "RangeError",
    message: "Cannot train in 2 processes: devices must be 1 in each, got 2; start a process for " +
      "each GPU, as srun does with --gpus-per-task 1",
  });
  assert.throws(() => checkRanks(LAUNCH, { replicas: 4 }, { restarts: 4, devices: 1 }), {
    name: "RangeError",
    message: "Cannot train in 2 processes: restarts must be 1, got 4; start them in one process " +
      "each, with --seed",
  });
});

Deno.test("firstThenOthers() lets the first process work before the others, and one alone at once", async () => {
  const heard: string[] = [];
  const wait = () => void heard.push("wait");
  const work = () => Promise.resolve(heard.push("work"));
  for (const rank of [0, 1]) await firstThenOthers({ rank, wait } as Mpi, work);
  await firstThenOthers(undefined, work);
  assert.deepEqual(heard, ["work", "wait", "wait", "work", "work"]);
});

/** What `train` says where a launcher's variables are set. */
const trainWith = (env: Record<string, string>, ...flags: string[]) =>
  runCli(["train", "--data", "embedded-digits", "--out", "/nowhere", ...flags], env);

Deno.test("train says what several processes need, in the first of them", async () => {
  const ranks = { OMPI_COMM_WORLD_SIZE: "2", OMPI_COMM_WORLD_RANK: "0" };
  const odd = await trainWith(ranks);
  assert.equal(odd.code, 2);
  assert.match(odd.stderr, /^error: Cannot train in 2 processes: replicas must be a multiple of /);
  const library = "/nowhere/libmpi.so";
  const missing = await trainWith({ ...ranks, SHAPES_MPI_LIBRARY: library }, "--replicas", "2");
  assert.equal(missing.code, 1);
  assert.match(
    missing.stderr,
    /error: Cannot start MPI: one of \/nowhere\/libmpi\.so must load, got none \(.*\); run `apt-get/,
  );
  const tasks = await trainWith({ SLURM_STEP_NUM_TASKS: "2", SLURM_PROCID: "1" });
  assert.equal(tasks.code, 1);
  assert.match(tasks.stderr, /^error: Cannot train in several processes: srun must tell them/);
});
