/**
 * What the paper says of two methods, held against what was measured.
 *
 * @module
 */
import { differenceOf, formatNumber, formatSpread, spreadOf } from "@/study/score/spread.ts";
import type { Quantity } from "./objectives.ts";

/** A sentence about one method beside another, and the measures that it can be read as. */
export interface Claim {
  /** The sentence's adjective, such as "denser". */
  readonly words: string;
  /** The quantities, by key; `more` if the sentence says that the first method has more of it. */
  readonly measures: Readonly<Record<string, "more" | "less">>;
}

/**
 * Paper: "denser shapes with less noise", of the adversarial method beside the VAE, seen and not
 * measured. Choice: denser is more volume and more matter in it; noise is fog and loose pieces.
 */
export const ADVERSARIAL_CLAIMS: readonly Claim[] = [
  { words: "denser", measures: { occupiedPercent: "more", meanOccupancyPercent: "more" } },
  {
    words: "less noise",
    measures: { fogOfOccupiedPercent: "less", pieces: "less", largestPiecePercent: "more" },
  },
];

/** How a measure turned out. */
type Outcome = "agrees" | "disagrees" | "within the seed spread";

/** One measure of a claim. */
interface Finding {
  readonly claim: string;
  readonly row: string;
  readonly outcome: Outcome;
}

/**
 * Writes a verdict in Markdown: a table of every measure with the difference in multiples of the seed
 * spread, and a sentence that counts them.
 *
 * @param quantities What was measured
 * @param options `first` and `second` method by name, and the claims about the first
 * @throws {RangeError} If a claim names a quantity that was not measured
 */
export function verdictOn(
  quantities: readonly Quantity[],
  { first, second, claims }: {
    readonly first: string;
    readonly second: string;
    readonly claims: readonly Claim[];
  },
): string {
  const findings = claims.flatMap(({ words, measures }) =>
    Object.entries(measures).map(([key, direction]) => {
      const quantity = quantities.find((each) => each.key === key);
      if (quantity) return findingOf({ claim: words, direction, quantity, first, second });
      const known = quantities.map((each) => each.key).join(", ");
      throw new RangeError(`Cannot judge: a measure must be one of ${known}, got ${key}`);
    })
  );
  return [
    `| the paper: ${first} is | measure | ${first} | ${second} | difference | ours |`,
    "| --- | --- | ---: | ---: | ---: | --- |",
    ...findings.map(({ row }) => row),
    "",
    `**${claims.map(({ words }) => summary(words, findings)).join(" ")}**`,
  ].join("\n");
}

function findingOf({ claim, direction, quantity, first, second }: {
  claim: string;
  direction: "more" | "less";
  quantity: Quantity;
  first: string;
  second: string;
}): Finding {
  const { title, decimals, values } = quantity;
  const [a, b] = [spreadOf(values[first]!), spreadOf(values[second]!)];
  const { difference, seedSpread, isWithinSpread } = differenceOf(a, b);
  const isAsClaimed = direction === "more" ? difference > 0 : difference < 0;
  // Equal values are no evidence either way, whatever the spread.
  const outcome = isWithinSpread || difference === 0
    ? "within the seed spread"
    : isAsClaimed
    ? "agrees"
    : "disagrees";
  const times = timesSpread(difference, seedSpread);
  const signed = `${difference > 0 ? "+" : ""}${formatNumber(difference, decimals)}`;
  const cells = [
    claim,
    `${title}: ${direction}`,
    formatSpread(a, decimals),
    formatSpread(b, decimals),
    `${signed}, ${times}`,
    outcome,
  ];
  return { claim, row: `| ${cells.join(" | ")} |`, outcome };
}

function timesSpread(difference: number, seedSpread: number): string {
  if (Number.isNaN(seedSpread)) return "one seed";
  if (seedSpread === 0) return "all seeds alike";
  return `${formatNumber(Math.abs(difference) / seedSpread, 1)} × the seed spread`;
}

/** Counts a claim's outcomes. */
function summary(claim: string, findings: readonly Finding[]): string {
  const own = findings.filter((finding) => finding.claim === claim);
  const count = (outcome: Outcome) => own.filter((finding) => finding.outcome === outcome).length;
  return `${claim[0]!.toUpperCase()}${claim.slice(1)}: ` +
    `${count("agrees")} of ${own.length} measures agree, ${count("disagrees")} disagree, ` +
    `${count("within the seed spread")} differ by no more than seeds do.`;
}
