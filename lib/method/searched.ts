/**
 * The searched pose: true shapes and poses from single images.
 *
 * The paper's methods learn a pose by gradient and miss it, so their shapes are right from one side. Here
 * the pose is found by search at every step, while one shape for all images grows into many: latent
 * units wake up one by one. A discriminator asks that shapes look like images from everywhere, and the
 * encoder must find a shape and its azimuth again in a view that no image showed.
 *
 * @module
 */
import { z } from "zod";
import { field, type RunConfig, type ValuesOf } from "@/config.ts";
import { stopGradient, withoutGradient } from "@/engine/stop_gradient.ts";
import * as tf from "@/engine/tf.ts";
import { type Gaussian, sample } from "@/model/gaussian.ts";
import { createImageDiscriminator } from "@/model/image_discriminator.ts";
import type { Learner, Terms, Truth } from "@/model/learner.ts";
import { createLogitDecoder } from "@/model/logit_decoder.ts";
import { parametersOf } from "@/model/parameters.ts";
import type { Pass } from "@/model/pass.ts";
import { createPosedEncoder } from "@/model/posed_encoder.ts";
import { projectMaximum } from "@/render/max_projection.ts";
import { projectVoxels } from "@/render/project.ts";
import { stretchImages } from "@/render/stretch.ts";
import { projectViews } from "@/render/views.ts";
import { defineMethod, type Method } from "./method.ts";
import { azimuthCrossEntropy, BINS } from "./pose/azimuth_bins.ts";
import { AZIMUTH_COUNT, foldAzimuth, searchAzimuths } from "./pose/azimuth_search.ts";
import { shapeError } from "./shape_supervision.ts";
import { awakeUnits, poseTemperature, ramp, stepSizeShare } from "./searched_schedule.ts";

const weight = (value: number, flag: string, help: string) =>
  field(z.number().min(0).default(value), `--${flag} <weight>`, help);

/** The options. Choice: the values of the recipe's ablations. */
export const SEARCHED_OPTIONS = {
  latentSize: field(z.int().min(2).default(19), "--latent <units>", "units of the latent"),
  filters: field(
    z.int().min(32).multipleOf(32).default(64),
    "--filters <count>",
    "channels of the encoder's first layer",
  ),
  asymmetric: field(
    z.boolean().default(false),
    "--asymmetric",
    "shapes need not be their own mirror image, and azimuths are not folded",
  ),
  kl: weight(1, "kl", "weight of the latent's divergence from N(0, I)"),
  realism: weight(2, "realism", "weight of the discriminator's loss on unseen views"),
  cycle: weight(1, "cycle", "weight of finding a shape again in an unseen view"),
  solidity: weight(0.5, "solidity", "weight of the maximum projection's error"),
  stretch: weight(0.1, "stretch", "largest stretch of images, as a logarithm, from half-time on"),
  supervision: field(
    z.enum(["none", "pose", "shape"]).default("none"),
    "--supervision <what>",
    "what training is told besides images: none, pose (true azimuths) or shape (true shapes)",
  ),
  learningRate: field(
    z.number().positive().default(1e-3),
    "--learning-rate <rate>",
    "Adam's step size",
  ),
};

/** The config of a run of this method. */
export type SearchedConfig = RunConfig & ValuesOf<typeof SEARCHED_OPTIONS>;

/** The searched pose. */
export const SEARCHED: Method = defineMethod({
  summary: "true shapes, from poses that are searched at every step",
  options: SEARCHED_OPTIONS,
  presets: {
    paper: { steps: 6000 },
    quick: { filters: 32, batchSize: 32, steps: 1000 },
  },
  laterOptions: { supervision: "none" },
  fixedFields: ["steps"],
  create: createSearched,
});

/** What the learner asks to be told, by supervision. */
const TOLD = { none: [], pose: ["azimuth"], shape: ["occupancy"] } as const;
/** Deviation of the noise, at each pixel, that probes the discriminator's slope. */
const PROBE = 0.05;

function createSearched(config: SearchedConfig): Learner {
  const { imageSize, filters, latentSize, asymmetric, learningRate, supervision } = config;
  // Networks halve the image four times: it stands in the middle of a square that can be.
  const size = 16 * Math.ceil(imageSize / 16);
  const border = (size - imageSize) / 2;
  const encoder = createPosedEncoder({ imageSize: size, filters, latentSize, bins: BINS });
  const isSymmetric = !asymmetric;
  const decoder = createLogitDecoder({ latentSize, gridSize: size, filters, isSymmetric });
  const discriminator = createImageDiscriminator(size, filters);
  const fold = (azimuth: tf.Tensor) => (asymmetric ? azimuth : foldAzimuth(azimuth)) as tf.Tensor1D;

  /** Share of the run that is over `[]`. */
  const progressOf = ({ step }: Pass) => tf.div(step, config.steps);

  const awake = (pass: Pass) => awakeUnits(progressOf(pass), latentSize);

  const padded = (images: tf.Tensor4D) =>
    tf.pad(images.reshape([-1, imageSize, imageSize]), [[0, 0], [border, border], [
      border,
      border,
    ]]) as tf.Tensor3D; // [B, size, size]
  const cropped = (images: tf.Tensor3D) =>
    tf.slice(images, [0, border, border], [images.shape[0], imageSize, imageSize]) as tf.Tensor3D;
  const asInput = (images: tf.Tensor3D) => images.expandDims(3) as tf.Tensor4D;
  const projected = (logits: tf.Tensor4D, azimuth: tf.Tensor1D) =>
    projectVoxels(tf.softplus(logits) as tf.Tensor4D, azimuth, { tau: 1 });

  /** The pose from which shapes look most like their images. */
  const bestPose = (logits: tf.Tensor4D, images: tf.Tensor3D) => {
    const density = tf.softplus(logits) as tf.Tensor4D;
    return searchAzimuths(density, images, { tau: 1, isFolded: isSymmetric });
  };

  /** How much narrower or lower than seen an image is read `[B, 2]`, once poses are found. */
  const shrinkOf = (pass: Pass, batch: number) => {
    const most = tf.mul(config.stretch, ramp(progressOf(pass), 0.5, 0.6));
    const draws = pass.uniform("stretch", [batch, 2]);
    return tf.exp(tf.mul(tf.sub(tf.mul(draws, 2), 1), most)) as tf.Tensor2D;
  };
  const stretched = (pass: Pass, images: tf.Tensor4D) =>
    stretchImages(padded(images), shrinkOf(pass, images.shape[0]));

  /** What the model makes of images, and views of it from azimuths that none of them showed. */
  const generate = (pass: Pass, images: tf.Tensor3D) => {
    const { posterior, azimuthLogits } = encoder.encode(pass, asInput(images));
    const drawn = pass.isTraining ? sample(pass, posterior, "latent") : posterior.mean;
    const latent = tf.mul(drawn, awake(pass)) as tf.Tensor2D;
    return { posterior, azimuthLogits, latent, logits: decoder.decode(pass, latent) };
  };
  const elsewhere = (pass: Pass, logits: tf.Tensor4D) => {
    const [batch] = logits.shape;
    const azimuth = tf.mul(pass.uniform("elsewhere", [batch]), 2 * Math.PI) as tf.Tensor1D;
    // Half of the steps, two by two, show the maximum along rays, which thin matter cannot fake.
    const isMaximum = tf.greaterEqual(tf.mod(pass.step, 4), 2);
    const views = tf.where(
      isMaximum,
      projectMaximum(tf.sigmoid(logits) as tf.Tensor4D, azimuth),
      projected(logits, azimuth),
    ) as tf.Tensor3D;
    return { azimuth, views };
  };

  /** The loss where true shapes are told. */
  const shapeTerms = (pass: Pass, batch: tf.Tensor4D, { occupancy }: Truth = {}): Terms => {
    const { posterior, logits } = generate(pass, stretched(pass, batch));
    const error = shapeError(logits, occupancy!, {
      border,
      shrink: shrinkOf(pass, batch.shape[0]),
    });
    return {
      shape: pass.batchMean(error) as tf.Scalar,
      kl: tf.mul(config.kl, pass.batchMean(divergence(posterior, awake(pass)))) as tf.Scalar,
    };
  };

  const modelTerms = (pass: Pass, batch: tf.Tensor4D, truth: Truth = {}): Terms => {
    const progress = progressOf(pass);
    const images = stretched(pass, batch);
    const { posterior, azimuthLogits, latent, logits } = generate(pass, images);
    const azimuth = supervision === "pose"
      ? truth.azimuth!
      : withoutGradient(() =>
        searchAzimuths(tf.softplus(logits) as tf.Tensor4D, images, {
          tau: 1,
          isFolded: isSymmetric,
          draw: {
            temperature: poseTemperature(progress),
            uniform: pass.uniform("pose", [batch.shape[0], AZIMUTH_COUNT]),
          },
        }).azimuth
      );
    const { azimuth: other, views } = elsewhere(pass, logits);
    const grown = ramp(progress, 0.1, 0.3);
    const again = encoder.encode(pass.frozen(), asInput(stopGradient(views)));
    const found = tf.mul(tf.sub(again.posterior.mean, stopGradient(latent)), awake(pass));
    const mean = (perImage: tf.Tensor, factor: number | tf.Tensor = 1) =>
      tf.mul(factor, pass.batchMean(perImage)) as tf.Scalar;
    const squares = (a: tf.Tensor, b: tf.Tensor) => tf.sum(tf.squaredDifference(a, b), [1, 2]);
    const maximum = projectMaximum(tf.sigmoid(logits) as tf.Tensor4D, azimuth);
    return {
      image: mean(squares(projected(logits, azimuth), images)),
      pose: mean(azimuthCrossEntropy(azimuthLogits, fold(azimuth))),
      maximum: mean(squares(maximum, images), tf.mul(config.solidity, ramp(progress, 0.3, 0.5))),
      kl: mean(divergence(posterior, awake(pass)), config.kl),
      realism: mean(
        tf.softplus(tf.neg(discriminator.logits(pass, views, "dropped/model"))),
        tf.mul(config.realism, grown),
      ),
      cycle: mean(tf.sum(tf.square(found), 1), tf.mul(config.cycle, grown)),
      cyclePose: mean(azimuthCrossEntropy(again.azimuthLogits, fold(other)), grown),
    };
  };

  /**
   * Choice: the slope of the discriminator at images is held down by its change under small noise,
   * (D(x + noise) - D(x))^2 / sd^2, whose mean is the R1 penalty |dD / dx|^2, without a second derivative
   * (Lin et al., arXiv:2501.08316).
   */
  const discriminatorTerms = (pass: Pass, batch: tf.Tensor4D): Terms => {
    const taken = stretched(pass, batch);
    const flips = tf.less(pass.uniform("flip", [batch.shape[0], 1, 1]), 0.5);
    const real =
      (isSymmetric ? tf.where(flips, tf.reverse(taken, 2), taken) : taken) as tf.Tensor3D;
    const fake = stopGradient(elsewhere(pass, generate(pass, taken).logits).views);
    const score = discriminator.logits(pass, real, "dropped/real");
    const noisy = tf.add(real, tf.mul(PROBE, pass.normal("probe", real.shape))) as tf.Tensor3D;
    const slope = tf.div(
      tf.sub(discriminator.logits(pass, noisy), discriminator.logits(pass, real)),
      PROBE,
    );
    const players = tf.add(
      tf.softplus(tf.neg(score)),
      tf.softplus(discriminator.logits(pass, fake, "dropped/fake")),
    );
    return {
      discriminator: pass.batchMean(players) as tf.Scalar,
      slope: tf.mul(0.5, pass.batchMean(tf.square(slope))) as tf.Scalar,
    };
  };

  // Where shapes are told, nobody plays against the model, and nothing guesses azimuths.
  const isTold = supervision === "shape";
  const parameters = parametersOf(encoder, decoder, ...(isTold ? [] : [discriminator]));
  const isDiscriminator = (name: string) => name in discriminator.parameters;
  const trained = Object.keys(parameters)
    .filter((name) => !isTold || !name.startsWith("encoder/azimuth/"));
  return {
    parameters,
    latentSize,
    gridSize: size,
    border,
    threshold: 0.5, // of a sigmoid
    supervision: TOLD[supervision],
    moves: [
      ...(isTold ? [] : [{
        name: "discriminator",
        parameters: trained.filter(isDiscriminator),
        clipNorm: Infinity,
        isAveraged: false, // what judges is the opponent that training met, as in the recipe
        learningRate: 0.4 * learningRate,
        momentum: { first: 0, second: 0.99 },
        terms: discriminatorTerms,
      }]),
      {
        name: "model",
        parameters: trained.filter((name) => !isDiscriminator(name)),
        clipNorm: 200,
        learningRate: (step) =>
          tf.mul(learningRate, stepSizeShare(step, config.steps)) as tf.Scalar,
        momentum: { first: 0.9, second: 0.99 },
        terms: isTold ? shapeTerms : modelTerms,
      },
    ],
    averageDecay: (step) =>
      tf.minimum(0.999, tf.div(tf.add(step, 1), tf.add(step, 20))) as tf.Scalar,
    encode: (pass, images) => encoder.encode(pass, asInput(padded(images))).posterior,
    decode: (pass, latent) => tf.sigmoid(decoder.decode(pass, latent)) as tf.Tensor4D,
    render: (occupancy, { azimuth }) => {
      const clear = tf.maximum(tf.sub(1, occupancy), 1e-7);
      return cropped(projectVoxels(tf.neg(tf.log(clear)) as tf.Tensor4D, azimuth, { tau: 1 }));
    },
    refinement: {
      pose(pass, latent, batch) {
        return bestPose(decoder.decode(pass, latent), padded(batch));
      },
      loss(pass, latent, { azimuth }, batch) {
        const made = projected(decoder.decode(pass, latent), azimuth);
        const error = tf.sum(tf.squaredDifference(made, padded(batch)), [1, 2]);
        const prior = tf.mul(0.5 * config.kl, tf.sum(tf.square(latent), 1));
        return tf.add(error, prior);
      },
    },
    realism: {
      images: (pass, images) => discriminator.logits(pass, padded(images)),
      views(pass, images, azimuth) {
        const density = tf.softplus(generate(pass, padded(images)).logits) as tf.Tensor4D;
        const views = projectViews(density, { azimuth }, { tau: 1 }).reshape([-1, size, size]);
        return discriminator.logits(pass, views as tf.Tensor3D).reshape(azimuth.shape);
      },
    },
    infer(pass, batch) {
      const images = padded(batch);
      const { latent, logits } = generate(pass, images);
      const pose = bestPose(logits, images);
      const projection = cropped(projected(logits, pose.azimuth));
      const occupancy = tf.sigmoid(logits) as tf.Tensor4D;
      return { latent, pose, occupancy, projection, rendering: projection };
    },
  };
}

/** KL(q(z|x) || N(0, I)) of each image, over the units that are awake `[B]`. */
function divergence({ mean, logVariance }: Gaussian, awake: tf.Tensor): tf.Tensor {
  const moments = tf.add(tf.square(mean), tf.exp(logVariance));
  const perUnit = tf.mul(0.5, tf.sub(tf.sub(moments, 1), logVariance));
  return tf.sum(tf.mul(perUnit, awake), 1);
}
