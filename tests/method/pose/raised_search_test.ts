import assert from "node:assert/strict";
import * as tf from "@/engine/tf.ts";
import { azimuthCrossEntropy } from "@/method/pose/azimuth_bins.ts";
import { elevationCrossEntropy } from "@/method/pose/elevation_bins.ts";
import { createRaisedSearch } from "@/method/pose/raised_search.ts";
import { MAX_ELEVATION } from "@/render/camera.ts";
import { projectVoxels } from "@/render/project.ts";
import { assertClose } from "../../assert.ts";
import { passOf, randomTensor } from "../../model/passes.ts";

const [B, S] = [200, 6];
const poses = createRaisedSearch();
const AZIMUTHS = () => tf.linspace(-4, 4, B) as tf.Tensor1D;
const STEP = MAX_ELEVATION / 5;

/** Guesses that are sure of one bin of the elevation. */
const sureOf = (bin: number) =>
  tf.tile(
    tf.tensor2d([...new Array(24).fill(0), ...[0, 1, 2, 3, 4, 5].map((i) => i === bin ? 30 : 0)], [
      1,
      30,
    ]),
    [B, 1],
  ) as tf.Tensor2D;

Deno.test("createRaisedSearch() tries 72 azimuths at six elevations, and guesses both", () => {
  assert.deepEqual([poses.bins, poses.candidates], [30, 432]);
  tf.tidy(() => {
    const guess = randomTensor([B, 30], 1) as tf.Tensor2D;
    const pose = {
      azimuth: AZIMUTHS(),
      elevation: tf.linspace(0, MAX_ELEVATION, B) as tf.Tensor1D,
    };
    const [ofAzimuth, ofElevation] = tf.split(guess, [24, 6], 1) as [tf.Tensor2D, tf.Tensor2D];
    const expected = tf.add(
      azimuthCrossEntropy(ofAzimuth, pose.azimuth),
      elevationCrossEntropy(ofElevation, pose.elevation),
    );
    assertClose(poses.crossEntropy(guess, pose).dataSync(), expected.dataSync(), 1e-5);
  });
});

Deno.test("createRaisedSearch() looks from elevations at which it takes images to be", () => {
  tf.tidy(() => {
    for (const bin of [0, 2, 5]) {
      const { elevation } = poses.elsewhere(passOf({}), sureOf(bin));
      const values = elevation!.dataSync() as Float32Array;
      const [low, high] = [Math.max(0, bin - 0.5) * STEP, Math.min(5, bin + 0.5) * STEP];
      assert.ok(values.every((value) => value >= low - 1e-5 && value <= high + 1e-5));
      const mean = values.reduce((sum, value) => sum + value, 0) / B;
      // Half of an outermost bin lies beyond the end, which is taken in its place.
      const expected = bin === 0 ? STEP / 8 : bin === 5 ? MAX_ELEVATION - STEP / 8 : bin * STEP;
      assertClose([mean], [expected], 0.1 * STEP);
    }
    const { elevation } = poses.elsewhere(passOf({}), tf.zeros([B, 30]));
    const bins = new Set(elevation!.dataSync().map((value) => Math.round(value / STEP)));
    assert.equal(bins.size, 6, "of a guess that knows nothing, from all of them");
  });
});

Deno.test("createRaisedSearch() draws elevations without a gradient for the guess", () => {
  tf.tidy(() => {
    const gradient = tf.grad((guess) => {
      const { azimuth, elevation } = poses.elsewhere(passOf({}), guess as tf.Tensor2D);
      return tf.add(tf.mul(0, tf.sum(guess)), tf.add(tf.sum(azimuth), tf.sum(elevation!)));
    })(sureOf(3));
    assertClose(gradient.dataSync(), new Array(30 * B).fill(0), 0);
  });
});

Deno.test("createRaisedSearch() takes poses without elevation for level", () => {
  tf.tidy(() => {
    const density = tf.abs(randomTensor([3, S, S, S], 1)) as tf.Tensor4D;
    const azimuth = tf.tensor1d([0.4, 2.5, -3]);
    const level = projectVoxels(density, azimuth, { tau: 1 });
    assertClose(poses.project(density, { azimuth }).dataSync(), level.dataSync(), 1e-5);
    const guess = randomTensor([3, 30], 1) as tf.Tensor2D;
    assertClose(
      poses.crossEntropy(guess, { azimuth }).dataSync(),
      poses.crossEntropy(guess, { azimuth, elevation: tf.zeros([3]) as tf.Tensor1D }).dataSync(),
      0,
    );
  });
});
