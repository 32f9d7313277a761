import assert from "node:assert/strict";
import { StandIns } from "@/engine/graph/stand_ins.ts";
import { DATA_TYPES, nativeBackend } from "@/engine/native.ts";

const { float32, int32, bool, resource } = DATA_TYPES;

/** The binding, counting the tensors that are alive. */
function countingBinding() {
  const { binding } = nativeBackend();
  const alive = new Set<number>();
  return {
    alive,
    binding: {
      ...binding,
      tensorDataSync: (id: number) => binding.tensorDataSync(id),
      createTensor(...given: Parameters<typeof binding.createTensor>) {
        const id = binding.createTensor(...given);
        alive.add(id);
        return id;
      },
      executeOp(...given: Parameters<typeof binding.executeOp>) {
        const outputs = binding.executeOp(...given);
        for (const { id } of outputs) alive.add(id);
        return outputs;
      },
      deleteTensor(id: number) {
        assert.ok(alive.delete(id), `${id} is not alive`);
        binding.deleteTensor(id);
      },
    },
  };
}

Deno.test("StandIns gives zeros of the right shape and type, and leaves other tensors alone", () => {
  const { binding } = countingBinding();
  using standIns = new StandIns(binding);
  const real = binding.createTensor([1], float32, Float32Array.of(5));
  for (const [dtype, shape] of [[float32, [2, 3]], [int32, [4]], [bool, []]] as const) {
    const { id } = standIns.add(shape, dtype);
    assert.ok(id < -1, "tfjs lets go of ids from 0 on, and -1 is its own");
    const [zeros, same] = standIns.materialize([id, real]) as [number, number];
    const values = binding.tensorDataSync(zeros);
    assert.deepEqual([...values], Array(shape.reduce<number>((a, b) => a * b, 1)).fill(0));
    assert.equal(same, real);
  }
  binding.deleteTensor(real);
});

Deno.test("StandIns lets go of the tensors it replaces, but not of handles", () => {
  const { binding, alive } = countingBinding();
  using standIns = new StandIns(binding);
  const id = binding.createTensor([2], float32, Float32Array.of(1, 2));
  const standIn = standIns.replace({ id, shape: [2], dtype: float32 });
  assert.deepEqual([standIn.shape, standIn.dtype, alive.size], [[2], float32, 0]);
  const handle = { id: 7, shape: [], dtype: resource };
  assert.equal(standIns.replace(handle), handle);
});

Deno.test("StandIns keeps zeros for the next operation, few of them, and frees all at the end", () => {
  const { binding, alive } = countingBinding();
  {
    using standIns = new StandIns(binding);
    const large = (side: number) => standIns.add([side, 1024, 1024], float32).id;
    const [first] = standIns.materialize([large(10)]);
    assert.deepEqual(standIns.materialize([large(10), large(10)]), [first, first]);
    standIns.materialize([large(9)]); // 19 million numbers, more than are kept
    standIns.materialize([large(8)]);
    assert.equal(alive.has(first!), false, "what was used longest ago goes first");
    assert.equal(alive.size, 2);
  }
  assert.equal(alive.size, 0);
});
