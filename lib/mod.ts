/**
 * 3D shapes from single images: the public names, in reading order. Notebooks import from here alone.
 *
 * - `config.ts` has every number of a run; `engine/` runs plain tfjs functions as TensorFlow graphs;
 * - `render/` turns voxels and poses into images, differentiably; `data/` brings images;
 * - `model/` holds the parts of models, `method/` what is learned of them and how;
 * - `infer/` puts trained models to work, `train/` trains them, `study/` measures them;
 * - `show/` draws, `tools/` times.
 *
 * @module
 */

// What every run has
export {
  type Config,
  field,
  type Fields,
  type Preset,
  RUN_FIELDS,
  type RunConfig,
  type Value,
  type ValuesOf,
} from "./config.ts";

// The engine
/** TensorFlow.js, with its native backend. */
export * as tf from "./engine/tf.ts";
export {
  type Compiled,
  type GraphFunction,
  graphFunction,
  jit,
  type JitOptions,
  type Program,
} from "./engine/graph/jit.ts";
export type { Precision } from "./engine/graph/precision.ts";
export type { GraphSession, OpenSession, RunGraph } from "./engine/graph/session.ts";
export type { TensorSpec } from "./engine/graph/trace.ts";
export { Variable } from "./engine/graph/variable.ts";
export { describeMachine } from "./engine/machine.ts";
export type { Random } from "./engine/random.ts";
export { type Axis, checkShape, type NamedArrays, type ShapedArray } from "./engine/shapes.ts";
export { type StopButton, stopButton } from "./engine/stop_button.ts";
export { stopGradient, withoutGradient } from "./engine/stop_gradient.ts";

// The renderer
export { azimuthOf, elevationOf } from "./render/camera.ts";
export { projectColour } from "./render/colour.ts";
export { type Dome, projectDome } from "./render/dome.ts";
export { type ProjectionOptions, projectVoxels } from "./render/project.ts";
export type { Camera } from "./render/ray_points.ts";
export { silhouettesOf } from "./render/silhouette.ts";
export { type CameraAngles, projectTilted } from "./render/tilt.ts";
export { type CamerasAround, projectViews } from "./render/views.ts";
export { fillHidden } from "./render/hidden.ts";
export { gridAt, THRESHOLD, type VoxelGrid } from "./render/voxel_grid.ts";

// Data
export {
  type Batch,
  type Batches,
  type BatchOptions,
  createBatches,
  type MixedSet,
  type ReplicaRange,
} from "./data/batches.ts";
export {
  decodeTensors,
  type EncodeOptions,
  encodeTensors,
  type ReadTensorFile,
  type StoredTensor,
  type TensorFile,
} from "./data/formats/safetensors.ts";
export { firstOfEach, imagesAt, type ImageSet, type ShapeTruth } from "./data/image_set.ts";
export { type LoadedSets, loadMixture, type MixtureOptions } from "./data/mixture.ts";
export type { ImageSource, LoadRequest, Progress, Split } from "./data/source.ts";
export { loadImageSet, type LoadOptions, SOURCES } from "./data/sources.ts";
export type { TruthArrays, TruthField } from "./data/truth.ts";

// Parts of models
export { batchNorm } from "./model/batch_norm.ts";
export { createDecoder, type Decoder, type DecoderOptions } from "./model/decoder.ts";
export { createEncoder, type Encoded, type Encoder, type EncoderOptions } from "./model/encoder.ts";
export { type Gaussian, sample } from "./model/gaussian.ts";
export { conv2d, deconv3d, dense, linear } from "./model/layers.ts";
export type {
  Inferred,
  Learner,
  LearnerPart,
  Move,
  Pose,
  Realism,
  Refinement,
  Terms,
  Truth,
} from "./model/learner.ts";
export {
  type Initializer,
  initialValues,
  type Layer,
  type Parameter,
  type Parameters,
  parametersOf,
  statistic,
  trained,
} from "./model/parameters.ts";
export { Pass } from "./model/pass.ts";
export type { Stage } from "./model/stage.ts";
export { createTexture, type Texture } from "./model/texture.ts";
export { createVoxelTexture, type Unpainted, type VoxelTexture } from "./model/voxel_texture.ts";

// Methods
export { defineMethod, type Method, type MethodDefinition } from "./method/method.ts";
export type { Latents } from "./method/objective/objective.ts";
export { BETAS, OBJECTIVES } from "./method/objective/objectives.ts";
export {
  type FoundAzimuths,
  searchAzimuths,
  type SearchOptions,
} from "./method/pose/azimuth_search.ts";
export {
  type DirectionSearchOptions,
  type FoundDirections,
  searchDirections,
} from "./method/pose/direction_search.ts";
export type { Draw } from "./method/pose/draw.ts";
export type { PoseLatents } from "./method/pose/pose.ts";
export { POSES } from "./method/pose/poses.ts";
export {
  checkConfig,
  checkStoredConfig,
  configWith,
  createLearner,
  METHODS,
  PRESETS,
} from "./method/registry.ts";
export {
  type Changes,
  configsOf,
  type IndexedRun,
  runsOf,
  STUDIES,
  type Study,
  type StudyName,
} from "./method/runs.ts";
export { SEARCHED_OPTIONS, type SearchedConfig } from "./method/searched_options.ts";
export {
  type Branch,
  createVae,
  type Forward,
  type Vae,
  VAE_OPTIONS,
  type VaeConfig,
} from "./method/vae.ts";

// Trained models
export { type Encoding, Inference, type Reconstruction } from "./infer/inference.ts";
export { realismGap, type Samples } from "./infer/realism.ts";
export { refine, type RefineOptions } from "./infer/refine.ts";

// Training
export {
  type Checkpoint,
  loadCheckpoint,
  loadNewestCheckpoint,
  saveCheckpoint,
  saveWeights,
} from "./train/checkpoint.ts";
export { doubtsOf } from "./train/doubts.ts";
export { lastGapOf, readHistory, type StepRecord } from "./train/history.ts";
export { DivergenceError, train, type TrainOptions, type TrainResult } from "./train/loop.ts";
export { createMonitor, type Frame, loadFrames, type Monitor } from "./train/monitor.ts";
export {
  type Leg,
  readRestarts,
  type RestartOptions,
  type Restarts,
  trainRestarts,
} from "./train/restarts.ts";
export { openRun, provenanceOf, type Run, runFolder, type RunOptions } from "./train/run.ts";
export { loadRunData, type RunData, type RunDataOptions } from "./train/run_data.ts";
export {
  BY_REALISM_GAP,
  byLoss,
  type Criterion,
  type Restart,
  type Standing,
} from "./train/rungs.ts";
export { type DeviceKind, devices } from "./train/place/devices.ts";
export { oneDevice } from "./train/place/one_device.ts";
export type { Place, PlacedStep, StepSeed, Work, Worker } from "./train/place/place.ts";
export type { Given, Phase, Sums } from "./train/step.ts";
export {
  createTrainer,
  type Losses,
  type Trainer,
  type TrainerOptions,
  trainStep,
} from "./train/trainer.ts";

// Measuring
export type { Accuracy, Features } from "./study/classify.ts";
export { classifyRuns } from "./study/classify_runs.ts";
export { type Embedding, EMBEDDINGS } from "./study/embedding.ts";
export { evaluate, type EvaluateOptions, type Score } from "./study/evaluate.ts";
export { type Fit, fitGrid, renderViews, type Silhouettes } from "./study/fit_grid.ts";
export {
  type GroundTruth,
  loadGroundTruth,
  type Objects,
  type Renderable,
  type TrueSet,
} from "./study/ground_truth.ts";
export { type DrawOptions, type LabelledImages, labelledImages } from "./study/labelled_images.ts";
export { type LatentNorms, latentNorms } from "./study/latent_norms.ts";
export { drawLatents, standardGaussian } from "./study/latent_paths.ts";
export {
  type Aggregate,
  aggregateOf,
  type LabelledPosteriors,
  type LatentGaussian,
  latentsOf,
  type Posteriors,
} from "./study/latents.ts";
export type { ModelPose } from "./study/pose_errors.ts";
export { firstRows, joinRows, type LabelledRows, type Rows } from "./study/rows.ts";
export {
  alignInView,
  alignSolids,
  type ShapeAlignment,
  type Solids,
} from "./study/score/alignment.ts";
export { alignAzimuths } from "./study/score/azimuth.ts";
export { chamferDistance } from "./study/score/chamfer.ts";
export type { Interval } from "./study/score/interval.ts";
export { intersectionOverUnion } from "./study/score/overlap.ts";
export { type Pieces, piecesOf } from "./study/score/pieces.ts";
export { type Solidity, solidityOf } from "./study/score/solidity.ts";
export type { Spread } from "./study/score/spread.ts";
export type { Turn } from "./study/score/turn.ts";
export type { ViewsAround } from "./study/score/views_around.ts";
export {
  scoreShapes,
  type ShapeScoreOptions,
  type ShapeScores,
  type StudiedRun,
  studyRuns,
} from "./study/shape_scores.ts";
export { type Evaluation, scoreRun, type TruthScores } from "./study/truth_scores.ts";
export { reconstructUnseen, type UnseenBatch, type UnseenOptions } from "./study/unseen.ts";

// Showing
export { meshOf, type MeshOptions, type SurfaceMesh } from "./show/export/mesh.ts";
export {
  type Exported,
  type ExportedShape,
  type ExportOptions,
  exportShapes,
} from "./show/export/shape_archive.ts";
export { type Solid, solidOf, type SolidReport } from "./show/export/solid.ts";
export { accuracyTable } from "./show/figures/accuracies.ts";
export { ADVERSARIAL_CLAIMS, type Claim, claimsTable } from "./show/figures/claims_table.ts";
export {
  type ComparedMethod,
  comparedObjects,
  lossPanelsOf,
  methodsOf,
  methodsTable,
  metricsOf,
  quantitiesOf,
  type Quantity,
} from "./show/figures/compared_methods.ts";
export {
  comparedShapes,
  exhibitsOf,
  exhibitsWithInputs,
  momentsOf,
  shapesDuringTraining,
  type WatchedRun,
} from "./show/figures/exhibits.ts";
export {
  type ImageErrorMetrics,
  imageErrorMetrics,
  type ImageErrors,
  imageErrorsOf,
  imageErrorsTable,
} from "./show/figures/image_errors.ts";
export { type LatentMaps, latentMaps, type NamedLatents } from "./show/figures/latent_maps.ts";
export { type LatentFindings, latentMetrics, latentTable } from "./show/figures/latent_report.ts";
export {
  interpolationSheet,
  type LatentView,
  latentViewOf,
  type Measured,
  poseSheet,
  sampleSheet,
  unitSheet,
} from "./show/figures/latent_sheets.ts";
export { architectureOf } from "./show/figures/model_architecture.ts";
export {
  type QualityRecord,
  type QualityScore,
  qualityTable,
  readQuality,
} from "./show/figures/quality.ts";
export {
  renderingsAboveShapes,
  renderingsAfterTraining,
  renderingsDuringTraining,
  type ShownShapes,
} from "./show/figures/renderings.ts";
export { type Made, recordOf, recordOfRun, recordOfRuns } from "./show/figures/run_record.ts";
export { type SetErrors, setErrorsOf, setErrorsTable } from "./show/figures/set_errors.ts";
export {
  azimuthsFigure,
  chairsFigure,
  turningFigure,
  type TurningOptions,
  viewpointsFigure,
} from "./show/figures/truth.ts";
export {
  azimuthTable,
  scoredBaselines,
  type ScoredMethod,
  truthMetrics,
  truthTable,
  viewDifferenceTable,
  type Yardsticks,
  yardsticksOf,
} from "./show/figures/truth_tables.ts";
export { openCheckpoint } from "./show/notebook/checkpoint.ts";
export {
  type Broadcast,
  type DisplayMessage,
  show,
  type Showable,
  type ShowOptions,
} from "./show/notebook/display.ts";
export { type ErrorSource, reportErrors } from "./show/notebook/interrupt.ts";
export { type LiveOptions, progress, type ProgressBar } from "./show/notebook/live.ts";
export {
  EXAMPLE_IMAGES,
  type ExampleImages,
  exampleImages,
  type OwnImages,
  ownImages,
} from "./show/notebook/own_images.ts";
export { type NotebookParameters, type Settings, settings } from "./show/notebook/settings.ts";
export { type WatchOptions, watchRun, watchRuns } from "./show/notebook/training.ts";
export { showViewer } from "./show/notebook/viewer_output.ts";
export { encodeGif, type GifOptions } from "./show/plot/animation.ts";
export { architectureBitmap, architectureSvg } from "./show/plot/architecture.ts";
export type {
  Architecture,
  DrawnStage,
  Link,
  Panel,
  StageKind,
} from "./show/plot/architecture_parts.ts";
export {
  above,
  type Alignment,
  type Arrangement,
  type Bitmap,
  encodePng,
  greyBitmap,
} from "./show/plot/bitmap.ts";
export {
  type ComparedObject,
  type ComparisonOptions,
  shapeComparison,
} from "./show/plot/comparison.ts";
export {
  type CurveOptions,
  type Curves,
  curvesBitmap,
  type HistoryRecord,
  lossCurves,
} from "./show/plot/curves.ts";
export {
  type Figure,
  type FigureRecord,
  type SavedFigure,
  saveFigure,
  type SaveOptions,
} from "./show/plot/figure_file.ts";
export {
  type Exhibit,
  imageSheet,
  type ImageStack,
  QUARTER_VIEWS,
  type SheetOptions,
  trainingStrips,
  turntable,
  type TurntableOptions,
  type ViewOptions,
} from "./show/plot/figures.ts";
export {
  lossesOfMethods,
  type LossPanel,
  type MethodLoss,
  seedDots,
  type SeedPanel,
} from "./show/plot/methods.ts";
export { scatterMaps, type ScatterPoint, type ScatterRow } from "./show/plot/scatter.ts";
export { drawVoxels, type VoxelView } from "./show/plot/voxel_drawing.ts";
export type { ViewerOptions } from "./show/viewer/html.ts";
export type { SceneOptions, ViewerFrame } from "./show/viewer/scene.ts";

// Benchmarks
export type { LossRun } from "./tools/bench/losses.ts";
export type { KernelRow, KernelsReport, Speeds } from "./tools/bench/kernels/kernels.ts";
export {
  growthFigure,
  kernelsFigure,
  lossesFigure,
  type Measurements,
  partsFigure,
  type PartsOnly,
  type PeersOnly,
  type PeerTimes,
  readMeasurements,
  stepFigure,
  type StepOnly,
  triesTable,
  type Try,
} from "./tools/bench/measurement_figures.ts";
export { type PartTimes, timeParts } from "./tools/bench/parts.ts";
export type { DeviceTimes } from "./tools/bench/devices.ts";
export type { Block, Endurance } from "./tools/bench/endurance.ts";
export type { PeerRow, PeersReport, Turns } from "./tools/bench/peers.ts";
export { type Quietness, quietnessInWords } from "./tools/bench/quietness.ts";
export {
  type BenchReport,
  type Failure,
  measureStep,
  type Size,
  type StepReport,
  versions,
} from "./tools/bench/report.ts";
export {
  devicesTable,
  linksTable,
  type LinkTimes,
  type RanksReport,
} from "./tools/bench/scale_tables.ts";
export type { StepTimes, Times, TimingOptions } from "./tools/bench/timing.ts";
export type { TwinDescription } from "./tools/bench/twin.ts";
