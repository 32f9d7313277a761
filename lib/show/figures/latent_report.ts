/**
 * Measurements of a latent space, as a Markdown table and as metrics of a figure's record.
 *
 * @module
 */
import type { Accuracy } from "@/study/classify.ts";
import type { LatentNorms } from "@/study/latent_norms.ts";
import type { Aggregate } from "@/study/latents.ts";
import type { ModelPose } from "@/study/pose_errors.ts";
import { latentOfAzimuth } from "@/render/camera.ts";
import { formatNumber } from "@/study/score/spread.ts";
import { accuracyMetrics } from "./accuracies.ts";
import type { LatentMaps } from "./latent_maps.ts";

/** All measurements. */
export interface LatentFindings {
  /** The pose from which the model sees its shapes. */
  readonly view: ModelPose;
  /** Distances of the middles of interpolations from blends of their ends. */
  readonly blends: readonly number[];
  /** Squared error of a pixel from the model's own pose, and a quarter turn on. */
  readonly errors: readonly number[];
  /** The aggregate posterior. */
  readonly aggregate: Aggregate;
  /** Norms of the latents. */
  readonly norms: LatentNorms;
  /** Shares of neighbours with the same class. */
  readonly purities: LatentMaps["purities"];
  /** Accuracies of classifiers. */
  readonly accuracies: readonly Accuracy[];
}

/** Gives the findings as metrics of a figure's record. */
export function latentMetrics(findings: LatentFindings): Record<string, number> {
  const { view, blends, errors, aggregate, norms, purities, accuracies } = findings;
  return {
    modelPose: latentOfAzimuth(view.azimuth),
    modelPoseDeviationDegrees: degrees(view.deviation),
    squaredErrorFromOwnPose: errors[0]!,
    squaredErrorAQuarterTurnOn: errors[1]!,
    leastDistanceFromBlend: Math.min(...blends),
    greatestDistanceFromBlend: Math.max(...blends),
    leastVarianceOfAUnit: Math.min(...aggregate.variance),
    greatestVarianceOfAUnit: Math.max(...aggregate.variance),
    meanPosteriorVariance: meanOf(aggregate.meanOfVariances),
    shortestLatentNorm: norms.shortest,
    medianLatentNorm: norms.median,
    longestStandardNormalNorm: norms.longestDraw,
    purityOfLatents: purities.latents,
    purityOfTsne: purities["t-SNE"],
    purityOfUmap: purities.UMAP,
    ...accuracyMetrics(accuracies),
  };
}

/** Writes the findings as a Markdown table; accuracyTable() has the accuracies. */
export function latentTable(findings: LatentFindings): string {
  const { view, blends, errors, aggregate, norms, purities } = findings;
  const rows = [
    ["distance of halfway renderings from a cross-fade of the ends", rangeText(blends, 2)],
    ["pose s of the slots", formatNumber(latentOfAzimuth(view.azimuth), 2)],
    ["deviation of that pose, °", formatNumber(degrees(view.deviation), 1)],
    ["squared error of a pixel from that pose", formatNumber(errors[0]!, 4)],
    ["squared error of a pixel a quarter turn on", formatNumber(errors[1]!, 4)],
    ["variance of a unit over images", rangeText(aggregate.variance, 1)],
    ["mean variance of a unit's posterior", formatNumber(meanOf(aggregate.meanOfVariances), 1)],
    ["latents whose norm is measured", norms.count.toLocaleString("en-US")],
    ["shortest norm of a latent", formatNumber(norms.shortest, 1)],
    ["median norm of a latent", formatNumber(norms.median, 1)],
    ["longest norm of as many draws from N(0, I)", formatNumber(norms.longestDraw, 1)],
    ["five nearest latents of the same class, %", percent(purities.latents)],
    ["five nearest of the same class by t-SNE, %", percent(purities["t-SNE"])],
    ["five nearest of the same class by UMAP, %", percent(purities.UMAP)],
  ];
  const body = rows.map(([measure, value]) => `| ${measure} | ${value} |`);
  return ["| measure | value |", "| --- | ---: |", ...body].join("\n");
}

const degrees = (angle: number) => angle * 180 / Math.PI;
const percent = (share: number) => formatNumber(100 * share, 0);
const meanOf = (values: Float64Array) => values.reduce((sum, value) => sum + value) / values.length;

function rangeText(values: ArrayLike<number>, decimals: number): string {
  const [low, high] = [Math.min(...Array.from(values)), Math.max(...Array.from(values))];
  return `${formatNumber(low, decimals)} to ${formatNumber(high, decimals)}`;
}
