/**
 * What all charts by Observable Plot share: style, document and legend.
 *
 * @module
 */
import * as Plot from "@observablehq/plot";
import { Window } from "happy-dom";
import { FONT_FAMILY, FONT_SIZE, INK, RULE } from "./style.ts";

/** Pixels per unit of a chart when it becomes an image: crisp on dense screens too. */
export const ZOOM = 2;

const TEXT_SIZE = FONT_SIZE - 1;

/** Draws a chart as an SVG document. */
export function drawChart(options: Plot.PlotOptions): string {
  const style = {
    fontFamily: FONT_FAMILY,
    fontSize: `${TEXT_SIZE}px`,
    color: INK,
    background: "white",
  };
  const chart = Plot.plot({ document: chartDocument(), style, ...options });
  chart.setAttribute("xmlns", "http://www.w3.org/2000/svg"); // required in a standalone document
  return chart.outerHTML;
}

/**
 * Names series in a row above the frame, each in its colour of the chart's scale; widths are
 * measured in the typeface.
 *
 * @param names The series
 * @param dy Offset above the frame, in pixels, < 0
 * @param dx Offset to the right of the frame's left edge
 */
export function legend(names: readonly string[], dy = -34, dx = 0): Plot.Markish {
  let left = dx;
  return names.map((name) => {
    const place = { frameAnchor: "top-left", dx: left, dy } as const;
    left += 34 + name.length * TEXT_SIZE * 0.55;
    return [
      Plot.text([`●  ${name}`], {
        ...place,
        fill: () => name,
        textAnchor: "start",
        fontWeight: 600,
      }),
    ];
  });
}

/** Gives a line of bold text above the frame. */
export function heading(text: string, dx: number, dy = -18): Plot.Markish {
  const place = { frameAnchor: "top-left", textAnchor: "start", dx, dy } as const;
  return Plot.text([text], { ...place, fill: INK, fontWeight: 600 });
}

/**
 * Gives round numbers for a logarithmic axis: powers of ten, then also 2 and 5 times them, then
 * with more digits: the first choice that gives at least three.
 *
 * @param domain The ends of the axis, > 0
 */
export function logTicks([low, high]: readonly [number, number]): number[] {
  const digits = [[1], [1, 2, 5], [1, 2, 3, 4, 6, 8], [1, 2, 3, 4, 5, 6, 7, 8, 9]];
  const ticks = digits.map((leading) => {
    const exponents = Array.from(
      { length: Math.floor(Math.log10(high)) - Math.floor(Math.log10(low)) + 1 },
      (_, i) => Math.floor(Math.log10(low)) + i,
    );
    return exponents.flatMap((exponent) => leading.map((digit) => Number(`${digit}e${exponent}`)))
      .filter((tick) => tick >= low && tick <= high);
  });
  return ticks.find((some) => some.length >= 3) ?? ticks.at(-1)!;
}

/** Gives the ticks of a vertical axis with their rules: Plot omits some of a logarithmic one. */
export function horizontalRules(ticks: readonly number[]): Plot.Markish {
  return [
    Plot.ruleY(ticks, { stroke: RULE }),
    Plot.text(ticks, {
      y: (tick) => tick,
      text: (tick) => tick.toLocaleString("en-US", { maximumSignificantDigits: 6 }),
      frameAnchor: "left",
      textAnchor: "end",
      dx: -8,
    }),
  ];
}

let chartWindow: Window | undefined;

/** Gives the one document of all charts, made lazily because that takes a quarter of a second. */
function chartDocument(): Document {
  chartWindow ??= new Window();
  return chartWindow.document as unknown as Document;
}
