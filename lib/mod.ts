/**
 * 3D shapes from single images: the public names. In reading order:
 *
 * - `render/` turns voxels and a pose into a picture, differentiably;
 * - `model/`, `pose/` and `objective/` are the 3D-VAE, `train/` the loop around it;
 * - `graph/` traces plain tfjs functions into one TensorFlow graph, and knows no model;
 * - `bench/` times the step, its parts and its peers;
 * - `data/` brings pictures; `plot/` and `figures/` draw; `experiments/` measure, `score/` by numbers;
 * - `notebook/` shows things in JupyterLab, `viewer/` shapes to turn; `export/` takes them elsewhere.
 *
 * @module
 */
/** TensorFlow.js, with its native backend. */
export * as tf from "./tf.ts";
export * from "./bench/losses.ts";
export * from "./bench/parts.ts";
export type { PeerRow, PeersReport, Turns } from "./bench/peers.ts";
export * from "./bench/quietness.ts";
export * from "./bench/report.ts";
export * from "./bench/timing.ts";
export type { TwinDescription } from "./bench/twin.ts";
export * from "./config.ts";
export * from "./data/batches.ts";
export * from "./data/fallback.ts";
export * from "./data/image_set.ts";
export * from "./data/mixture.ts";
export * from "./data/source.ts";
export * from "./data/sources.ts";
export * from "./experiments/classify.ts";
export * from "./experiments/fit_grid.ts";
export * from "./experiments/latent_paths.ts";
export * from "./experiments/latents.ts";
export * from "./experiments/logistic.ts";
export * from "./experiments/nearest.ts";
export * from "./experiments/rows.ts";
export * from "./export/mesh.ts";
export * from "./export/shapes.ts";
export * from "./export/surface.ts";
export * from "./figures/architecture.ts";
export * from "./figures/performance.ts";
export * from "./figures/record.ts";
export * from "./figures/renderings.ts";
export * from "./figures/shapes.ts";
export * from "./graph/jit.ts";
export * from "./graph/random.ts";
export * from "./graph/variable.ts";
export * from "./machine.ts";
export * from "./model/gaussian.ts";
export * from "./model/inference.ts";
export * from "./model/parameters.ts";
export * from "./model/stage.ts";
export * from "./model/vae.ts";
export * from "./notebook/display.ts";
export * from "./notebook/interrupt.ts";
export * from "./notebook/live.ts";
export * from "./notebook/settings.ts";
export * from "./notebook/training.ts";
export * from "./notebook/viewer.ts";
export * from "./objective/objective.ts";
export * from "./plot/animation.ts";
export * from "./plot/architecture.ts";
export * from "./plot/curves.ts";
export * from "./plot/figures.ts";
export * from "./plot/picture.ts";
export * from "./plot/record.ts";
export * from "./plot/voxels.ts";
export * from "./pose/angles.ts";
export * from "./pose/strategy.ts";
export * from "./random.ts";
export * from "./render/camera.ts";
export * from "./render/project.ts";
export * from "./render/tilt.ts";
export * from "./score/interval.ts";
export * from "./score/spread.ts";
export * from "./train/adam.ts";
export * from "./train/checkpoint.ts";
export * from "./train/data.ts";
export * from "./train/evaluate.ts";
export * from "./train/history.ts";
export * from "./train/loop.ts";
export * from "./train/monitor.ts";
export * from "./train/run.ts";
export * from "./train/pack.ts";
export * from "./train/state.ts";
export * from "./train/trainer.ts";
export * from "./viewer/html.ts";
export * from "./viewer/scene.ts";
