import assert from "node:assert/strict";
import { graphFunction, jit } from "@/engine/graph/jit.ts";
import { createRandom } from "@/engine/random.ts";
import * as tf from "@/engine/tf.ts";
import { silhouettesOf } from "@/render/silhouette.ts";
import { assertClose, assertTensorsKept } from "../assert.ts";

const [B, H, W] = [2, 3, 4];
const random = createRandom(11);
/** Half of it ground, half of it bright or dim. */
const VALUES = Float32Array.from(
  { length: B * H * W },
  () => Math.max(0, random.uniform(-0.5, 0.5)),
);
const images = (values: ArrayLike<number> = VALUES) =>
  tf.tensor3d(Float32Array.from(values), [B, H, W]);
const silhouettes = (values?: ArrayLike<number>) =>
  tf.tidy(() => silhouettesOf(images(values)).dataSync());

/** The same in float64: the image of twice the size, cut, and its blocks of four averaged. */
function twin(values: ArrayLike<number>): number[] {
  const at = (b: number, h: number, w: number) => {
    const [row, column] = [Math.min(H - 1, Math.max(0, h)), Math.min(W - 1, Math.max(0, w))];
    return values[(b * H + row) * W + column]!;
  };
  const between = (b: number, y: number, x: number) => {
    const [h, w] = [Math.floor(y), Math.floor(x)];
    const [down, right] = [y - h, x - w];
    return (1 - down) * ((1 - right) * at(b, h, w) + right * at(b, h, w + 1)) +
      down * ((1 - right) * at(b, h + 1, w) + right * at(b, h + 1, w + 1));
  };
  return Array.from({ length: B * H * W }, (_, i) => {
    const [b, h, w] = [Math.floor(i / H / W), Math.floor(i / W) % H, i % W];
    const bright = [-0.25, 0.25].flatMap((y) =>
      [-0.25, 0.25].map((x): number => between(b, h + y, w + x) > 0.12 ? 1 : 0)
    );
    return bright.reduce((sum, value) => sum + value, 0) / 4;
  });
}

Deno.test("silhouettesOf() gives the four quarters of a pixel, by hand", () => {
  tf.tidy(() => {
    const of = (row: readonly number[]) =>
      silhouettesOf(tf.tensor3d([...row], [1, 1, row.length])).dataSync();
    // Quarters at 0.75 of their own pixel and 0.25 of the next: 0.25 * 0.4 is ground, 0.75 * 0.4 is not.
    assertClose(of([0, 0.4, 0]), [0, 1, 0], 0);
    // 0.25 * 1 is bright: the edge of a white pixel is half of its dark neighbour.
    assertClose(of([0, 1, 0]), [0.5, 1, 0.5], 0);
    // The corner of a white block is a quarter of the pixel beside it.
    const block = silhouettesOf(tf.tensor3d([1, 0, 0, 0], [1, 2, 2])).dataSync();
    assertClose(block, [1, 0.5, 0.5, 0], 0);
    assertClose(of([0.13, 0.11]), [1, 0], 0);
  });
});

Deno.test("silhouettesOf() is an image of twice the size that is cut and halved again", () => {
  assertClose(silhouettes(), twin(VALUES), 0);
});

Deno.test("silhouettesOf() does not know how bright things are, and knows black from grey", () => {
  // Whatever is far from the threshold: its silhouette is that of the same in white.
  const isThing = VALUES.map((_, i) => i % 3 === 0 ? 1 : 0);
  const values = silhouettes(isThing);
  assert.ok(values.every((value) => value >= 0 && value <= 1));
  assertClose(silhouettes(isThing.map((value) => 0.9 * value)), values, 0);
  assertClose(silhouettes(new Float32Array(B * H * W)), new Array(B * H * W).fill(0), 0);
  assertClose(silhouettes(new Array(B * H * W).fill(0.2)), new Array(B * H * W).fill(1), 0);
});

Deno.test("silhouettesOf() mirrors with its images", () => {
  tf.tidy(() => {
    for (const axis of [1, 2]) {
      const mirrored = silhouettesOf(tf.reverse(images(), axis));
      assertClose(
        mirrored.dataSync(),
        tf.reverse(silhouettesOf(images()), axis).dataSync(),
        0,
      );
    }
  });
});

Deno.test("silhouettesOf() gives in a graph what it gives eagerly, and keeps its result alone", () => {
  using program = jit({
    f: graphFunction({ x: { shape: [B, H, W], dtype: "float32" } }, ({ x }) => ({
      y: silhouettesOf(x as tf.Tensor3D),
    })),
  });
  assertTensorsKept(0, () => {
    const x = images();
    const y = silhouettesOf(x);
    const traced = program.f({ x }).y;
    assertClose(traced.dataSync(), y.dataSync(), 0);
    tf.dispose([x, y, traced]);
  });
});

Deno.test("silhouettesOf() says which shape is wrong", () => {
  tf.tidy(() => {
    assert.throws(() => silhouettesOf(tf.zeros([2, 3, 4, 1]) as unknown as tf.Tensor3D), {
      name: "TypeError",
      message: "Cannot take silhouettes: images must have shape [B, H, W], got [2, 3, 4, 1]",
    });
  });
});
