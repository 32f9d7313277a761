/**
 * The paper's figures of the latent space: paths between objects, single units, the pose, and
 * samples.
 *
 * @module
 */
import type { Config } from "@/config.ts";
import { distanceFromBlend, interpolate, walkUnit } from "@/study/latent_paths.ts";
import { type Aggregate, unitsByVariance } from "@/study/latents.ts";
import { errorsByAzimuth, type ModelPose, poseOfModel } from "@/study/pose_errors.ts";
import type { Inference } from "@/infer/inference.ts";
import type { Bitmap } from "@/show/plot/bitmap.ts";
import { labelledSheet } from "@/show/plot/sheet.ts";
import { azimuthOfLatent } from "@/render/camera.ts";
import type { Monitor } from "@/train/monitor.ts";
import { decodeLatents, objectsNamed, pathRows, poseRow, shapeSheet } from "./decoded_latents.ts";

/** A trained model and the images that show its latents. */
export interface LatentView extends ModelPose {
  /** The model. */
  readonly model: Pick<
    Inference,
    "reconstruct" | "encode" | "decode" | "render" | "gridSize"
  >;
  /** Its sizes. */
  readonly config: Config;
  /** Unseen images. */
  readonly monitor: Monitor;
}

/** A figure and its measurements. */
export interface Measured {
  /** The figure. */
  readonly sheet: Bitmap;
  /** The measurements. */
  readonly values: readonly number[];
}

/** Images of an interpolation. */
const STEPS = 9;
/** How many units are varied, and how far, in standard deviations. */
const UNITS = 5;
const DEVIATIONS = [-3, -2, -1, 0, 1, 2, 3];
/** One turn in steps of an eighth. */
const POSES = Array.from({ length: 9 }, (_, i) => i / 4 - 1);

/** Takes a model's pose from the slots of the images on which its run was monitored. */
export function latentViewOf(
  model: LatentView["model"],
  config: Config,
  monitor: Monitor,
): LatentView {
  return { model, config, monitor, ...poseOfModel(model.reconstruct(monitor.images).azimuth) };
}

/**
 * Draws straight lines between the latents of two images, in nine steps.
 *
 * @param view The model and its images
 * @param pairs Names of two images, such as `mnist 3`, by the label of their path; a name given
 *   twice stands for the first two images of that name
 * @returns The figure, and each middle's distance from a blend of its ends (`distanceFromBlend`)
 * @throws {RangeError} If there is no such image
 */
export function interpolationSheet(
  view: LatentView,
  pairs: Readonly<Record<string, readonly [string, string]>>,
): Measured {
  const paths = Object.entries(pairs).map(([label, names]) => {
    const [from, to] = objectsNamed(view.model, view.monitor, names);
    const latents = interpolate(from!.latent, to!.latent, STEPS);
    return { label, latents, before: from!.input, after: to!.input };
  });
  const shares = Array.from({ length: STEPS }, (_, i) => `${i} / ${STEPS - 1}`);
  return {
    sheet: labelledSheet(
      ["input", ...shares, "input"],
      paths.flatMap(({ label, latents, ...ends }) => pathRows(label, view, latents, ends)),
    ),
    values: paths.map(({ latents }) =>
      distanceFromBlend(decodeLatents(view, latents).renderings, STEPS)
    ),
  };
}

/**
 * Varies single units of an unseen image's latent, from three standard deviations of the aggregate
 * posterior below to three above. Choice: the five units whose mean varies most over images.
 *
 * @param view The model and its images
 * @param aggregate The aggregate posterior
 * @param name The image, such as `mnist 8`
 * @param label Label above the image
 * @throws {RangeError} If there is no such image
 */
export function unitSheet(
  view: LatentView,
  aggregate: Aggregate,
  name: string,
  label: string,
): Bitmap {
  const [object] = objectsNamed(view.model, view.monitor, [name]);
  return labelledSheet(
    DEVIATIONS.map((by) => by === 0 ? label : `${by > 0 ? "+" : "−"}${Math.abs(by)} sd`),
    unitsByVariance(aggregate).slice(0, UNITS).flatMap((unit) => {
      const deviation = Math.sqrt(aggregate.variance[unit]!);
      const path = walkUnit(object!.latent, unit, DEVIATIONS.map((by) => by * deviation));
      const title = `unit ${unit}, sd ${deviation.toFixed(2)}`;
      return pathRows(title, view, path, { azimuths: [Math.PI / 4] });
    }),
  );
}

/**
 * Varies only the pose latent, one full turn, beside each image.
 *
 * @param view The model and its images
 * @param objects Names of images, such as `mnist 3`, by label
 * @returns The figure, and the squared error of a pixel from the model's own pose and a quarter
 *   turn on, over all images of the monitor
 * @throws {RangeError} If there is no such image
 */
export function poseSheet(
  view: LatentView,
  objects: Readonly<Record<string, string>>,
): Measured {
  const { model, monitor, azimuth } = view;
  const labels = Object.keys(objects);
  const rows = objectsNamed(model, monitor, Object.values(objects))
    .map((object, i) => poseRow(labels[i]!, view, object, POSES.map(azimuthOfLatent)));
  const { occupancy } = model.reconstruct(monitor.images);
  return {
    sheet: labelledSheet(
      ["input", ...POSES.map((s) => `s = ${s < 0 ? "−" : ""}${Math.abs(s)}`)],
      rows,
    ),
    values: errorsByAzimuth(model, occupancy, monitor.images, [azimuth, azimuth + Math.PI / 2]),
  };
}

/**
 * Draws groups of shapes.
 *
 * @param view The model
 * @param groups Latents `[N, Z - 1]`, by label
 */
export function sampleSheet(
  view: LatentView,
  groups: Readonly<Record<string, Float32Array>>,
): Bitmap {
  const rows = Object.entries(groups).map(([label, latents]) => ({
    label,
    bitmaps: [shapeSheet(view, latents, 4)],
    isFirstOfGroup: true,
  }));
  return labelledSheet(["each: rendering, voxels from 0° and from 45°"], rows);
}
