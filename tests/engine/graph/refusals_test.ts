import assert from "node:assert/strict";
import { graphFunction, jit, type TensorSpec } from "@/engine/graph/jit.ts";
import * as tf from "@/engine/tf.ts";
import { assertTensorsKept } from "../../assert.ts";
import { compileOne, read } from "./programs.ts";

const ROW: TensorSpec = { shape: [3], dtype: "float32" };

const CAPTURED = (where: string) => ({
  name: "TypeError",
  message: 'Cannot trace "f": a traced function must make its tensors or get them as inputs, ' +
    `got one from outside in ${where}; name it among the inputs`,
});

Deno.test("jit() refuses a tensor from outside that was not used yet", () => {
  tf.tidy(() => {
    const outside = tf.tensor1d([1, 2, 3]);
    const run = ({ x }: Record<string, tf.Tensor>) => ({ y: tf.add(x!, outside) });
    assert.throws(() => compileOne({ x: ROW }, run), CAPTURED("an operation's inputs"));
  });
});

Deno.test("jit() refuses a tensor from outside that an operation has used or made", () => {
  tf.tidy(() => {
    const made = tf.exp(tf.tensor1d([1, 2, 3]));
    const run = ({ x }: Record<string, tf.Tensor>) => ({ y: tf.mul(x!, made) });
    assert.throws(() => compileOne({ x: ROW }, run), CAPTURED("Mul"));
  });
});

Deno.test("jit() refuses a tensor from outside as an output", () => {
  tf.tidy(() => {
    const [lazy, made] = [tf.tensor1d([1]), tf.exp(tf.tensor1d([1]))];
    assert.throws(() => compileOne({}, () => ({ y: made })), CAPTURED("output y"));
    assert.throws(() => compileOne({}, () => ({ y: lazy })), CAPTURED("an operation's inputs"));
  });
});

Deno.test("jit() refuses a tensor that another of its functions has made", () => {
  let memo: tf.Tensor | undefined;
  const run = ({ x }: Record<string, tf.Tensor>) => {
    memo ??= tf.keep(tf.exp(tf.scalar(1)));
    return { y: tf.mul(x!, memo) };
  };
  assert.throws(
    () => jit({ e: graphFunction({ x: ROW }, run), f: graphFunction({ x: ROW }, run) }),
    CAPTURED("Mul"),
  );
  memo!.dispose();
});

const READS: Record<string, (x: tf.Tensor) => unknown> = {
  dataSync: (x) => x.dataSync(),
  arraySync: (x) => x.arraySync(),
  print: (x) => x.print(),
};

for (const [way, readBack] of Object.entries(READS)) {
  Deno.test(`jit() refuses ${way}() in a traced function`, () => {
    const run = ({ x }: Record<string, tf.Tensor>) => {
      readBack(tf.exp(x!));
      return { y: x! };
    };
    assert.throws(() => compileOne({ x: ROW }, run), {
      name: "TypeError",
      message: 'Cannot trace "f": a traced function must not read values (dataSync, arraySync, ' +
        "data), since they are not known before it runs; return the tensor and read it outside",
    });
  });
}

Deno.test("jit() refuses data() in a traced function", async () => {
  let values: Promise<unknown> | undefined;
  using _ = compileOne({ x: ROW }, ({ x }) => {
    values = tf.exp(x!).data();
    return { y: x! };
  });
  await assert.rejects(values!, /must not read values \(dataSync, arraySync, data\)/);
});

/** Operations that a graph cannot hold. */
const REFUSED: Record<string, { run: (x: tf.Tensor1D) => tf.Tensor; message: string }> = {
  "tf.multinomial": {
    run: (x) => tf.multinomial(x, 2, 1) as tf.Tensor,
    message: 'op "Multinomial" draws numbers from hidden state; use statelessNormal with a seed ' +
      "input",
  },
  "tf.unique": {
    run: (x) => tf.unique(x).values,
    message: 'op "UniqueV2" makes a tensor whose shape depends on values; a graph has fixed shapes',
  },
  "tf.image.nonMaxSuppression": {
    run: (x) => tf.image.nonMaxSuppression(tf.zeros([3, 4]), x, 1),
    message: 'op "NonMaxSuppressionV3" makes a tensor whose shape depends on values; ' +
      "a graph has fixed shapes",
  },
};

for (const [name, { run, message }] of Object.entries(REFUSED)) {
  Deno.test(`jit() refuses ${name}`, () => {
    assert.throws(() => compileOne({ x: ROW }, ({ x }) => ({ y: run(x as tf.Tensor1D) })), {
      name: "TypeError",
      message: `Cannot trace "f": ${message}`,
    });
  });
}

/** What JavaScript draws for tfjs; frozen into a graph it would be the same for ever. */
const DRAWS: Record<string, (x: tf.Tensor) => tf.Tensor> = {
  "tf.randomNormal": (x) => tf.add(x, tf.randomNormal([3])),
  "tf.randomUniform": (x) => tf.add(x, tf.randomUniform([3])),
  "tf.truncatedNormal": (x) => tf.add(x, tf.truncatedNormal([3])),
  "tf.dropout": (x) => tf.dropout(x, 0.5),
};

for (const [name, draw] of Object.entries(DRAWS)) {
  Deno.test(`jit() refuses ${name} without a seed, and gives Math.random back`, () => {
    assert.throws(() => compileOne({ x: ROW }, ({ x }) => ({ y: draw(x!) })), {
      name: "TypeError",
      message: 'Cannot trace "f": a traced function must not draw numbers from hidden state, got ' +
        "a call of Math.random; use statelessNormal with a seed input",
    });
    assert.notEqual(Math.random(), Math.random());
  });
}

Deno.test("jit() takes tf.randomNormal with a seed for the constant that it is", () => {
  using program = compileOne({ x: ROW }, ({ x }) => ({
    y: tf.add(x!, tf.randomNormal([3], 0, 1, "float32", 7)),
  }));
  const expected = read(() => ({ y: tf.randomNormal([3], 0, 1, "float32", 7) }));
  assert.deepEqual(read(() => program.f({ x: tf.zeros([3]) })), expected);
});

/** Results that are no tensors of a graph. */
const RESULTS: Record<string, { run: (x: tf.Tensor) => unknown; got: string }> = {
  "a promise": { run: (x) => Promise.resolve(x), got: "object" },
  "a number": { run: () => 1, got: "number" },
  "nothing": { run: () => undefined, got: "undefined" },
  "a complex tensor": { run: (x) => tf.complex(x, x), got: "complex64" },
};

for (const [name, { run, got }] of Object.entries(RESULTS)) {
  Deno.test(`jit() refuses a function that returns ${name}`, () => {
    assert.throws(() => compileOne({ x: ROW }, ({ x }) => ({ y: run(x!) as tf.Tensor })), {
      name: "TypeError",
      message: 'Cannot trace "f": output y must be a float32, int32 or bool tensor, got ' + got,
    });
  });
}

Deno.test("jit() refuses text", () => {
  const run = () => ({ y: tf.stack([tf.tensor1d(["a"]), tf.tensor1d(["b"])]) });
  assert.throws(() => compileOne({}, run), {
    name: "TypeError",
    message: 'Cannot trace "f": a constant must hold numbers, got text',
  });
});

/** Feeds that do not fit, and what the message must say of them. */
const FEEDS: readonly { title: string; feeds: () => Record<string, tf.Tensor>; message: string }[] =
  [
    {
      title: "of another shape",
      feeds: () => ({ x: tf.zeros([2, 3]), n: tf.scalar(0, "int32") }),
      message: "x must be float32 [3, 2], got float32 [2, 3]",
    },
    {
      title: "of another rank",
      feeds: () => ({ x: tf.zeros([6]), n: tf.scalar(0, "int32") }),
      message: "x must be float32 [3, 2], got float32 [6]",
    },
    {
      title: "of another type",
      feeds: () => ({ x: tf.zeros([3, 2]), n: tf.scalar(0) }),
      message: "n must be int32 [], got float32 []",
    },
    {
      title: "that are missing",
      feeds: () => ({ x: tf.zeros([3, 2]) }),
      message: "n must be int32 [], got nothing",
    },
    {
      title: "that it does not know",
      feeds: () => ({ x: tf.zeros([3, 2]), n: tf.scalar(0, "int32"), z: tf.scalar(0) }),
      message: "inputs must be x, n, got z",
    },
  ];

for (const { title, feeds, message } of FEEDS) {
  for (const eager of [true, false]) {
    Deno.test(`jit() refuses inputs ${title}, ${eager ? "eagerly" : "traced"}`, () => {
      const inputs = {
        x: { shape: [3, 2], dtype: "float32" },
        n: { shape: [], dtype: "int32" },
      } as const;
      using program = jit(
        { f: graphFunction<string, string>(inputs, ({ x }) => ({ y: tf.exp(x!) })) },
        { eager },
      );
      assertTensorsKept(0, () =>
        tf.tidy(() => {
          assert.throws(() => program.f(feeds()), {
            name: "TypeError",
            message: `Cannot run "f": ${message}`,
          });
        }));
    });
  }
}
