/**
 * A small method that uses everything that a method may: a pose found by search, a second player that
 * sees rendered images, schedules by step, and a rendered view that is encoded again. It is a worked
 * example of one file; with a line in `METHODS` it trains, resumes and infers like any other.
 */
import { z } from "zod";
import { field, type RunConfig, type ValuesOf } from "@/config.ts";
import { stopGradient, withoutGradient } from "@/engine/stop_gradient.ts";
import * as tf from "@/engine/tf.ts";
import { defineMethod, type Method } from "@/method/method.ts";
import { createDecoder } from "@/model/decoder.ts";
import { createEncoder } from "@/model/encoder.ts";
import { type Gaussian, sample } from "@/model/gaussian.ts";
import { dense, LEAK } from "@/model/layers.ts";
import type { Learner, Terms } from "@/model/learner.ts";
import { glorotUniform, parametersOf } from "@/model/parameters.ts";
import type { Pass } from "@/model/pass.ts";
import { projectVoxels } from "@/render/project.ts";
import { projectViews } from "@/render/views.ts";

const OPTIONS = {
  views: field(z.int().min(2).default(8), "--views <count>", "azimuths that are searched"),
  latentSize: field(z.int().min(2).default(6), "--latent <units>", "units of the latent"),
  filters: field(z.int().min(2).multipleOf(2).default(4), "--filters <count>", "channels"),
  gridSize: field(z.int().min(4).multipleOf(4).default(12), "--voxels <side>", "side of the grid"),
};

type WorkedConfig = RunConfig & ValuesOf<typeof OPTIONS>;

export const WORKED: Method = defineMethod({
  summary: "a worked example",
  options: OPTIONS,
  presets: { quick: { batchSize: 4, imageSize: 8, steps: 12, checkpointEvery: 4, frameEvery: 4 } },
  create: createWorked,
});

function createWorked(config: WorkedConfig): Learner {
  const { imageSize, filters, latentSize, gridSize, views } = config;
  const encoder = createEncoder({ imageSize, filters, shapeLatentSize: latentSize, latentSize });
  const decoder = createDecoder({ shapeLatentSize: latentSize, gridSize, filters });
  const critic = createCritic(imageSize);
  const parameters = parametersOf(encoder, decoder, critic);
  const size: [number, number] = [imageSize, imageSize];
  const around = () =>
    tf.tensor1d(Float32Array.from({ length: views }, (_, v) => 2 * Math.PI * v / views));

  const render: Learner["render"] = (occupancy, { azimuth }) =>
    projectVoxels(occupancy, azimuth, { tau: 1, size });

  /** Finds each image's azimuth: a constant to the gradient. */
  const search = (occupancy: tf.Tensor4D, images: tf.Tensor3D) =>
    withoutGradient(() => {
      const seen = projectViews(occupancy, { azimuth: around() }, { tau: 1, size }); // [B, V, H, W]
      const errors = tf.sum(tf.squaredDifference(seen, tf.expandDims(images, 1)), [2, 3]); // [B, V]
      return tf.mul(tf.argMin(errors, 1).cast("float32"), 2 * Math.PI / views) as tf.Tensor1D;
    });

  /** Latent units wake up one by one during the first ten steps. */
  const awake = ({ step }: Pass) => {
    const units = tf.tensor1d(Float32Array.from({ length: latentSize }, (_, i) => i));
    return tf.clipByValue(tf.sub(tf.mul(tf.div(tf.add(step, 1), 10), latentSize), units), 0, 1);
  };

  const shapeOf = (pass: Pass, images: tf.Tensor4D) => {
    const { posterior } = encoder.encode(pass, images);
    const drawn = pass.isTraining ? sample(pass, posterior, "latent") : posterior.mean;
    const latent = tf.mul(drawn, awake(pass)) as tf.Tensor2D;
    return { posterior, latent, occupancy: decoder.decode(pass, latent) };
  };

  /** What a shape looks like from an azimuth that no image chose. */
  const elsewhere = (pass: Pass, occupancy: tf.Tensor4D) => {
    const [batch] = occupancy.shape;
    const azimuth = tf.mul(pass.uniform("elsewhere", [batch]), 2 * Math.PI) as tf.Tensor1D;
    return render(occupancy, { azimuth });
  };

  const pixelsOf = (images: tf.Tensor4D) =>
    images.reshape([-1, imageSize, imageSize]) as tf.Tensor3D;
  const meanOf = (pass: Pass, perImage: tf.Tensor) => pass.batchMean(perImage) as tf.Scalar;

  const modelTerms = (pass: Pass, images: tf.Tensor4D): Terms => {
    const targets = pixelsOf(images);
    const { posterior, latent, occupancy } = shapeOf(pass, images);
    const projection = render(occupancy, { azimuth: search(occupancy, targets) });
    const view = elsewhere(pass, occupancy);
    // The encoder must find the same latent in a view of the shape; the view is no image of the batch.
    const again = encoder.encode(pass.frozen(), stopGradient(view).expandDims(3) as tf.Tensor4D);
    const cycle = tf.squaredDifference(
      tf.mul(again.posterior.mean, awake(pass)),
      stopGradient(latent),
    );
    return {
      image: meanOf(pass, tf.sum(tf.squaredDifference(projection, targets), [1, 2])),
      realism: meanOf(pass, tf.softplus(tf.neg(critic.logits(pass, view)))),
      cycle: meanOf(pass, tf.sum(cycle, 1)),
      kl: meanOf(pass, divergence(posterior)),
    };
  };

  const criticTerms = (pass: Pass, images: tf.Tensor4D): Terms => {
    const view = stopGradient(elsewhere(pass, shapeOf(pass, images).occupancy));
    const taken = tf.softplus(tf.neg(critic.logits(pass, pixelsOf(images))));
    return { critic: meanOf(pass, tf.add(taken, tf.softplus(critic.logits(pass, view)))) };
  };

  const isCritic = (name: string) => name in critic.parameters;
  const trained = Object.keys(parameters).filter((name) => parameters[name]!.isTrained);
  return {
    parameters,
    latentSize,
    gridSize,
    opacity: 1,
    moves: [
      {
        name: "critic",
        parameters: trained.filter(isCritic),
        clipNorm: Infinity,
        learningRate: 1e-3,
        terms: criticTerms,
      },
      {
        name: "model",
        parameters: trained.filter((name) => !isCritic(name)),
        clipNorm: 10,
        learningRate: (step) =>
          tf.mul(1e-2, tf.minimum(1, tf.div(tf.add(step, 1), 5))) as tf.Scalar,
        terms: modelTerms,
      },
    ],
    encode: (pass, images) => encoder.encode(pass, images).posterior,
    decode: decoder.decode,
    render,
    realism: {
      limits: { gap: 1, losses: {} }, // so that tests see doubts: no run gets there
      images: (pass, images) => critic.logits(pass, pixelsOf(images)),
      views(pass, images, azimuth) {
        const { occupancy } = shapeOf(pass, images);
        const views = projectViews(occupancy, { azimuth }, { tau: 1, size }); // [B, V, H, W]
        const flat = views.reshape([-1, imageSize, imageSize]) as tf.Tensor3D;
        return critic.logits(pass, flat).reshape(azimuth.shape);
      },
    },
    infer(pass, images) {
      const { latent, occupancy } = shapeOf(pass, images);
      const pose = { azimuth: search(occupancy, pixelsOf(images)) };
      const projection = render(occupancy, pose);
      return { latent, pose, occupancy, projection, rendering: projection };
    },
  };
}

/** KL(q(z|x) || N(0, I)) of each image `[B]`. */
function divergence({ mean, logVariance }: Gaussian): tf.Tensor {
  const moments = tf.add(tf.square(mean), tf.exp(logVariance));
  return tf.mul(0.5, tf.sum(tf.sub(tf.sub(moments, 1), logVariance), 1));
}

/** Tells images from rendered views. */
function createCritic(imageSize: number) {
  const pixels = imageSize ** 2;
  const hidden = dense("critic/hidden", pixels, 16, glorotUniform(pixels, 16));
  const output = dense("critic/output", 16, 1, glorotUniform(16, 1));
  return {
    parameters: parametersOf(hidden, output),
    /** Gives the logit of "an image" `[B]` for each `[B, H, W]`. */
    logits(pass: Pass, images: tf.Tensor3D): tf.Tensor1D {
      const flat = images.reshape([-1, pixels]) as tf.Tensor2D;
      const features = tf.leakyRelu(hidden.apply(pass, flat), LEAK);
      return output.apply(pass, features).reshape([-1]);
    },
  };
}
