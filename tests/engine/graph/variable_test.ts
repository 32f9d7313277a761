import assert from "node:assert/strict";
import * as fc from "fast-check";
import { Variable, variableNamed } from "@/engine/graph/variable.ts";
import * as tf from "@/engine/tf.ts";
import { assertTensorsKept } from "../../assert.ts";

/** Reads a variable to JavaScript; keeps no tensor. */
function valuesOf(variable: Variable): number[] {
  return tf.tidy(() => [...variable.read().dataSync()]);
}

Deno.test("Variable holds zeros unless it is given values", () => {
  using zeros = new Variable("zeros", [2, 3]);
  using given = new Variable("given", [2, 2], Float32Array.of(1, 2, 3, 4));
  assert.deepEqual(valuesOf(zeros), [0, 0, 0, 0, 0, 0]);
  tf.tidy(() => assert.deepEqual(given.read().arraySync(), [[1, 2], [3, 4]]));
});

Deno.test("Variable gives back what was assigned last, bit by bit", () => {
  using variable = new Variable("any", [3]);
  const numbers = fc.tuple(fc.float(), fc.float(), fc.float());
  fc.assert(fc.property(numbers, (values) => {
    tf.tidy(() => variable.assign(tf.tensor1d(values)));
    assert.deepEqual(valuesOf(variable), values);
  }));
});

Deno.test("Variable copies: neither its source nor a reading changes with it", () => {
  const values = Float32Array.of(1, 2);
  using variable = new Variable("copied", [2], values);
  values[0] = 9;
  const before = variable.read();
  tf.tidy(() => variable.assign(tf.tensor1d([5, 6])));
  assert.deepEqual([...before.dataSync()], [1, 2]);
  before.dispose();
});

Deno.test("Variable can be found by its shared name, which no other has", () => {
  using first = new Variable("name", []);
  using second = new Variable("name", []);
  assert.equal(first.name, second.name);
  assert.notEqual(first.sharedName, second.sharedName);
  assert.equal(variableNamed(first.sharedName), first);
  assert.equal(variableNamed(second.sharedName), second);
});

Deno.test("Variable keeps a tensor for each reading and handle, which are the caller's", () => {
  assertTensorsKept(0, () => {
    using variable = new Variable("counted", [2], Float32Array.of(1, 2));
    const x = tf.zeros([2]);
    let made: tf.Tensor[] = [];
    assertTensorsKept(0, () => variable.assign(x));
    assertTensorsKept(2, () => made = [variable.read(), variable.handle()]);
    tf.dispose([x, made]);
  });
});

Deno.test("Variable refuses values of another shape or type", () => {
  using variable = new Variable("encoder/conv1/kernel", [2, 3]);
  const refused: [() => tf.Tensor, string][] = [
    [() => tf.zeros([3, 2]), "float32 [3,2]"],
    [() => tf.zeros([6]), "float32 [6]"],
    [() => tf.zeros([2, 3], "int32"), "int32 [2,3]"],
  ];
  for (const [values, got] of refused) {
    assert.throws(() => tf.tidy(() => variable.assign(values())), {
      name: "TypeError",
      message: 'Cannot assign to variable "encoder/conv1/kernel": values must be float32 [2,3], ' +
        `got ${got}`,
    });
  }
});

Deno.test("Variable refuses to start from too few or too many values", () => {
  for (const length of [5, 7]) {
    assertTensorsKept(0, () => {
      assert.throws(() => new Variable("decoder/grid", [2, 3], new Float32Array(length)), {
        name: "TypeError",
        message: 'Cannot make variable "decoder/grid": shape [2,3] must have 6 values, ' +
          `got ${length}`,
      });
    });
  }
});

Deno.test("Variable can be disposed more than once", () => {
  const variable = new Variable("disposed", [2]);
  variable[Symbol.dispose]();
  variable[Symbol.dispose]();
  assert.equal(variableNamed(variable.sharedName), undefined);
});
