/** One rank, as `mpi_test.ts` starts them: `mpi_ranks.ts <library> <ranks it expects> <what to do>`. */
import { openMpi } from "@/engine/mpi.ts";

const [library, ranks, task] = Deno.args;
const mpi = openMpi({ libraries: ["libnowhere.so", library!], ranks: Number(ranks) });
const { rank, size } = mpi;

/** Rank 0 prints what all ranks found, one line each. */
function tell(values: readonly number[]): void {
  const all = new Float32Array(size * values.length);
  all.set(values, rank * values.length);
  mpi.sum(all);
  for (let i = 0; rank === 0 && i < size; i++) {
    console.log(all.slice(i * values.length, (i + 1) * values.length).join(" "));
  }
}

if (task === "sum") {
  const whole = Float32Array.of(9, 1 + rank, -0.5, 10 ** rank, 9);
  mpi.sum(whole.subarray(1, 4)); // a part of an array stays a part
  tell([...whole]);
} else if (task === "large") {
  // Numbers whose sum depends on the order; all ranks must have the same bits.
  const values = Float32Array.from({ length: 1_500_000 }, (_, i) => Math.sin(i * (rank + 1)) / 3);
  mpi.sum(values);
  const bits = new Uint32Array(values.buffer);
  let checksum = 0;
  for (let i = 0; i < bits.length; i++) checksum = (checksum * 31 + bits[i]!) % 0xfffff1;
  tell([checksum, Math.abs(values[7]! - [1, 2].reduce((s, r) => s + Math.sin(7 * r) / 3, 0))]);
} else if (task === "share") {
  const own = Uint8Array.from({ length: 3 + rank }, (_, i) => 10 * rank + i);
  const [ofFirst, ofLast] = [mpi.share(0, own), mpi.share(size - 1, own)];
  mpi.wait();
  tell([...ofFirst, ...ofLast, ...mpi.share(0, new Uint8Array())]);
} else if (task === "abort") {
  if (rank === 1) mpi.abort(3);
  mpi.wait(); // for ever, if rank 1 did not end it
} else if (task === "version") {
  if (rank === 0) console.log(mpi.version);
}
mpi.finish();
