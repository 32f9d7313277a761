/**
 * What was measured of a latent space, in words and as metrics of a figure.
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

/** Everything that was measured. */
export interface LatentFindings {
  /** Where the model looks from. */
  readonly view: ModelPose;
  /** How far the middles of interpolations are from blends of their ends. */
  readonly blends: readonly number[];
  /** Squared error of a pixel from the model's own pose, and from a quarter turn on. */
  readonly errors: readonly number[];
  /** The aggregate posterior. */
  readonly aggregate: Aggregate;
  /** How far out latents lie. */
  readonly norms: LatentNorms;
  /** How well neighbours share a class. */
  readonly purities: LatentMaps["purities"];
  /** How well classes can be read. */
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

/** Writes what the paper shows beside what was measured, as a Markdown table. */
export function latentTable(findings: LatentFindings): string {
  const { view, blends, errors, aggregate, norms, purities } = findings;
  const middles = rangeText(blends, 2);
  const rows = [
    [
      "objects that change into each other",
      `halfway, a rendering is ${middles} from a cross-fade of the two ends (0: it is one; .25: as far as ` +
      `the ends themselves)`,
    ],
    [
      "a pose that turns the shape alone",
      `all slots look from s = ${formatNumber(latentOfAzimuth(view.azimuth), 2)}, give or take ` +
      `${formatNumber(degrees(view.deviation), 1)}°; the squared error of a pixel is ` +
      `${formatNumber(errors[0]!, 4)} from there and ${
        formatNumber(errors[1]!, 4)
      } a quarter turn on`,
    ],
    [
      "new shapes from the prior",
      `a unit's variance over pictures is ${
        rangeText(aggregate.variance, 1)
      }, not 1, and its posterior's ` +
      `own ${formatNumber(meanOf(aggregate.meanOfVariances), 1)}; of ` +
      `${norms.count.toLocaleString("en-US")} latents the shortest has norm ` +
      `${formatNumber(norms.shortest, 1)}, the median ${
        formatNumber(norms.median, 1)
      }, and as many draws ` +
      `from N(0, I) reach ${formatNumber(norms.longestDraw, 1)}`,
    ],
    [
      "clusters in t-SNE maps",
      `of a picture's five nearest, ${
        percent(purities.latents)
      } share its class among the latents, ` +
      `${percent(purities["t-SNE"])} by t-SNE, ${percent(purities.UMAP)} by UMAP`,
    ],
    ["classification from latents", bestText(findings.accuracies)],
  ];
  const body = rows.map(([shown, found]) => `| ${shown} | ${found} |`);
  return ["| the paper shows | here |", "| --- | --- |", ...body].join("\n");
}

/** Gives what the better of the two classifiers finds of each set, from each kind of features. */
function bestText(accuracies: readonly Accuracy[]): string {
  const sets = Map.groupBy(accuracies, ({ set }) => set);
  return "by the better classifier of each: " + [...sets].map(([set, ofSet]) => {
    const kinds = Map.groupBy(ofSet, ({ features }) => features);
    const best = [...kinds].map(([features, group]) => {
      const share = Math.max(...group.map(({ accuracy }) => accuracy.mean));
      return `${formatNumber(100 * share, 1)} % by ${features}`;
    });
    return `${set} ${best.join(", ")}`;
  }).join("; ");
}

const degrees = (angle: number) => angle * 180 / Math.PI;
const percent = (share: number) => `${formatNumber(100 * share, 0)} %`;
const meanOf = (values: Float64Array) => values.reduce((sum, value) => sum + value) / values.length;

function rangeText(values: ArrayLike<number>, decimals: number): string {
  const [low, high] = [Math.min(...Array.from(values)), Math.max(...Array.from(values))];
  return `${formatNumber(low, decimals)} to ${formatNumber(high, decimals)}`;
}
