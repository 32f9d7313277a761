import assert from "node:assert/strict";
import { graphFunction, jit } from "@/engine/graph/jit.ts";
import { PRESETS } from "@/method/registry.ts";
import { createVae, type Vae, type VaeConfig } from "@/method/vae.ts";
import type { Pass } from "@/model/pass.ts";
import { azimuthOf, elevationOf } from "@/render/camera.ts";
import { projectVoxels } from "@/render/project.ts";
import { projectTilted } from "@/render/tilt.ts";
import * as tf from "@/engine/tf.ts";
import { assertClose, assertTensorsKept } from "../assert.ts";
import { TINY } from "../tiny.ts";
import { passOf, randomTensor } from "../model/passes.ts";

const { batchSize, imageSize, latentSize } = TINY;
const images = (count = batchSize) =>
  tf.abs(randomTensor([count, imageSize, imageSize, 1], 1)) as tf.Tensor4D;

Deno.test("createVae() gives every tensor of a pass the shape that its doc says", () => {
  tf.tidy(() => {
    const model = createVae(TINY);
    const forward = model.forward(passOf(model.parameters), images());
    assert.deepEqual(forward.posterior.mean.shape, [batchSize, latentSize - 1]);
    assert.deepEqual(forward.z.shape, [batchSize, latentSize - 1]);
    assert.deepEqual(forward.pose.s.shape, [batchSize]);
    assert.deepEqual(forward.occupancy.shape, [batchSize, imageSize, imageSize, imageSize]);
    assert.deepEqual(forward.projection.shape, [batchSize, imageSize, imageSize]);
    assert.equal(forward.textured, undefined);
  });
});

Deno.test("createVae() has 1,523,188 trained numbers in the paper's configuration", () => {
  const { parameters } = createVae(PRESETS.paper);
  const countOf = (part: string, isTrained = true) =>
    Object.entries(parameters)
      .filter(([name, parameter]) => name.startsWith(part) && parameter.isTrained === isTrained)
      .reduce((sum, [, { shape }]) => sum + shape.reduce((product, n) => product * n, 1), 0);
  const norms = 4 * 2 * 128;
  assert.equal(countOf("encoder/conv"), 9 * 128 + 3 * 9 * 128 * 128); // 443,520
  assert.equal(countOf("encoder/norm"), norms);
  assert.equal(countOf("encoder/mean"), 512 * 19 + 19); // 9,747, as many for the log-variance
  assert.equal(countOf("encoder"), 443_520 + norms + 2 * 9747);
  assert.equal(countOf("decoder/grid"), 19 * 343 * 128); // 834,176
  assert.equal(countOf("decoder/deconv"), 27 * 64 * 128 + 27 * 64 + 1); // 222,913
  assert.equal(countOf("decoder"), 834_176 + 222_913 + 2 * 128 + 2 * 64);
  assert.equal(countOf("pose"), 2 * 64 * 12 + (12 * 10 + 10) + (10 + 1)); // 1,677
  assert.equal(countOf(""), 464_038 + 1_057_473 + 1677); // 1,523,188
  assert.equal(countOf("", false), norms + 2 * 128 + 2 * 64, "running moments");
});

Deno.test("createVae() names the stages of each branch, uniquely", () => {
  const { stages } = createVae({ ...TINY, texture: true });
  assert.deepEqual(Object.keys(stages), ["encoder", "pose", "decoder", "texture", "opponent"]);
  const names = Object.values(stages).flatMap((branch) => branch.map(({ name }) => name));
  assert.equal(new Set(names).size, names.length);
  assert.deepEqual(createVae(TINY).stages.texture, []);
  assert.deepEqual(createVae(TINY).stages.opponent, []);
});

Deno.test("forward() projects the decoded grid from the pose's azimuth", () => {
  tf.tidy(() => {
    const model = createVae(TINY);
    const { occupancy, pose, projection } = model.forward(passOf(model.parameters), images());
    const density = tf.div(occupancy, TINY.tau) as tf.Tensor4D;
    const expected = projectVoxels(density, azimuthOf(pose.s), { tau: TINY.tau });
    assertClose(projection.dataSync(), expected.dataSync(), 1e-6);
  });
});

Deno.test("forward() decodes a drawn latent in training and the mean outside", () => {
  tf.tidy(() => {
    const model = createVae(TINY);
    const inputs = images();
    const latents = (isTraining: boolean, step: number) => {
      const forward = model.forward(passOf(model.parameters, { isTraining, step }), inputs);
      return { z: forward.z.dataSync().join(), mean: forward.posterior.mean.dataSync().join() };
    };
    assert.equal(latents(true, 0).z, latents(true, 0).z);
    assert.notEqual(latents(true, 0).z, latents(true, 1).z);
    assert.notEqual(latents(true, 0).z, latents(true, 0).mean);
    assert.equal(latents(false, 0).z, latents(false, 1).mean);
  });
});

Deno.test("decode() gives the occupancy that forward() gives for the same latent", () => {
  tf.tidy(() => {
    const model = createVae(TINY);
    const pass = passOf(model.parameters, { isTraining: false });
    const { z, occupancy } = model.forward(pass, images());
    assertClose(model.decode(pass, z).dataSync(), occupancy.dataSync(), 1e-6);
  });
});

/** The terms of a model's last move. */
const termsOf = (model: Vae, pass: Pass, inputs: tf.Tensor4D) =>
  model.moves.at(-1)!.terms(pass, inputs);

Deno.test("terms() sums squared differences over the pixels and averages over the batch", () => {
  tf.tidy(() => {
    const model = createVae({ ...TINY, texture: true });
    const inputs = images();
    const forward = model.forward(passOf(model.parameters), inputs);
    const terms = termsOf(model, passOf(model.parameters), inputs);
    assert.deepEqual(Object.keys(terms), ["image", "texture", "latent", "pose"]);
    const squared = (images: tf.Tensor) => {
      const [got, wanted] = [images.dataSync(), inputs.dataSync()];
      return [...got].reduce((sum, value, i) => sum + (value - wanted[i]!) ** 2, 0) / batchSize;
    };
    assertClose(terms.image!.dataSync(), [squared(forward.projection)], 1e-3);
    assertClose(terms.texture!.dataSync(), [squared(forward.textured!)], 1e-3);
    assert.ok(Object.values(terms).every(({ shape }) => shape.length === 0));
  });
});

Deno.test("createVae() plugs in objective and pose by name", () => {
  tf.tidy(() => {
    const model = createVae({ ...TINY, objective: "elbo", pose: "constant" });
    const inputs = images();
    const forward = model.forward(passOf(model.parameters), inputs);
    assert.deepEqual([...forward.pose.s.dataSync()], new Array(batchSize).fill(0));
    const terms = termsOf(model, passOf(model.parameters), inputs);
    assert.deepEqual(Object.keys(terms), ["image", "latent"]);
    assert.ok(Object.keys(model.parameters).every((name) => !name.startsWith("pose")));
  });
});

Deno.test("createVae() moves free poses alone first, an opponent next, everything else last", () => {
  const movesOf = (changes: Partial<VaeConfig>) =>
    createVae({ ...TINY, ...changes }).moves.map(({ name, clipNorm }) => [name, clipNorm]);
  assert.deepEqual(movesOf({}), [["pose", Infinity], ["model", 1]]);
  assert.deepEqual(movesOf({ pose: "encoder" }), [["model", 1]]);
  assert.deepEqual(movesOf({ objective: "adversarial", clipNorm: 2 }), [
    ["pose", Infinity],
    ["discriminator", 2],
    ["model", 2],
  ]);
});

Deno.test("createVae() trains every parameter in some move, and the opponent's in its own alone", () => {
  const { moves, parameters } = createVae({ ...TINY, objective: "adversarial", texture: true });
  const [pose, discriminator, model] = moves.map((move) => move.parameters);
  assert.deepEqual(pose, ["pose/mean", "pose/logVariance"]);
  assert.ok(pose.every((name) => model!.includes(name)));
  assert.ok(discriminator!.every((name) => name.startsWith("discriminator/")));
  const trained = Object.keys(parameters).filter((name) => parameters[name]!.isTrained);
  assert.deepEqual(new Set([...discriminator!, ...model!]), new Set(trained));
  assert.equal(discriminator!.length + model!.length, trained.length);
});

Deno.test("infer() gives what forward() gives, the angles in radians", () => {
  tf.tidy(() => {
    const model = createVae({ ...TINY, pose: "encoder", elevation: true, texture: true });
    const pass = () => passOf(model.parameters, { isTraining: false });
    const { latent, pose, ...inferred } = model.infer(pass(), images());
    const forward = model.forward(pass(), images());
    assertClose(latent.dataSync(), forward.posterior.mean.dataSync(), 1e-6);
    assertClose(pose.azimuth.dataSync(), azimuthOf(forward.pose.s).dataSync(), 1e-6);
    assertClose(pose.elevation!.dataSync(), elevationOf(forward.pose.tilt!).dataSync(), 1e-6);
    assertClose(inferred.occupancy.dataSync(), forward.occupancy.dataSync(), 1e-6);
    assertClose(inferred.projection.dataSync(), forward.projection.dataSync(), 1e-6);
    assertClose(inferred.rendering.dataSync(), forward.textured!.dataSync(), 1e-6);
  });
});

Deno.test("forward() projects from the pose's elevation where there is one", () => {
  tf.tidy(() => {
    const model = createVae({ ...TINY, pose: "encoder", elevation: true });
    const { occupancy, pose, projection } = model.forward(passOf(model.parameters), images());
    const angles = { azimuth: azimuthOf(pose.s), elevation: elevationOf(pose.tilt!) };
    const density = tf.div(occupancy, TINY.tau) as tf.Tensor4D;
    const expected = projectTilted(density, angles, { tau: TINY.tau });
    assertClose(projection.dataSync(), expected.dataSync(), 1e-6);
    assert.ok(pose.tilt!.dataSync().every((tilt) => tilt !== 0));
  });
});

Deno.test("createVae() has the parameters of a second player, where the objective has one", () => {
  const { parameters, moves, stages } = createVae({ ...TINY, objective: "adversarial" });
  const names = moves.find(({ name }) => name === "discriminator")!.parameters;
  assert.ok(names.length > 0 && names.every((name) => name in parameters));
  assert.ok(stages.opponent.length > 0);
});

Deno.test("createVae() names what older checkpoints call the memory of its moves", () => {
  const { olderName } = createVae(TINY);
  for (
    const [name, older] of [
      ["adam/pose/first/pose/mean", "adamFirst/first/pose/mean"],
      ["adam/model/second/pose/mean", "adam/second/pose/mean"],
      [
        "adam/discriminator/first/discriminator/output/bias",
        "adam/first/discriminator/output/bias",
      ],
      ["encoder/conv1/kernel", "encoder/conv1/kernel"],
    ]
  ) assert.equal(olderName!(name!), older);
});

Deno.test("forward() and terms() give in a graph what they give eagerly", () => {
  const model = createVae(TINY);
  const shape = [batchSize, imageSize, imageSize, 1];
  for (const isTraining of [true, false]) {
    const f = graphFunction({ images: { shape, dtype: "float32" } }, ({ images }) => {
      const pass = () => passOf(model.parameters, { isTraining });
      const { occupancy, projection } = model.forward(pass(), images as tf.Tensor4D);
      const terms = termsOf(model, pass(), images as tf.Tensor4D);
      return { occupancy, projection, ...terms } as Record<string, tf.Tensor>;
    });
    using eager = jit({ f }, { eager: true });
    using traced = jit({ f });
    tf.tidy(() => {
      const feeds = { images: images() };
      const [expected, got] = [eager.f(feeds), traced.f(feeds)];
      for (const [name, tensor] of Object.entries(expected)) {
        assertClose(got[name]!.dataSync(), tensor.dataSync(), 1e-4);
      }
    });
  }
});

Deno.test("forward() keeps no tensor beside its results, inside a tidy", () => {
  const model = createVae(TINY);
  let occupancy: tf.Tensor;
  assertTensorsKept(1, () => {
    occupancy = tf.tidy(() => model.forward(passOf(model.parameters), images()).occupancy);
  });
  occupancy!.dispose();
});
