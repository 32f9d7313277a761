/**
 * Charts on logarithmic axes: how measured quantities grow, and the losses of short runs over each
 * other.
 *
 * @module
 */
import * as Plot from "@observablehq/plot";
import { drawChart, heading, horizontalRules, legend, logTicks, ZOOM } from "./chart.ts";
import { above, beside, type Bitmap, framed } from "./bitmap.ts";
import { MARGIN, SERIES_COLOURS } from "./style.ts";
import { rasterizeSvg } from "./svg.ts";

/** Width of a figure without its margins, and the gap between its charts. */
const WIDTH = 720;
const BETWEEN = 12;
/** Width of the axis labels of a chart of growth. */
const LEFT = 50;

/** The measurement of a step of one size. */
export interface GrowthPoint {
  /** Where it was measured; each has a colour. */
  readonly series: string;
  /** What grows, such as "batch"; each has a column. */
  readonly along: string;
  /** Its size, > 0. */
  readonly size: number;
  /** Measurements, > 0, by the name of the quantity with its unit; each has a row. */
  readonly values: Readonly<Record<string, number>>;
  /** The lower bound of a quantity, where known; drawn dashed. */
  readonly floors?: Readonly<Record<string, number>>;
  /** False if other processes disturbed the measurement: a hollow dot. */
  readonly isQuiet: boolean;
}

/**
 * Draws how quantities grow. Both axes are logarithmic: a power law is a straight line.
 *
 * @param points At least one, all with the same quantities
 */
export function growthCurves(points: readonly GrowthPoint[]): Bitmap {
  const columns = distinct(points.map(({ along }) => along));
  const series = distinct(points.map((point) => point.series));
  const rows = Object.keys(points[0]!.values).map((quantity) => {
    const drawn = points.map((point) => ({
      ...point,
      value: point.values[quantity]!,
      floor: point.floors?.[quantity] ?? NaN,
    }));
    const domain = rangeOf(drawn.flatMap(({ value, floor }) => [value, floor]));
    const charts = columns.map((along, column) => {
      const shown = drawn.filter((point) => point.along === along);
      const svg = drawChart({
        width: (WIDTH - BETWEEN * (columns.length - 1)) / columns.length,
        height: 212,
        marginTop: 36,
        marginLeft: LEFT,
        marginRight: 16,
        marginBottom: 44,
        x: { type: "log", axis: null },
        y: { type: "log", axis: null, domain },
        color: { domain: series, range: [...SERIES_COLOURS] },
        marks: [
          column === 0 ? heading(quantity, -LEFT) : [],
          horizontalRules(logTicks(domain)),
          namedSizes(distinct(shown.map(({ size }) => size)), along),
          measuredLines(shown),
        ],
      });
      return rasterizeSvg(svg, ZOOM);
    });
    return beside(charts, { gap: BETWEEN * ZOOM });
  });
  return framed(above([legendOf(series), ...rows], { align: "start" }), MARGIN * ZOOM);
}

/** A separate legend, as wide as all columns. */
function legendOf(series: readonly string[]): Bitmap {
  const svg = drawChart({
    width: WIDTH,
    height: 24,
    margin: 0,
    color: { domain: series, range: [...SERIES_COLOURS] },
    marks: [legend(series, 12)],
  });
  return rasterizeSvg(svg, ZOOM);
}

/** Names the sizes below the frame, and what they measure. */
function namedSizes(sizes: readonly number[], along: string): Plot.Markish {
  return [
    Plot.text(sizes, { x: (size) => size, text: String, frameAnchor: "bottom", dy: 16 }),
    Plot.text([along], { frameAnchor: "bottom", dy: 34 }),
  ];
}

function measuredLines(points: readonly (GrowthPoint & { value: number; floor: number })[]) {
  const line = { x: "size", z: "series", stroke: "series", sort: "size" } as const;
  const dot = { x: "size", y: "value", r: 3.2, stroke: "series", strokeWidth: 1.5 } as const;
  return [
    Plot.line(points, { ...line, y: "floor", strokeDasharray: "2 3" }),
    Plot.line(points, { ...line, y: "value", strokeWidth: 2 }),
    Plot.dot(points.filter(({ isQuiet }) => isQuiet), { ...dot, fill: "series" }),
    Plot.dot(points.filter(({ isQuiet }) => !isQuiet), { ...dot, fill: "white" }),
  ];
}

/** The loss of one step of one run. */
export interface LossPoint {
  /** How it was computed; each has a colour. */
  readonly series: string;
  /** The run within the series; each has a line. */
  readonly run: number;
  /** The step, from 1. */
  readonly step: number;
  /** Its loss, > 0. */
  readonly loss: number;
}

/** Draws the losses of short runs over each other, on a logarithmic axis. */
export function overlaidLosses(points: readonly LossPoint[]): Bitmap {
  const series = distinct(points.map((point) => point.series));
  const domain = rangeOf(points.map(({ loss }) => loss));
  const svg = drawChart({
    width: WIDTH,
    height: 340,
    marginTop: 60,
    marginLeft: 44,
    marginRight: 16,
    marginBottom: 40,
    x: { label: "training step →", ticks: 6, tickSize: 0 },
    y: { type: "log", axis: null, domain },
    color: { domain: series, range: [...SERIES_COLOURS] },
    marks: [
      heading("loss per picture", -44),
      legend(series, -48, -44),
      horizontalRules(logTicks(domain)),
      Plot.line(points, {
        x: "step",
        y: "loss",
        z: ({ series, run }) => `${series}, ${run}`,
        stroke: "series",
        strokeWidth: 1.2,
        strokeOpacity: 0.7,
      }),
    ],
  });
  return framed(rasterizeSvg(svg, ZOOM), MARGIN * ZOOM);
}

function distinct<Item>(items: readonly Item[]): Item[] {
  return [...new Set(items)];
}

/** The ends of an axis with a little margin around the values; undefined values are ignored. */
function rangeOf(values: readonly number[]): [number, number] {
  const known = values.filter((value) => !Number.isNaN(value));
  return [Math.min(...known) / 1.15, Math.max(...known) * 1.15];
}
