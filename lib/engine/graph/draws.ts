/**
 * Random draws, written so that XLA gives TensorFlow's numbers.
 *
 * Both make the same random bits of one seed, by Philox, but not the same numbers of these. So this
 * pass over a recorded graph draws bits and makes of them what TensorFlow makes: uniform draws are the
 * same to the bit, normal ones to some 1e-6, by how sines and logarithms are rounded. Draws can then be
 * part of XLA's program instead of kernels in front of it.
 *
 * A seed of two numbers first goes through Philox itself: of the four words that come out, two are the
 * key of the draw, two the upper half of its counter. XLA does the same, but with the lower halves of
 * the seeds alone.
 *
 * Source: `GenerateKey` of `tensorflow/core/kernels/stateless_random_ops.cc`, `Uint32ToFloat` and `BoxMullerFloat` of `tensorflow/core/lib/random/random_distributions.h`.
 *
 * @module
 */
import { DATA_TYPES } from "@/engine/native.ts";
import { elementCount } from "@/engine/shapes.ts";
import type { Recording } from "./precision.ts";
import type { NodeDef } from "./protobuf.ts";
import { Writer } from "./writer.ts";

const INT32 = { T: { type: DATA_TYPES.int32 } };
const UINT64 = { T: { type: DATA_TYPES.uint64 } };

/** TensorFlow's number for Philox (`tensorflow/core/framework/rng_alg.h`). */
const PHILOX = 1;

/** The key under which TensorFlow makes a key and a counter of a seed. */
const SCRAMBLE = [0x3ec8f720, 0x02461e29] as const;

/** The bits of a draw that become a fraction. */
const MANTISSA = 2 ** 23;

/** The least that a logarithm is taken of. */
const LEAST = 1e-7;

/** Writes the draws of a graph as random bits and what is made of them. */
export function withDraws({ nodes, shapes }: Recording): Recording {
  const rewritten: NodeDef[] = [];
  for (const node of nodes) {
    const write = WRITERS[node.op];
    if (!write) {
      rewritten.push(node);
      continue;
    }
    const writer = new Writer(node.name, rewritten);
    write(new Draw(writer, node), shapes.get(`${node.name}:0`)!);
    writer.finish();
  }
  return { nodes: rewritten, shapes };
}

const WRITERS: Readonly<Record<string, (draw: Draw, shape: readonly number[]) => void>> = {
  StatelessRandomUniform: (draw, shape) => draw.uniform(draw.bits(shape)),
  StatelessRandomNormal: (draw, shape) => draw.normal(shape),
};

/** One draw, as it is written. */
class Draw {
  readonly #write: Writer;
  readonly #node: NodeDef;

  constructor(write: Writer, node: NodeDef) {
    this.#write = write;
    this.#node = node;
  }

  /** Draws 32 bits for each number, from key and counter of the seed. */
  bits(shape: readonly number[]): string {
    const write = this.#write;
    const mixed = this.#philox([4], this.#words(SCRAMBLE), this.#cast(this.#node.input[1]!));
    const half = (i: number) => this.#words64(write.slice(mixed, [2 * i], [2], INT32));
    const zero = this.#words([0, 0]);
    const counter = write.concat([zero, half(1)], 0, UINT64);
    return this.#philox(shape, half(0), counter);
  }

  /** Gives blocks of four words: those of a counter `[2]` and the ones after it, under a key `[1]`. */
  #philox(shape: readonly number[], key: string, counter: string): string {
    const size = this.#write.constant(Int32Array.from(shape), [shape.length]);
    const algorithm = this.#write.constant(Int32Array.of(PHILOX), []);
    return this.#write.add("StatelessRandomUniformFullIntV2", [size, key, counter, algorithm], {
      dtype: INT32.T,
      Tshape: INT32.T,
    });
  }

  /** Gives two words as one number of 64 bits `[1]`, the lower word first. */
  #words(words: readonly [number, number]): string {
    return this.#words64(this.#write.constant(Int32Array.from(words), [2]));
  }

  #words64(words: string): string {
    const pair = this.#write.reshape(words, [1, 2], INT32);
    return this.#write.add("Bitcast", [pair], { ...INT32, type: UINT64.T });
  }

  /** Gives a seed of 32 bits as 64, with its sign. */
  #cast(seed: string): string {
    const wide = { type: DATA_TYPES.int64 };
    const whole = this.#write.add("Cast", [seed], { SrcT: INT32.T, DstT: wide });
    return this.#write.add("Bitcast", [whole], { T: wide, type: UINT64.T });
  }

  /** Makes numbers in [0, 1) of the lower bits. */
  uniform(bits: string): string {
    const mask = this.#write.constant(Int32Array.of(MANTISSA - 1), []);
    const lower = this.#write.add("BitwiseAnd", [bits, mask], INT32);
    const whole = this.#write.add("Cast", [lower], {
      SrcT: INT32.T,
      DstT: { type: DATA_TYPES.float32 },
    });
    return this.#write.add("Mul", [whole, this.#number(1 / MANTISSA)]);
  }

  /**
   * Makes two normal numbers of two uniform ones u, v each: sqrt(-2 log u) times sine and cosine of
   * 2 pi v. An odd number at the end is the first of its pair.
   */
  normal(shape: readonly number[]): void {
    const write = this.#write;
    const count = elementCount(shape);
    const pairs = Math.ceil(count / 2);
    const uniform = this.uniform(this.bits([pairs, 2]));
    const column = (i: number) => write.slice(uniform, [0, i], [pairs, 1]);
    const log = write.add("Log", [write.add("Maximum", [column(0), this.#number(LEAST)])]);
    const radius = write.add("Sqrt", [write.add("Mul", [log, this.#number(-2)])]);
    const angle = write.add("Mul", [column(1), this.#number(2 * Math.PI)]);
    const both = write.concat(
      ["Sin", "Cos"].map((op) => write.add("Mul", [radius, write.add(op, [angle])])),
      1,
    );
    const row = write.reshape(both, [2 * pairs]);
    write.reshape(count === 2 * pairs ? row : write.slice(row, [0], [count]), shape);
  }

  #number(value: number): string {
    return this.#write.constant(Float32Array.of(value), []);
  }
}
