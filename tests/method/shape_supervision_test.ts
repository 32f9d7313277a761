import assert from "node:assert/strict";
import { createRandom } from "@/engine/random.ts";
import * as tf from "@/engine/tf.ts";
import { shapeError } from "@/method/shape_supervision.ts";
import { assertClose, assertGradient, assertTensorsKept } from "../assert.ts";

const [B, S, G] = [2, 2, 4];
const random = createRandom(4);
const LOGITS = Float32Array.from({ length: B * G ** 3 }, () => random.uniform(-3, 3));
const SHAPES = Float32Array.from({ length: B * S ** 3 }, () => random.uniform());
const logits = (values: ArrayLike<number> = LOGITS) =>
  tf.tensor4d(Float32Array.from(values), [B, G, G, G]);
const shapes = () => tf.tensor4d(SHAPES, [B, S, S, S]);
const seen = (shrink = [1, 1, 1, 1]) => ({ border: 1, shrink: tf.tensor2d(shrink, [B, 2]) });

/** The same in float64, for shapes that are not stretched. */
function twin(values: ArrayLike<number>): number[] {
  return [0, 1].map((b) => {
    let sum = 0;
    for (let cell = 0; cell < G ** 3; cell++) {
      const places = [Math.floor(cell / G / G), Math.floor(cell / G) % G, cell % G];
      const isInside = places.every((place) => place >= 1 && place <= S);
      const [d, h, w] = places.map((place) => place - 1) as [number, number, number];
      const t = isInside ? SHAPES[((b * S + d) * S + h) * S + w]! : 0;
      const p = 1 / (1 + Math.exp(-values[b * G ** 3 + cell]!));
      sum -= t * Math.log(p) + (1 - t) * Math.log(1 - p);
    }
    return 0.05 * sum;
  });
}

Deno.test("shapeError() is log 2 for each cell that knows nothing, 0.05 of it", () => {
  tf.tidy(() => {
    const nothing = shapeError(tf.zeros([B, G, G, G]), shapes(), seen());
    const expected = 0.05 * G ** 3 * Math.LN2;
    assertClose(nothing.dataSync(), [expected, expected], 1e-4);
  });
});

Deno.test("shapeError() gives the cross-entropy of cells in float64, empty ones around the images' frame", () => {
  tf.tidy(() => {
    assertClose(shapeError(logits(), shapes(), seen()).dataSync(), twin(LOGITS), 1e-4);
  });
});

Deno.test("shapeError() is least, near 0, for logits that are sure of the truth, however large", () => {
  tf.tidy(() => {
    const solid = tf.round(shapes());
    const sure = tf.pad(tf.mul(500, tf.sub(solid, 0.5)), [[0, 0], [1, 1], [1, 1], [1, 1]], -250);
    const errors = shapeError(sure as tf.Tensor4D, solid as tf.Tensor4D, seen()).dataSync();
    assertClose(errors, [0, 0], 1e-6);
    const wrong = shapeError(tf.neg(sure) as tf.Tensor4D, solid as tf.Tensor4D, seen()).dataSync();
    assertClose(wrong, [0.05 * 250 * G ** 3, 0.05 * 250 * G ** 3], 0.1);
  });
});

Deno.test("shapeError() stretches shapes as their images are", () => {
  tf.tidy(() => {
    // What is read at twice the distance leaves the 4 middle cells of rows and columns alone.
    const full = tf.ones([B, S, S, S]) as tf.Tensor4D;
    const sure = tf.fill([B, G, G, G], 1) as tf.Tensor4D;
    const filled = (shrink: number[]) => {
      const errors = shapeError(sure, full, seen(shrink)).dataSync();
      return [...errors].map((error) => (G ** 3 * Math.log(1 + Math.E) - error / 0.05));
    };
    assertClose(filled([1, 1, 1, 1]), [8, 8], 1e-3);
    // Cells at 0.5 from the middle are read at 0.25 and those at 1.5 at 0.75: half full by column.
    assertClose(filled([0.5, 1, 1, 0.5]), [(2 + 1.5) ** 2 * 2, 2 ** 2 * 3.5], 1e-3);
  });
});

Deno.test("shapeError() has the gradient finite differences give", () => {
  tf.tidy(() => {
    const gradient = tf.grad((x) => tf.sum(shapeError(x as tf.Tensor4D, shapes(), seen())))(
      logits(),
    );
    const total = (values: ArrayLike<number>) => twin(values).reduce((sum, error) => sum + error);
    assertGradient(gradient.dataSync(), total, LOGITS, 1e-4);
  });
});

Deno.test("shapeError() keeps its result alone, and says which shape is wrong", () => {
  const [x, truth, how] = [logits(), shapes(), seen()];
  assertTensorsKept(0, () => shapeError(x, truth, how).dispose());
  assert.throws(() => shapeError(x, tf.zeros([B, 3, 2, 2]), how), {
    name: "TypeError",
    message: "Cannot compare shapes: occupancy must have shape [B = 2, 2, 2, 2], got [2, 3, 2, 2]",
  });
  assert.throws(() => shapeError(tf.zeros([B, 4, 4, 3]), truth, how), {
    name: "TypeError",
    message: "Cannot compare shapes: logits must have shape [B = 2, G = 4, G = 4, G = 4], " +
      "got [2, 4, 4, 3]",
  });
  tf.dispose([x, truth, how.shrink]);
});
