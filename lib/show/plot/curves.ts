/**
 * Loss curves by Observable Plot: the values of each step, faint, and their running median, strong.
 *
 * @module
 */
import * as Plot from "@observablehq/plot";
import { drawChart, legend } from "./chart.ts";
import type { Bitmap } from "./bitmap.ts";
import { RULE, SERIES_COLOURS } from "./style.ts";
import { rasterizeSvg } from "./svg.ts";

/** One line of a run's history. */
export interface HistoryRecord {
  /** The training step, from 1. */
  readonly step: number;
  /** `loss`, each of its terms by name, and other measurements. */
  readonly [name: string]: number;
}

/** How curves are drawn. */
export interface CurveOptions {
  /** The fields to draw, in order; all but `step`, `ms` and `realismGap` by default. */
  readonly terms?: readonly string[];
  /** The label of the vertical axis; "squared error per image" by default. */
  readonly unit?: string;
  /** Width in pixels; 720 by default. */
  readonly width?: number;
  /** Height in pixels; 360 by default. */
  readonly height?: number;
}

/** Curves, drawn once. */
export interface Curves {
  /** For a notebook or a page: the chart on a white background, whatever the theme. */
  readonly html: string;
  /** The same as an SVG document. */
  readonly svg: string;
}

/** The value of one term after one step. */
export interface CurvePoint {
  /** The training step, from 1. */
  readonly step: number;
  /** Which term. */
  readonly term: string;
  /** Its value. */
  readonly value: number;
}

/** Most points of a curve. Choice: more would not show, and live charts must be small. */
const POINTS_PER_TERM = 240;

/** The window of the running median, centred, as a share of the history. */
const MEDIAN_SHARE = 1 / 40;

/**
 * Draws loss curves on a logarithmic axis. Values that are not > 0 cannot be shown on it and are
 * left out. Choice: the median, because a mean would follow single bad batches.
 *
 * @param history The values of each step, by rising step; an empty history gives empty axes
 * @param options Terms, unit and size
 */
export function lossCurves(history: readonly HistoryRecord[], options: CurveOptions = {}): Curves {
  const { unit = "squared error per image", width = 720, height = 360 } = options;
  const terms = options.terms ?? termsOf(history);
  const series = terms.map((term) => curveOf(history, term));
  const svg = drawChart({
    width,
    height,
    marginTop: 64,
    marginLeft: 56,
    marginRight: 24,
    marginBottom: 40,
    x: { label: "training step →", domain: stepRange(history), ticks: 6, tickSize: 0 },
    y: { type: "log", label: `↑ ${unit}`, ticks: 5, tickFormat: String, tickSize: 0 },
    color: { domain: terms, range: [...SERIES_COLOURS] },
    marks: [
      Plot.gridY({ ticks: 5, stroke: RULE, strokeOpacity: 1 }),
      Plot.dot(series.flatMap(thinned), { ...POSITION, fill: "term", r: 1.3, fillOpacity: 0.25 }),
      Plot.line(series.flatMap(runningMedian), {
        ...POSITION,
        z: "term", // else Plot warns if every series is short
        stroke: "term",
        strokeWidth: 2,
      }),
      legend(terms),
    ],
  });
  return { svg, html: `<div style="background:white;padding:8px">${svg}</div>` };
}

/** Gives the curves as an image, at twice their size by default: crisp on dense screens too. */
export function curvesBitmap(curves: Curves, zoom = 2): Bitmap {
  return rasterizeSvg(curves.svg, zoom);
}

const POSITION = { x: "step", y: "value" } as const;

/** What a history tells besides the loss and its terms. */
const NO_TERMS = ["step", "ms", "realismGap"];

function termsOf(history: readonly HistoryRecord[]): string[] {
  return Object.keys(history[0] ?? {}).filter((name) => !NO_TERMS.includes(name));
}

function stepRange(history: readonly HistoryRecord[]): [number, number] {
  return [0, Math.max(1, history.at(-1)?.step ?? 1)];
}

/** Gives the values of a term that a logarithmic axis can show: those > 0. */
export function curveOf(history: readonly HistoryRecord[], term: string): CurvePoint[] {
  return history.map((record) => ({ step: record.step, term, value: record[term]! }))
    .filter(({ value }) => value > 0);
}

/** Gives evenly spaced points of the curve, always with the last. */
function thinned(points: readonly CurvePoint[]): CurvePoint[] {
  const stride = Math.ceil(points.length / POINTS_PER_TERM);
  return points.filter((_, i) => (points.length - 1 - i) % stride === 0);
}

/** Gives, at evenly spaced steps and always the last, the median of the points around. */
export function runningMedian(points: readonly CurvePoint[]): CurvePoint[] {
  const reach = Math.floor(points.length * MEDIAN_SHARE / 2);
  const stride = Math.ceil(points.length / POINTS_PER_TERM);
  return points.flatMap((point, i) => {
    if ((points.length - 1 - i) % stride !== 0) return [];
    const around = points.slice(Math.max(0, i - reach), i + reach + 1).map(({ value }) => value);
    around.sort((a, b) => a - b);
    return [{ ...point, value: around[Math.floor(around.length / 2)]! }];
  });
}
