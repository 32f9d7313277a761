/**
 * Learnt azimuths against the true ones: their distribution, and each learnt azimuth by its true
 * one.
 *
 * @module
 */
import * as Plot from "@observablehq/plot";
import { drawChart, heading, legend, ZOOM } from "./chart.ts";
import { above, beside, type Bitmap, framed } from "./bitmap.ts";
import { INK, MARGIN, RULE, SERIES_COLOURS } from "./style.ts";
import { rasterizeSvg } from "./svg.ts";

/** The azimuths of one method. */
export interface LearntAzimuths {
  /** Its name. */
  readonly name: string;
  /** `[N]` radians in the frame of the truth. */
  readonly learnt: ArrayLike<number>;
  /** `[N]` radians, of the same images. */
  readonly truth: ArrayLike<number>;
}

/** Width of one method's column, and of a histogram bar in degrees. */
const WIDTH = 280;
const BAR = 15;

const SERIES = ["true", "learnt"] as const;

/**
 * Where axes begin, in degrees. Choice: 45 before the front, so that neither fronts nor backs,
 * where azimuths cluster, are split by the seam.
 */
const SEAM = -45;
const AXIS = { domain: [SEAM, SEAM + 360], ticks: [0, 90, 180, 270], tickSize: 0 } as const;
const MARGINS = { marginLeft: 46, marginRight: 14, marginBottom: 40 } as const;

/**
 * Draws, for each method, histograms of the true and the learnt azimuths, and below them a dot for
 * each image. Correct azimuths lie on the rising line, or on the dashed ones, where a silhouette
 * looks the same (theta taken for pi - theta); guesses lie anywhere; one azimuth for all is a
 * horizontal line.
 *
 * @param methods From left to right, at least one
 */
export function azimuthCharts(methods: readonly LearntAzimuths[]): Bitmap {
  const tallest = Math.max(
    ...methods.flatMap(({ learnt, truth }) =>
      [sharesOf(learnt), sharesOf(truth)].flat().map(({ share }) => share)
    ),
  );
  const columns = methods.map((method, i) =>
    above([histogram(method, tallest, i === 0), scatter(method, i === 0)], { align: "start" })
  );
  return framed(beside(columns, { gap: 6 * ZOOM }), MARGIN * ZOOM);
}

/** Share of the azimuths, in percent, in each bar. */
function sharesOf(azimuths: ArrayLike<number>) {
  const counts = new Uint32Array(360 / BAR);
  for (let i = 0; i < azimuths.length; i++) {
    counts[Math.floor((degrees(azimuths[i]!) - SEAM) / BAR)]!++;
  }
  return Array.from(counts, (count, bar) => ({
    from: SEAM + bar * BAR,
    to: SEAM + (bar + 1) * BAR,
    share: 100 * count / azimuths.length,
  }));
}

function histogram(
  { name, learnt, truth }: LearntAzimuths,
  tallest: number,
  isFirst: boolean,
): Bitmap {
  const bars = { x1: "from", x2: "to", y: "share" } as const;
  const svg = drawChart({
    ...MARGINS,
    width: WIDTH,
    height: 220,
    marginTop: 66,
    x: { ...AXIS, label: null },
    y: { domain: [0, tallest], label: null, ticks: 4, tickSize: 0 },
    color: { domain: [...SERIES], range: [INK, SERIES_COLOURS[0]] },
    marks: [
      heading(name, -38, -52),
      isFirst ? legend(SERIES, -32, -38) : [],
      isFirst ? Plot.text(["% of images"], { ...CORNER, dx: -38, dy: -12 }) : [],
      Plot.gridY({ ticks: 4, stroke: RULE, strokeOpacity: 1 }),
      Plot.rectY(sharesOf(learnt), { ...bars, fill: () => "learnt", inset: 0.5 }),
      Plot.ruleY(sharesOf(truth), { ...bars, stroke: () => "true", strokeWidth: 1.5 }),
    ],
  });
  return rasterizeSvg(svg, ZOOM);
}

const CORNER = { frameAnchor: "top-left", textAnchor: "start" } as const;

function scatter({ learnt, truth }: LearntAzimuths, isFirst: boolean): Bitmap {
  const dots = Array.from(truth, (azimuth, i) => [degrees(azimuth), degrees(learnt[i]!)] as const);
  const line = { stroke: RULE, strokeWidth: 1.5 };
  const dashed = { ...line, strokeDasharray: "3 3" };
  const svg = drawChart({
    ...MARGINS,
    width: WIDTH,
    height: WIDTH - 2,
    marginTop: 26,
    x: { ...AXIS, label: "true azimuth in degrees →" },
    y: { ...AXIS, label: null },
    marks: [
      isFirst ? Plot.text(["↑ learnt azimuth in degrees"], { ...CORNER, dx: -38, dy: -18 }) : [],
      Plot.frame({ stroke: RULE }),
      Plot.line([[SEAM, SEAM], [SEAM + 360, SEAM + 360]], line),
      Plot.line([[SEAM, 180 - SEAM], [180 - SEAM, SEAM]], dashed),
      Plot.line([[180 - SEAM, 360 + SEAM], [360 + SEAM, 180 - SEAM]], dashed),
      Plot.dot(dots, { r: 1.8, fill: SERIES_COLOURS[0], fillOpacity: 0.55 }),
    ],
  });
  return rasterizeSvg(svg, ZOOM);
}

/** Gives an azimuth in degrees, in [SEAM, SEAM + 360). */
function degrees(azimuth: number): number {
  const turn = azimuth / (2 * Math.PI) - SEAM / 360;
  return 360 * (turn - Math.floor(turn)) + SEAM;
}
