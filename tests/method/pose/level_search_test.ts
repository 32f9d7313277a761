import assert from "node:assert/strict";
import * as tf from "@/engine/tf.ts";
import { azimuthCrossEntropy } from "@/method/pose/azimuth_bins.ts";
import { foldAzimuth, searchAzimuths } from "@/method/pose/azimuth_search.ts";
import { createLevelSearch } from "@/method/pose/level_search.ts";
import { projectVoxels } from "@/render/project.ts";
import { assertClose } from "../../assert.ts";
import { passOf, randomTensor } from "../../model/passes.ts";

const [B, S] = [4, 8];
const density = () => tf.abs(randomTensor([B, S, S, S], 1)) as tf.Tensor4D;
const AZIMUTH = [0.4, 2.5, -3, 5];
const azimuth = () => tf.tensor1d(AZIMUTH);

for (const isSymmetric of [false, true]) {
  Deno.test(`createLevelSearch() searches azimuths, folded where ${isSymmetric}`, () => {
    tf.tidy(() => {
      const poses = createLevelSearch(isSymmetric);
      assert.deepEqual([poses.bins, poses.candidates], [24, 72]);
      const images = projectVoxels(density(), azimuth(), { tau: 1 });
      const options = { tau: 1, isFolded: isSymmetric };
      const found = poses.search(density(), images);
      assert.equal(found.elevation, undefined);
      const expected = searchAzimuths(density(), images, options).azimuth;
      assertClose(found.azimuth.dataSync(), expected.dataSync(), 0);
      const guess = randomTensor([B, 24], 3) as tf.Tensor2D;
      const target = (isSymmetric ? foldAzimuth(azimuth()) : azimuth()) as tf.Tensor1D;
      assertClose(
        poses.crossEntropy(guess, { azimuth: azimuth() }).dataSync(),
        azimuthCrossEntropy(guess, target).dataSync(),
        0,
      );
    });
  });
}

Deno.test("createLevelSearch() knows no elevation", () => {
  tf.tidy(() => {
    const poses = createLevelSearch(true);
    const raised = { azimuth: azimuth(), elevation: tf.fill([B], 0.4) as tf.Tensor1D };
    const level = { azimuth: azimuth() };
    for (const project of [poses.project, poses.projectMaximum]) {
      assertClose(
        project(density(), raised).dataSync(),
        project(density(), level).dataSync(),
        0,
      );
    }
    const elsewhere = poses.elsewhere(passOf({}), tf.zeros([B, 24]));
    assert.deepEqual(Object.keys(elsewhere), ["azimuth"]);
  });
});
