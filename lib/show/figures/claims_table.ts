/**
 * The paper's claims about two methods beside our measurements.
 *
 * @module
 */
import { differenceOf, formatNumber, formatSpread, spreadOf } from "@/study/score/spread.ts";
import type { Quantity } from "./compared_methods.ts";

/** A claim that compares one method with another, and the measures that test it. */
export interface Claim {
  /** The claim in the paper's words, such as "denser". */
  readonly words: string;
  /** Quantities by key; `more` if the claim means that the first method has more of it. */
  readonly measures: Readonly<Record<string, "more" | "less">>;
}

/**
 * Paper: "denser shapes with less noise", said of the adversarial method compared with the VAE,
 * from looking at shapes and without a number. Choice: denser is more volume and more matter in it;
 * noise is fog and loose pieces.
 */
export const ADVERSARIAL_CLAIMS: readonly Claim[] = [
  { words: "denser", measures: { occupiedPercent: "more", meanOccupancyPercent: "more" } },
  {
    words: "less noise",
    measures: { fogOfOccupiedPercent: "less", pieces: "less", largestPiecePercent: "more" },
  },
];

/**
 * Writes a Markdown table with a row for each measure of each claim: both methods, their
 * difference, its size in seed spreads (a dash for one seed or no spread), and whether it is as the
 * paper says. A difference within the seed spread is neither yes nor no.
 *
 * @param quantities The measurements
 * @param options `first` and `second` method by name, and the claims about the first
 * @throws {RangeError} If a claim names a quantity that was not measured
 */
export function claimsTable(
  quantities: readonly Quantity[],
  { first, second, claims }: {
    readonly first: string;
    readonly second: string;
    readonly claims: readonly Claim[];
  },
): string {
  const rows = claims.flatMap(({ words, measures }) =>
    Object.entries(measures).map(([key, direction]) => {
      const quantity = quantities.find((each) => each.key === key);
      if (quantity) return rowOf({ claim: words, direction, quantity, first, second });
      const known = quantities.map((each) => each.key).join(", ");
      throw new RangeError(`Cannot test a claim: measure must be one of ${known}, got ${key}`);
    })
  );
  return [
    `| claim | measure | ${first} | ${second} | difference | in seed spreads | as the paper says? |`,
    "| --- | --- | ---: | ---: | ---: | ---: | --- |",
    ...rows,
  ].join("\n");
}

function rowOf({ claim, direction, quantity, first, second }: {
  claim: string;
  direction: "more" | "less";
  quantity: Quantity;
  first: string;
  second: string;
}): string {
  const { title, decimals, values } = quantity;
  const [a, b] = [spreadOf(values[first]!), spreadOf(values[second]!)];
  const { difference, seedSpread, isWithinSpread } = differenceOf(a, b);
  const isAsClaimed = direction === "more" ? difference > 0 : difference < 0;
  // Equal values are no evidence either way, whatever the spread.
  const isOpen = isWithinSpread || difference === 0;
  const cells = [
    claim,
    `${title}: ${direction}`,
    formatSpread(a, decimals),
    formatSpread(b, decimals),
    `${difference > 0 ? "+" : ""}${formatNumber(difference, decimals)}`,
    seedSpread > 0 ? formatNumber(Math.abs(difference) / seedSpread, 1) : "–",
    isOpen ? "within the seed spread" : isAsClaimed ? "yes" : "no",
  ];
  return `| ${cells.join(" | ")} |`;
}
