/**
 * Accuracies of classifiers, as a table and as metrics of a figure.
 *
 * @module
 */
import type { Accuracy } from "@/study/classify.ts";
import { formatNumber, formatSpread } from "@/study/score/spread.ts";

/**
 * Writes accuracies in percent as a Markdown table: mean and standard deviation over trials, and in
 * brackets the 95 % interval due to the number of scored images.
 */
export function accuracyTable(accuracies: readonly Accuracy[]): string {
  const classifiers = [...new Set(accuracies.map(({ classifier }) => classifier))];
  const groups = Map.groupBy(accuracies, ({ set, features }) => `${set} | ${features}`);
  const rows = [...groups].map(([names, group]) => {
    const cells = classifiers.map((classifier) => {
      const found = group.find((each) => each.classifier === classifier);
      return found ? cellOf(found) : "";
    });
    return `| ${names} | ${cells.join(" | ")} |`;
  });
  return [
    `| set | an image is | ${classifiers.join(" | ")} |`,
    `| --- | --- |${classifiers.map(() => " ---: |").join("")}`,
    ...rows,
  ].join("\n");
}

function cellOf({ accuracy, interval }: Accuracy): string {
  const { mean, deviation } = accuracy;
  const percent = formatSpread({ mean: 100 * mean, deviation: 100 * deviation }, 1);
  const [low, high] = [interval.low, interval.high].map((end) => formatNumber(100 * end, 1));
  return `${percent} % [${low}, ${high}]`;
}

/**
 * Gives mean accuracies, from 0 to 1, as metrics of a figure, with names such as
 * `mnistLatentsLogisticRegressionAccuracy`.
 */
export function accuracyMetrics(accuracies: readonly Accuracy[]): Record<string, number> {
  return Object.fromEntries(
    accuracies.map(({ set, features, classifier, accuracy }) => [
      camelCase(`${set} ${features} ${classifier} accuracy`),
      accuracy.mean,
    ]),
  );
}

function camelCase(words: string): string {
  const [first, ...others] = words.split(/[^a-z0-9]+/i).filter((word) => word !== "");
  return first! + others.map((word) => word[0]!.toUpperCase() + word.slice(1)).join("");
}
