/**
 * Measured times as bars: steps beside their floor, and the parts of a step.
 *
 * @module
 */
import * as Plot from "@observablehq/plot";
import { drawChart, heading, legend, ZOOM } from "./chart.ts";
import { above, type Bitmap, framed } from "./bitmap.ts";
import { FAINT_INK, MARGIN, SERIES_COLOURS } from "./style.ts";
import { rasterizeSvg } from "./svg.ts";

/** Width of a figure without its margins. */
const WIDTH = 720;
/** Width of the names of bars, and of the labels at their ends. */
const NAMES = 200;
const WORDS = 140;
/** Left end of a legend, to the right of the names; titles end before it. */
const LEGEND_LEFT = 300;
/** Height of a bar with the gap below it. */
const BAR_HEIGHT = 26;

/** What a bar represents. */
export type BarKind = "ours" | "peer" | "floor";

/** One bar. */
export interface TimeBar {
  /** What took the time. */
  readonly name: string;
  /** How long it took, in milliseconds; 0 if it could not be measured. */
  readonly ms: number;
  /** What it represents, which sets its colour. */
  readonly kind: BarKind;
  /** The label at its end. */
  readonly label: string;
}

/** Bars that share a scale. */
export interface TimePanel {
  /** What they share, such as the machine and the batch. */
  readonly title: string;
  /** From top to bottom, with distinct names. */
  readonly bars: readonly TimeBar[];
}

const BAR_COLOURS: Readonly<Record<BarKind, string>> = {
  ours: SERIES_COLOURS[0],
  peer: "#a9b1bf",
  floor: "#d9dce3",
};

/** Draws bars of times, one panel below the other, each on its own scale. */
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
  /** The part. */
  readonly name: string;
  /** Its direction, if it has two. */
  readonly direction?: "forward" | "backward" | undefined;
  /** How long it took, in milliseconds. */
  readonly ms: number;
}

/** The parts of one step. */
export interface PartPanel {
  /** The name of the step. */
  readonly title: string;
  /** From top to bottom; parts of one name make one bar. */
  readonly parts: readonly PartBar[];
}

/** Draws the parts of steps, each with its share of their sum. */
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

/** The time of some kernels. */
export interface KernelBar {
  /** What they compute. */
  readonly name: string;
  /** How long they took, in microseconds. */
  readonly us: number;
  /** The least time, in microseconds, if known. */
  readonly floorUs?: number;
}

/** The kernels of one step. */
export interface KernelPanel {
  /** The name of the step. */
  readonly title: string;
  /** From top to bottom, with distinct names. */
  readonly bars: readonly KernelBar[];
}

/** Letters of a kernel's name that fit beside its bar. */
const NAME_LENGTH = 46;

/** Draws the kernels of steps, each with its floor as the light part of its bar. */
export function kernelBars(panels: readonly KernelPanel[]): Bitmap {
  return stacked(panels.map(({ title, bars }) => {
    return drawChart({
      ...frameOf(bars.length),
      width: WIDTH + NAMES,
      marginLeft: 2 * NAMES,
      x: { axis: null, domain: [0, Math.max(...bars.map(({ us }) => us))] },
      // Names that begin alike are told apart by the whole of them.
      y: { label: null, tickSize: 0, domain: bars.map(({ name }) => name), tickFormat: shortened },
      marks: [
        heading(title, -2 * NAMES),
        Plot.barX(bars, { x: "us", y: "name", fill: BAR_COLOURS.ours }),
        Plot.barX(bars, {
          x: ({ us, floorUs }) => Math.min(us, floorUs ?? 0),
          y: "name",
          fill: BAR_COLOURS.floor,
        }),
        Plot.text(bars, {
          x: "us",
          y: "name",
          text: ({ us, floorUs }) =>
            `${us.toFixed(0)} µs${floorUs === undefined ? "" : `, floor ${floorUs.toFixed(0)}`}`,
          textAnchor: "start",
          dx: 6,
        }),
      ],
    });
  }));
}

function shortened(name: string): string {
  return name.length > NAME_LENGTH ? `${name.slice(0, NAME_LENGTH - 1)}…` : name;
}

/** Formats a time for bar labels, such as `246 ms`, `2.71 ms` or `0.05 ms`. */
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

/** The dimensions of a panel: bars between their names and their labels, a title above. */
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
