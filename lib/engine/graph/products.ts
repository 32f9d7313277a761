/**
 * Convolutions as matrix products, for XLA on a graphics card.
 *
 * XLA hands a whole program to the card as one CUDA graph, matrix products included, but cuts it at
 * every convolution of cuDNN, which it hands over by itself (as of TensorFlow 2.21); a step that takes
 * milliseconds then waits for the host. So this pass over a recorded graph writes each 2D convolution of
 * three or four taps and stride 2, SAME, forward or transposed, with its gradients, as a product: a step
 * of 2.14 ms on an NVIDIA H100 becomes one of 1.87. In 3D three taps would become four, 64 instead of 27
 * in all, and cuDNN is the faster one (`notebooks/performance/tries.json`).
 *
 * Such a convolution joins a big grid (its input) to a small one of half the side. Along each axis, with
 * the zeros of SAME in front, small cell i sees big cells 2i, 2i + 1, 2i + 2 and, of four taps, 2i + 3:
 * the block i of two big cells, and the next one or its first cell. With the blocks' cells as channels,
 * tap t of 2 leads from small cell i to block i + t, and
 *
 * - big to small: small[i] = sum over t of blocks[i + t] K[t]^T (convolution; gradient of a transposed one);
 * - small to big: blocks[i] = sum over t of small[i - t] K[t] (transposed convolution; gradient of one);
 * - the kernel's gradient: K[t] = sum over i of small[i - t]^T blocks[i].
 *
 * On the small side neighbours are put beside each other, so that each of the three is one product. K
 * holds the taps of each axis in 2 taps and 2 cells of a block; of three, the fourth place is 0.
 *
 * @module
 */
import { DATA_TYPES } from "@/engine/native.ts";
import type { Recording } from "./precision.ts";
import type { NodeDef } from "./protobuf.ts";
import { Writer } from "./writer.ts";

/** Which inputs of an operation are the two grids and the kernel; the output is the one that is left. */
interface Places {
  readonly big?: number;
  readonly small?: number;
  readonly kernel?: number;
}

const CONVOLUTION: Places = { big: 0, kernel: 1 };
const INPUT_GRADIENT: Places = { kernel: 1, small: 2 };
const FILTER_GRADIENT: Places = { big: 0, small: 2 };

const PLACES: Readonly<Record<string, Places>> = {
  Conv2D: CONVOLUTION,
  Conv2DBackpropInput: INPUT_GRADIENT,
  Conv2DBackpropFilter: FILTER_GRADIENT,
};

/** Writes the convolutions of a graph as products; other kernels, strides and paddings stay. */
export function withProducts({ nodes, shapes }: Recording): Recording {
  const rewritten: NodeDef[] = [];
  for (const node of nodes) {
    const places = PLACES[node.op];
    const shapeOf = (place: keyof Places) =>
      shapes.get(places?.[place] === undefined ? `${node.name}:0` : node.input[places[place]]!)!;
    if (!places || !isHalving(node, shapeOf("kernel"))) {
      rewritten.push(node);
      continue;
    }
    const sourceOf = (place: keyof Places) => node.input[places[place]!]!;
    const writer = new Writer(node.name, rewritten);
    const taps = shapeOf("kernel")[0] as Taps;
    const convolution = new Halving(writer, shapeOf("big"), shapeOf("small"), taps);
    if (places.big === undefined) {
      convolution.smallToBig(sourceOf("small"), sourceOf("kernel"));
    } else if (places.small === undefined) {
      convolution.bigToSmall(sourceOf("big"), sourceOf("kernel"));
    } else {
      convolution.kernelGradient(sourceOf("big"), sourceOf("small"));
    }
    writer.finish();
  }
  return { nodes: rewritten, shapes };
}

/** Taps along an axis. */
type Taps = 3 | 4;

/** Tells whether a convolution has as many taps, 3 or 4, and stride 2 along every axis, and SAME padding. */
function isHalving({ attr }: NodeDef, kernel: readonly number[]): boolean {
  const listOf = (name: string) => attr[name]?.list?.i ?? [];
  const [first] = kernel;
  return attr.T?.type === DATA_TYPES.float32 &&
    new TextDecoder().decode(attr.padding?.s) === "SAME" &&
    (first === 3 || first === 4) && kernel.slice(0, -2).every((taps) => taps === first) &&
    listOf("strides").slice(1, -1).every((step) => step === 2) &&
    listOf("dilations").every((step) => step === 1);
}

/** One convolution between a big grid `[B, n.., C]` and a small one `[B, m.., F]`, m = ceil(n / 2). */
class Halving {
  readonly #write: Writer;
  readonly #batch: number;
  readonly #big: readonly number[]; // n
  readonly #small: readonly number[]; // m
  readonly #bigChannels: number; // C
  readonly #smallChannels: number; // F
  readonly #corners: readonly (readonly number[])[]; // the 2^axes taps, or cells of a block
  readonly #taps: Taps;
  readonly #before: readonly number[]; // SAME: of three taps both sides of an odd axis, the far side of an even one
  readonly #blockCounts: readonly number[]; // of three taps the one behind the last is all zeros

  constructor(write: Writer, big: readonly number[], small: readonly number[], taps: Taps) {
    this.#write = write;
    this.#batch = big[0]!;
    this.#big = big.slice(1, -1);
    this.#small = small.slice(1, -1);
    this.#bigChannels = big.at(-1)!;
    this.#smallChannels = small.at(-1)!;
    this.#corners = Array.from(
      { length: 2 ** this.#big.length },
      (_, corner) => this.#big.map((_, axis) => (corner >> (this.#big.length - 1 - axis)) & 1),
    );
    this.#taps = taps;
    this.#before = this.#big.map((n) => taps === 3 ? n % 2 : 1);
    this.#blockCounts = this.#small.map((m) => taps === 3 ? m : m + 1);
  }

  bigToSmall(big: string, kernel: string): string {
    const write = this.#write;
    const products = write.matMul(this.#blocks(big), this.#spread(kernel), { b: true }); // [B m.., 2t.. F]
    const grid = write.reshape(products, this.#blockShape(this.#corners.length));
    const channels = this.#smallChannels;
    return write.sum(this.#corners.map((taps, corner) => {
      const begin = [0, ...taps, corner * channels];
      const sizes = this.#small.map((m, axis) =>
        Math.min(m, this.#blockCounts[axis]! - taps[axis]!)
      );
      const missing = this.#small.map((m, axis) => m - sizes[axis]!);
      const part = write.slice(grid, begin, [this.#batch, ...sizes, channels]);
      return write.pad(part, begin.map(() => 0), [0, ...missing, 0]);
    }));
  }

  smallToBig(small: string, kernel: string): string {
    const write = this.#write;
    const blocks = write.matMul(this.#neighbours(small), this.#spread(kernel)); // [B m.., 2p.. C]
    const { split, order, whole } = this.#interleaving();
    const back = order.map((_, axis) => order.indexOf(axis));
    const padded = write.transpose(write.reshape(blocks, order.map((axis) => split[axis]!)), back);
    const grid = write.reshape(padded, whole);
    return write.slice(grid, [0, ...this.#before, 0], [
      this.#batch,
      ...this.#big,
      this.#bigChannels,
    ]);
  }

  kernelGradient(big: string, small: string): string {
    const write = this.#write;
    const product = write.matMul(this.#neighbours(small), this.#blocks(big), { a: true });
    const [corners, f, c] = [this.#corners.length, this.#smallChannels, this.#bigChannels];
    if (this.#taps === 4) {
      const { split, order } = this.#interleavedTaps();
      const back = order.map((_, axis) => order.indexOf(axis));
      const parted = write.reshape(product, order.map((axis) => split[axis]!));
      return write.reshape(write.transpose(parted, back), [...this.#big.map(() => 4), c, f]);
    }
    const taps = write.transpose(write.reshape(product, [corners, f, corners, c]), [0, 2, 3, 1]);
    const rows = write.reshape(taps, [corners ** 2, c * f]);
    const gathered = write.matMul(this.#places(), rows, { a: true }); // [3.., C F]
    return write.reshape(gathered, [...this.#big.map(() => 3), c, f]);
  }

  /** Gives the blocks of a big grid, `[B m.., 2p.. C]`. */
  #blocks(big: string): string {
    const { split, order } = this.#interleaving();
    const after = this.#big.map((n, axis) =>
      2 * this.#blockCounts[axis]! - n - this.#before[axis]!
    );
    const padded = this.#write.pad(big, [0, ...this.#before, 0], [0, ...after, 0]);
    const parted = this.#write.transpose(this.#write.reshape(padded, split), order);
    return this.#write.reshape(parted, [-1, this.#corners.length * this.#bigChannels]);
  }

  /** Gives for each block the cell of a small grid and those in front of it, `[B m.., 2t.. F]`. */
  #neighbours(small: string): string {
    const after = this.#small.map((m, axis) => this.#blockCounts[axis]! - m);
    const padded = this.#write.pad(small, [0, ...after.map(() => 1), 0], [0, ...after, 0]);
    const parts = this.#corners.map((taps) =>
      this.#write.slice(padded, [0, ...taps.map((t) => 1 - t), 0], this.#blockShape(1))
    );
    const joined = this.#write.concat(parts, this.#small.length + 1);
    return this.#write.reshape(joined, [-1, this.#corners.length * this.#smallChannels]);
  }

  /** Gives K `[2t.. F, 2p.. C]` of a kernel `[3.., C, F]` or `[4.., C, F]`. */
  #spread(kernel: string): string {
    const write = this.#write;
    const [corners, f, c] = [this.#corners.length, this.#smallChannels, this.#bigChannels];
    if (this.#taps === 4) {
      const { split, order } = this.#interleavedTaps();
      const parted = write.transpose(write.reshape(kernel, split), order);
      return write.reshape(parted, [corners * f, corners * c]);
    }
    const taps = write.reshape(kernel, [3 ** this.#big.length, c * f]);
    const places = write.reshape(write.matMul(this.#places(), taps), [corners, corners, c, f]);
    return write.reshape(write.transpose(places, [0, 3, 1, 2]), [corners * f, corners * c]);
  }

  /** Gives the matrix `[2t.. 2p.., 3..]` that has a 1 where tap t and cell p of a block are a tap of three. */
  #places(): string {
    const taps = 3 ** this.#big.length;
    const rows = this.#corners.flatMap((tap) =>
      this.#corners.map((cell) => {
        const three = tap.map((t, axis) => 2 * t + cell[axis]!); // 3 is the place that no tap has
        const column = three.reduce((sum, k) => 3 * sum + k, 0);
        return Array.from({ length: taps }, (_, k) => three.every((k) => k < 3) && k === column);
      })
    );
    return this.#write.constant(Float32Array.from(rows.flat(), Number), [rows.length, taps]);
  }

  #blockShape(taps: number): number[] {
    return [this.#batch, ...this.#blockCounts, taps * this.#smallChannels];
  }

  /** A kernel of four taps: with 2 taps and 2 cells of each axis apart, and in which order K has these. */
  #interleavedTaps() {
    const axes = this.#small.length;
    const split = [...this.#small.flatMap(() => [2, 2]), this.#bigChannels, this.#smallChannels];
    const taps = this.#small.map((_, axis) => 2 * axis);
    const order = [...taps, 2 * axes + 1, ...taps.map((axis) => axis + 1), 2 * axes];
    return { split, order };
  }

  /** A padded big grid: with its blocks as axes, in which order those come last, and as it is. */
  #interleaving() {
    const axes = this.#small.length;
    const counts = this.#blockCounts;
    const split = [this.#batch, ...counts.flatMap((count) => [count, 2]), this.#bigChannels];
    const cells = counts.map((_, axis) => 2 * axis + 1);
    const order = [0, ...cells, ...cells.map((axis) => axis + 1), 2 * axes + 1];
    const whole = [this.#batch, ...counts.map((count) => 2 * count), this.#bigChannels];
    return { split, order, whole };
  }
}
