/**
 * One rank of a training, as tests start them: `ranks_run.ts <library> <ranks> <folder> <configs>`. Trains each
 * config into a folder of its number, from its newest checkpoint, and says who it is and each step.
 */
import { join } from "node:path";
import type { Config } from "@/config.ts";
import { openMpi } from "@/engine/mpi.ts";
import { replicasOf } from "@/train/place/shares.ts";
import { trainInRanks } from "@/train/rank_training.ts";
import { loadRunData } from "@/train/run_data.ts";

const [library, ranks, folder, configs] = Deno.args as [string, string, string, string];
const mpi = openMpi({ libraries: [library], ranks: Number(ranks) });
console.log(`rank ${mpi.rank} is ${Deno.pid}`);
const stop = new AbortController();
Deno.addSignalListener("SIGTERM", () => stop.abort());
for (const [i, config] of (JSON.parse(configs) as Config[]).entries()) {
  const result = await trainInRanks(mpi, config, {
    ...await loadRunData(config, { replicas: replicasOf(mpi, config.replicas) }),
    out: join(folder, String(i)),
    resume: true,
    signal: stop.signal,
    onStep: ({ step }) => console.log(`step ${step}`),
  });
  console.log(`rank ${mpi.rank} ends at ${result.step}${result.isStopped ? ", stopped" : ""}`);
}
mpi.finish();
Deno.exit();
