/** What every search for poses does. */
import assert from "node:assert/strict";
import * as tf from "@/engine/tf.ts";
import { createLevelSearch } from "@/method/pose/level_search.ts";
import { type PoseSearch, TAU } from "@/method/pose/pose_search.ts";
import { createRaisedSearch } from "@/method/pose/raised_search.ts";
import type { Pose } from "@/model/learner.ts";
import { samplerAlong } from "@/render/ray_points.ts";
import { assertClose } from "../../assert.ts";
import { passOf, randomTensor } from "../../model/passes.ts";
import { objectOf } from "./blobs.ts";

const [B, S] = [3, 12];
const SEARCHES: Readonly<Record<string, PoseSearch>> = {
  "level, symmetric": createLevelSearch(true),
  "level, asymmetric": createLevelSearch(false),
  raised: createRaisedSearch(),
};
const density = () => tf.tensor4d(objectOf(S), [1, S, S, S]).tile([B, 1, 1, 1]) as tf.Tensor4D;
const pass = (step = 0) => passOf({}, { step });
const guess = (bins: number) => randomTensor([B, bins], 2) as tf.Tensor2D;
const anglesOf = ({ azimuth, elevation }: Pose) => ({
  azimuth: azimuth.dataSync(),
  elevation: elevation?.dataSync() ?? new Float32Array(B),
});

for (const [name, poses] of Object.entries(SEARCHES)) {
  Deno.test(`a search (${name}) finds poses from which shapes look as from those that it drew`, () => {
    tf.tidy(() => {
      const grids = density();
      const drawn = poses.elsewhere(pass(), guess(poses.bins));
      // What folding takes to be alike is alike for symmetric shapes alone.
      const shapes = tf.add(grids, tf.reverse(grids, 3)) as tf.Tensor4D;
      const images = poses.project(shapes, drawn);
      const found = poses.search(shapes, images);
      const errors = tf.sum(tf.squaredDifference(poses.project(shapes, found), images), [1, 2]);
      const squares = tf.sum(tf.square(images), [1, 2]).dataSync();
      errors.dataSync().forEach((error, b) => {
        assert.ok(error < 0.01 * squares[b]!, `${error} of ${squares[b]}`);
      });
    });
  });

  Deno.test(`a search (${name}) draws one of its candidates by their errors`, () => {
    tf.tidy(() => {
      const images = poses.project(density(), poses.elsewhere(pass(), guess(poses.bins)));
      const uniform = pass().uniform("pose", [B, poses.candidates]);
      const at = (temperature: number) =>
        anglesOf(poses.search(density(), images, { temperature: tf.scalar(temperature), uniform }));
      const best = anglesOf(poses.search(density(), images));
      assertClose(at(1e-4).azimuth, best.azimuth, 1e-5);
      assertClose(at(1e-4).elevation, best.elevation, 1e-5);
      assert.notDeepEqual(at(1e4).azimuth, best.azimuth);
    });
  });

  Deno.test(`a search (${name}) has least cross-entropy with the pose that a guess is sure of`, () => {
    tf.tidy(() => {
      const views = poses.elsewhere(pass(), guess(poses.bins));
      const nats = (logits: tf.Tensor2D, pose = views) => poses.crossEntropy(logits, pose);
      assert.deepEqual(nats(guess(poses.bins)).shape, [B]);
      // A guess learns by its gradient; a few steps down bring it near.
      let logits = guess(poses.bins);
      const before = tf.sum(nats(logits)).dataSync()[0]!;
      for (let step = 0; step < 40; step++) {
        const slope = tf.grad((x) => tf.sum(nats(x as tf.Tensor2D)))(logits);
        logits = tf.sub(logits, tf.mul(4, slope)) as tf.Tensor2D;
      }
      const after = tf.sum(nats(logits)).dataSync()[0]!;
      assert.ok(after < before / 2, `${before} to ${after}`);
      const turned = { ...views, azimuth: tf.add(views.azimuth, 1.3) as tf.Tensor1D };
      assert.ok(tf.sum(nats(logits, turned)).dataSync()[0]! > after + 1);
    });
  });

  Deno.test(`a search (${name}) projects along the rays of its poses, by density and by maximum`, () => {
    tf.tidy(() => {
      const views = poses.elsewhere(pass(), guess(poses.bins));
      const points = samplerAlong(views, [B, S, S, S])(density());
      const way = views.elevation ? tf.cos(views.elevation).reshape([B, 1, 1]) : tf.scalar(1);
      const opacity = tf.sub(1, tf.exp(tf.neg(tf.div(tf.mul(TAU, tf.sum(points, 3)), way))));
      assertClose(poses.project(density(), views).dataSync(), opacity.dataSync(), 1e-5);
      const greatest = tf.max(points, 3).dataSync();
      assertClose(poses.projectMaximum(density(), views).dataSync(), greatest, 1e-5);
    });
  });

  Deno.test(`a search (${name}) looks from other poses at every step, and from all around`, () => {
    tf.tidy(() => {
      const azimuths = [0, 1, 2, 3, 4, 5, 6, 7].flatMap((step) => [
        ...poses.elsewhere(pass(step), guess(poses.bins)).azimuth.dataSync(),
      ]);
      assert.equal(new Set(azimuths).size, azimuths.length);
      assert.ok(azimuths.every((azimuth) => azimuth >= 0 && azimuth < 2 * Math.PI));
      assert.equal(new Set(azimuths.map((azimuth) => Math.floor(azimuth / 1.58))).size, 4);
    });
  });
}
