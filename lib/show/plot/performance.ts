/**
 * Measured times as bars: steps beside their floor, and where the time of a step goes.
 *
 * @module
 */
import * as Plot from "@observablehq/plot";
import { drawChart, heading, legend, ZOOM } from "./chart.ts";
import { above, type Bitmap, framed } from "./bitmap.ts";
import { FAINT_INK, MARGIN, SERIES_COLOURS } from "./style.ts";
import { rasterizeSvg } from "./svg.ts";

/** Width of a figure within its margins. */
const WIDTH = 720;
/** Room for the names of bars, and for words at their ends. */
const NAMES = 200;
const WORDS = 140;
/** Where a legend begins, right of the names: a title ends before. */
const LEGEND_LEFT = 300;
/** A bar, with what is left free to the next. */
const BAR_HEIGHT = 26;

/** What a bar stands for. */
export type BarKind = "ours" | "peer" | "floor";

/** One bar. */
export interface TimeBar {
  /** What took the time. */
  readonly name: string;
  /** How long it took, in milliseconds; 0 if it could not be measured. */
  readonly ms: number;
  /** What it stands for: decides its colour. */
  readonly kind: BarKind;
  /** Words at its end. */
  readonly label: string;
}

/** Bars that share a scale. */
export interface TimePanel {
  /** What they have in common, such as the machine and the batch. */
  readonly title: string;
  /** From top to bottom, with distinct names. */
  readonly bars: readonly TimeBar[];
}

const BAR_COLOURS: Readonly<Record<BarKind, string>> = {
  ours: SERIES_COLOURS[0],
  peer: "#a9b1bf",
  floor: "#d9dce3",
};

/** Draws bars of times, one panel below the other, each on a scale of its own. */
export function timeBars(panels: readonly TimePanel[]): Bitmap {
  return stacked(panels.map(({ title, bars }) =>
    drawChart({
      ...frameOf(bars.length),
      x: { axis: null, domain: [0, Math.max(...bars.map(({ ms }) => ms))] },
      y: { label: null, tickSize: 0, domain: bars.map(({ name }) => name) },
      marks: [
        heading(title, -NAMES),
        Plot.barX(bars, { x: "ms", y: "name", fill: ({ kind }) => BAR_COLOURS[kind as BarKind] }),
        Plot.text(bars, { x: "ms", y: "name", text: "label", textAnchor: "start", dx: 6 }),
      ],
    })
  ));
}

/** The time of one part of a step. */
export interface PartBar {
  /** Which part. */
  readonly name: string;
  /** Which way, where it has two. */
  readonly direction?: "forward" | "backward" | undefined;
  /** How long it took, in milliseconds. */
  readonly ms: number;
}

/** The parts of one step. */
export interface PartPanel {
  /** Whose step. */
  readonly title: string;
  /** From top to bottom; those of one name make one bar. */
  readonly parts: readonly PartBar[];
}

/** Draws the parts of steps, each with its share of the sum of them all. */
export function partBars(panels: readonly PartPanel[]): Bitmap {
  return stacked(panels.map(({ title, parts }) => {
    const names = [...new Set(parts.map(({ name }) => name))];
    const bars = names.map((name) => ({
      name,
      ms: sum(parts.filter((part) => part.name === name)),
    }));
    const whole = sum(parts);
    return drawChart({
      ...frameOf(names.length),
      x: { axis: null, domain: [0, Math.max(...bars.map(({ ms }) => ms))] },
      y: { label: null, tickSize: 0, domain: names },
      color: { domain: ["forward", "backward"], range: [...SERIES_COLOURS], unknown: FAINT_INK },
      marks: [
        heading(title, -NAMES),
        legend(["forward", "backward"], -18, LEGEND_LEFT),
        Plot.barX(parts, { x: "ms", y: "name", fill: "direction" }),
        Plot.text(bars, {
          x: "ms",
          y: "name",
          text: ({ ms }) => `${inMilliseconds(ms)}, ${inPercent(ms / whole)}`,
          textAnchor: "start",
          dx: 6,
        }),
      ],
    });
  }));
}

/** Gives a time as bars are labelled, such as `246 ms`, `2.71 ms` or `0.05 ms`. */
export function inMilliseconds(ms: number): string {
  if (ms < 1) return `${ms.toFixed(2)} ms`;
  return `${ms < 100 ? ms.toPrecision(3) : ms.toFixed(0)} ms`;
}

function inPercent(share: number): string {
  return share > 0 && share < 0.005 ? "< 1 %" : `${(100 * share).toFixed(0)} %`;
}

function sum(parts: readonly { readonly ms: number }[]): number {
  return parts.reduce((total, { ms }) => total + ms, 0);
}

/** The sizes of a panel: bars between their names and their labels, a title above. */
function frameOf(barCount: number) {
  return {
    width: WIDTH,
    height: 36 + BAR_HEIGHT * barCount,
    marginLeft: NAMES,
    marginRight: WORDS,
    marginTop: 32,
    marginBottom: 4,
  };
}

/** Puts charts below each other. */
function stacked(svgs: readonly string[]): Bitmap {
  const bitmaps = svgs.map((svg) => rasterizeSvg(svg, ZOOM));
  return framed(above(bitmaps, { gap: MARGIN * ZOOM, align: "start" }), MARGIN * ZOOM);
}
