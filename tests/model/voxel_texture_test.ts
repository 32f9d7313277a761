import assert from "node:assert/strict";
import { graphFunction, jit } from "@/engine/graph/jit.ts";
import * as tf from "@/engine/tf.ts";
import { createVoxelTexture } from "@/model/voxel_texture.ts";
import { projectColour } from "@/render/colour.ts";
import { projectVoxels } from "@/render/project.ts";
import { assertClose, assertTensorsKept } from "../assert.ts";
import { passOf, randomTensor } from "./passes.ts";

const [B, S, TAU] = [2, 16, 1];
const texture = createVoxelTexture(S, false);
const images = () => tf.abs(randomTensor([B, S, S, 1], 1)) as tf.Tensor4D;
const density = () => tf.abs(randomTensor([B, S, S, S], 2)) as tf.Tensor4D;
const camera = () => ({ azimuth: tf.tensor1d([0.4, -1.1]) });
/** Colours that differ a lot from place to place. */
const rough = () => ({ "texture/decoder/blocks/kernel": randomTensor([3, 3, 3, 24, 8], 3) });
const passWith = (values: Record<string, tf.Tensor> = rough(), parameters = texture.parameters) =>
  passOf(parameters, { values });

Deno.test("createVoxelTexture() gives every voxel a brightness, another for other images", () => {
  tf.tidy(() => {
    const colour = texture.colour(passWith(), images());
    assert.deepEqual(colour.shape, [B, S, S, S]);
    assert.ok(colour.dataSync().every((value) => value >= 0 && value <= 1));
    const [first, second] = tf.unstack(colour);
    assert.ok(tf.max(tf.abs(tf.sub(first!, second!))).dataSync()[0]! > 0.01);
    // Initially all is about half as bright as white.
    assertClose(tf.mean(texture.colour(passWith({}), images())).dataSync(), [0.5], 0.1);
  });
});

Deno.test("createVoxelTexture() paints what its colours look like in front", () => {
  tf.tidy(() => {
    const pass = passWith();
    const painted = texture.paint(pass, {
      images: images(),
      density: density(),
      camera: camera(),
      tau: TAU,
    });
    const colour = texture.colour(pass, images());
    const expected = projectColour(density(), colour, camera(), { tau: TAU });
    assertClose(painted.dataSync(), expected.dataSync(), 1e-6);
    // It is never brighter than the silhouette.
    const opacity = projectVoxels(density(), camera().azimuth, { tau: TAU }).dataSync();
    painted.dataSync().forEach((value, i) => assert.ok(value >= 0 && value <= opacity[i]! + 1e-5));
  });
});

Deno.test("createVoxelTexture() has symmetric colours where shapes are symmetric", () => {
  tf.tidy(() => {
    const symmetric = createVoxelTexture(S, true).colour(passWith(), images());
    assertClose(symmetric.dataSync(), tf.reverse(symmetric, 3).dataSync(), 1e-5);
    const free = texture.colour(passWith(), images());
    assert.ok(tf.max(tf.abs(tf.sub(free, tf.reverse(free, 3)))).dataSync()[0]! > 0.05);
  });
});

Deno.test("createVoxelTexture() teaches all of its parameters, and never the density", () => {
  tf.tidy(() => {
    const names = Object.keys(texture.parameters);
    assert.ok(names.every((name) => name.startsWith("texture/")));
    const { values } = passWith();
    const gradients = tf.grads((matter, ...inputs) => {
      const given = Object.fromEntries(names.map((name, i) => [name, inputs[i]!]));
      const painted = texture.paint(passWith(given), {
        images: images(),
        density: matter as tf.Tensor4D,
        camera: camera(),
        tau: TAU,
      });
      return tf.add(tf.sum(tf.square(painted)), tf.mul(0, tf.sum(matter))) as tf.Scalar;
    })([density(), ...names.map((name) => values[name]!)]);
    const [ofDensity, ...others] = gradients.map((x) => tf.max(tf.abs(x)).dataSync()[0]!);
    assert.equal(ofDensity, 0);
    for (const [i, largest] of others.entries()) {
      assert.ok(largest > 0 && largest < Infinity, `${names[i]}: ${largest}`);
    }
  });
});

Deno.test("createVoxelTexture() learns a stripe that no silhouette shows, from two sides", () => {
  tf.tidy(() => {
    // A solid box, with a dark stripe down its front and none on its back.
    const isInside = (i: number) => i >= 4 && i < 12;
    const box = tf.buffer([1, S, S, S]);
    const [front, back] = [tf.buffer([1, S, S, 1]), tf.buffer([1, S, S, 1])];
    for (let i = 0; i < S ** 3; i++) {
      const [d, h, w] = [Math.floor(i / S / S), Math.floor(i / S) % S, i % S];
      if (!isInside(d) || !isInside(h) || !isInside(w)) continue;
      box.set(8, 0, d, h, w);
      front.set(w === 7 || w === 8 ? 0.2 : 0.8, 0, h, w, 0);
      back.set(0.8, 0, h, w, 0);
    }
    const photographs = tf.concat([front.toTensor(), back.toTensor()]) as tf.Tensor4D;
    const unpainted = {
      images: photographs,
      density: tf.tile(box.toTensor(), [2, 1, 1, 1]) as tf.Tensor4D,
      camera: { azimuth: tf.tensor1d([0, Math.PI]) },
      tau: TAU,
    };
    const names = Object.keys(texture.parameters);
    const { values } = passOf(texture.parameters);
    let weights = names.map((name) => values[name]!);
    const loss = (...inputs: tf.Tensor[]) => {
      const given = Object.fromEntries(names.map((name, i) => [name, inputs[i]!]));
      const painted = texture.paint(passWith(given), unpainted);
      const seen = photographs.reshape(painted.shape);
      return tf.sum(tf.squaredDifference(painted, seen)) as tf.Scalar;
    };
    // Half as bright as white is 0.3 or 0.8 away from what it should be.
    const before = loss(...weights).dataSync()[0]!;
    for (let step = 0; step < 20; step++) {
      const gradients = tf.grads(loss)(weights);
      weights = weights.map((x, i) => {
        const { [i]: slope } = gradients;
        // Steps of one length for each parameter, as Adam's are.
        const length = tf.maximum(tf.sqrt(tf.mean(tf.square(slope!))), 1e-12);
        return tf.sub(x, tf.mul(0.003, tf.div(slope!, length)));
      });
    }
    const after = loss(...weights).dataSync()[0]!;
    assert.ok(after < before / 5, `${before} to ${after}`);
  });
});

Deno.test("createVoxelTexture() paints in a graph as it does eagerly, and keeps no tensor", () => {
  const shapes = Object.entries({
    ...texture.parameters,
    x: { shape: [B, S, S, 1] },
    matter: { shape: [B, S, S, S] },
  });
  const specs = shapes.map(([name, { shape }]) => [name, { shape, dtype: "float32" as const }]);
  const f = graphFunction<string, "painted">(
    Object.fromEntries(specs),
    ({ x, matter, ...values }) => ({
      painted: texture.paint(passWith(values), {
        images: x as tf.Tensor4D,
        density: matter as tf.Tensor4D,
        camera: camera(),
        tau: TAU,
      }),
    }),
  );
  using eager = jit({ f }, { eager: true });
  using traced = jit({ f });
  assertTensorsKept(0, () => {
    tf.tidy(() => {
      const feeds = { ...passWith().values, x: images(), matter: density() };
      const [expected, got] = [eager.f(feeds), traced.f(feeds)];
      assertClose(got.painted.dataSync(), expected.painted.dataSync(), 1e-4);
    });
  });
});
