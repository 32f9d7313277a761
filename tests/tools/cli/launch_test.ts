import assert from "node:assert/strict";
import { launchOf } from "@/tools/cli/launch.ts";

const OPEN_MPI = ["libmpi.so.40", "/v/lib/libmpi.so.40"];
const MPICH = ["libmpi.so.12", "libmpich.so.12", "/v/lib/libmpi.so.12", "/v/lib/libmpich.so.12"];

Deno.test("launchOf() knows the ranks of OpenMPI, MPICH and srun, and which library to take", () => {
  const openMpi = { OMPI_COMM_WORLD_RANK: "1", OMPI_COMM_WORLD_SIZE: "4", PMIX_RANK: "1" };
  assert.deepEqual(launchOf(openMpi, "/v"), { rank: 1, ranks: 4, libraries: OPEN_MPI });
  const mpich = { PMI_RANK: "0", PMI_SIZE: "2" };
  assert.deepEqual(launchOf(mpich, "/v"), { rank: 0, ranks: 2, libraries: MPICH });
  const slurm = { PMIX_RANK: "2", SLURM_STEP_NUM_TASKS: "3" };
  assert.deepEqual(launchOf(slurm, "/v"), {
    rank: 2,
    ranks: 3,
    libraries: [
      ...["libmpi.so.40", "libmpi.so.12", "libmpich.so.12"],
      ...["/v/lib/libmpi.so.40", "/v/lib/libmpi.so.12", "/v/lib/libmpich.so.12"],
    ],
  });
});

Deno.test("launchOf() takes the library that the user names, and no other", () => {
  const chosen = { PMI_RANK: "0", PMI_SIZE: "2", SHAPES_MPI_LIBRARY: "/opt/mpi/libmpi.so" };
  assert.deepEqual(launchOf(chosen, "/v")?.libraries, ["/opt/mpi/libmpi.so"]);
});

Deno.test("launchOf() finds a process on its own, also as the only task of srun or mpirun", () => {
  const alone = [
    {},
    { OMPI_COMM_WORLD_RANK: "0", OMPI_COMM_WORLD_SIZE: "1" },
    { SLURM_STEP_NUM_TASKS: "1", SLURM_PROCID: "0" },
    { SLURM_NTASKS: "4", SLURM_PROCID: "0" }, // a batch script, which runs once
  ];
  for (const environment of alone) assert.equal(launchOf(environment, "/v"), undefined);
});

Deno.test("launchOf() refuses tasks of srun that do not know of each other", () => {
  assert.throws(() => launchOf({ SLURM_STEP_NUM_TASKS: "4", SLURM_PROCID: "1" }, "/v"), {
    name: "RangeError",
    message: "Cannot train in several processes: srun must tell them of each other, got 4 tasks " +
      "on their own; start them with `srun --mpi=pmix`, or one with `srun -n 1`",
  });
});
