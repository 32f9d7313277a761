/**
 * Comparison of methods, each trained from several seeds: losses as curves, and measurements as
 * dots. A method has the same colour everywhere, by its place in the list.
 *
 * @module
 */
import * as Plot from "@observablehq/plot";
import { drawChart, heading, horizontalRules, legend, logTicks, ZOOM } from "./chart.ts";
import { curveOf, type CurvePoint, type HistoryRecord, runningMedian } from "./curves.ts";
import { beside, type Bitmap, framed, grid } from "./bitmap.ts";
import { INK, MARGIN, RULE, SERIES_COLOURS } from "./style.ts";
import { rasterizeSvg } from "./svg.ts";

/** Width of a figure without its margins, and the gap between its charts. */
const WIDTH = 860;
const BETWEEN = 24;

/** One term of one method. */
export interface MethodLoss {
  /** Its name. */
  readonly name: string;
  /** Any CSS colour. */
  readonly colour: string;
  /** The field of the histories to draw. */
  readonly term: string;
  /** Weight of the term, by which it is divided; 1 by default. */
  readonly weight?: number;
  /** The values of each step, for each seed. */
  readonly histories: readonly (readonly HistoryRecord[])[];
}

/** Losses that share a pair of axes. */
export interface LossPanel {
  /** The quantity, with its unit. */
  readonly title: string;
  /** From left to right in the legend, at least one. */
  readonly losses: readonly MethodLoss[];
  /** A reference value, drawn dashed and named in the title. */
  readonly level?: number;
  /** Width relative to the other panels; 1 by default. */
  readonly share?: number;
}

/**
 * Draws losses over the training steps on logarithmic axes: the running median of each seed thin,
 * the mean over the seeds thick.
 *
 * @param panels From left to right, at least one
 */
export function lossesOfMethods(panels: readonly LossPanel[]): Bitmap {
  const shares = panels.reduce((sum, { share = 1 }) => sum + share, 0);
  const room = WIDTH - BETWEEN * (panels.length - 1);
  const charts = panels.map((panel) => lossChart(panel, room * (panel.share ?? 1) / shares));
  return framed(beside(charts, { gap: BETWEEN * ZOOM }), MARGIN * ZOOM);
}

function lossChart({ title, losses, level }: LossPanel, width: number): Bitmap {
  const seeds = losses.flatMap(({ name, term, weight = 1, histories }) =>
    histories.map((history, seed) =>
      runningMedian(curveOf(history, term))
        .map(({ step, value }) => ({ step, term: name, value: value / weight, seed }))
    )
  );
  const means = losses.flatMap(({ name }) =>
    meanCurve(seeds.filter((points) => points[0]?.term === name))
  );
  const values = [...seeds.flat().map(({ value }) => value), ...level === undefined ? [] : [level]];
  const domain: [number, number] = [Math.min(...values) / 1.1, Math.max(...values) * 1.1];
  const names = losses.map(({ name }) => name);
  const svg = drawChart({
    width,
    height: 340,
    marginTop: 64,
    marginLeft: 44,
    marginRight: 20,
    marginBottom: 40,
    x: { label: "training step →", ticks: 5, tickSize: 0 },
    y: { type: "log", axis: null, domain },
    color: { domain: names, range: losses.map(({ colour }) => colour) },
    marks: [
      heading(title, -44, -48),
      legend(names, -24, -44),
      horizontalRules(logTicks(domain)),
      level === undefined ? [] : Plot.ruleY([level], { stroke: INK, strokeDasharray: "3 3" }),
      Plot.line(seeds.flat(), {
        x: "step",
        y: "value",
        z: ({ term, seed }) => `${term}, ${seed}`,
        stroke: "term",
        strokeWidth: 1,
        strokeOpacity: 0.45,
      }),
      Plot.line(means, { x: "step", y: "value", z: "term", stroke: "term", strokeWidth: 2.2 }),
    ],
  });
  return rasterizeSvg(svg, ZOOM);
}

/** Averages the curves of several seeds at the steps that all of them have. */
function meanCurve(curves: readonly (readonly CurvePoint[])[]): CurvePoint[] {
  const [first = [], ...others] = curves.map((points) =>
    new Map(points.map((point) => [point.step, point]))
  );
  return [...first.values()].flatMap((point) => {
    const values = [point, ...others.map((curve) => curve.get(point.step))]
      .map((point) => point?.value ?? NaN);
    const value = values.reduce((sum, value) => sum + value, 0) / values.length;
    return Number.isNaN(value) ? [] : [{ ...point, value }];
  });
}

/** A measurement of every method from every seed. */
export interface SeedPanel {
  /** The quantity with its unit. */
  readonly title: string;
  /** One value for each seed, by the method's name; the same methods in all panels. */
  readonly values: Readonly<Record<string, readonly number[]>>;
}

/**
 * Draws quantities of methods, two panels per row: a dot for each seed, a stroke at their mean. All
 * axes begin at 0, so that lengths can be compared.
 *
 * @param panels In reading order, at least one, values >= 0
 */
export function seedDots(panels: readonly SeedPanel[]): Bitmap {
  const charts = panels.map(({ title, values }) => {
    const methods = Object.keys(values);
    const dots = methods.flatMap((method) => values[method]!.map((value) => ({ method, value })));
    const most = Math.max(...dots.map(({ value }) => value));
    const svg = drawChart({
      width: (WIDTH - BETWEEN) / 2,
      height: 64 + 22 * methods.length,
      marginTop: 32,
      marginLeft: 96,
      marginRight: 16,
      marginBottom: 26,
      x: { label: null, domain: [0, most > 0 ? 1.04 * most : 1], ticks: 5, tickSize: 0 },
      y: { type: "band", label: null, domain: methods, tickSize: 0 },
      color: { domain: methods, range: [...SERIES_COLOURS] },
      marks: [
        heading(title, -92),
        Plot.gridX({ ticks: 5, stroke: RULE, strokeOpacity: 1 }),
        Plot.ruleX([0], { stroke: RULE }),
        Plot.tickX(
          dots,
          Plot.groupY({ x: "mean" }, {
            x: "value",
            y: "method",
            stroke: "method",
            strokeWidth: 2.5,
          }),
        ),
        Plot.dot(dots, { x: "value", y: "method", fill: "method", r: 4, fillOpacity: 0.55 }),
      ],
    });
    return rasterizeSvg(svg, ZOOM);
  });
  return framed(grid(charts, 2, BETWEEN * ZOOM), MARGIN * ZOOM);
}
