/**
 * Maps of points, coloured by series.
 *
 * @module
 */
import * as Plot from "@observablehq/plot";
import { drawChart, heading, legend, ZOOM } from "./chart.ts";
import { above, beside, type Bitmap, framed } from "./bitmap.ts";
import { CLASS_COLOURS, GAP, INK, MARGIN, RULE, SERIES_COLOURS } from "./style.ts";
import { rasterizeSvg } from "./svg.ts";

/** One point. */
export interface ScatterPoint {
  /** To the right. */
  readonly x: number;
  /** Upwards. */
  readonly y: number;
  /** Its series; a point without one is drawn grey, behind the others. */
  readonly series?: string | undefined;
}

/** Maps beside each other, with one legend. */
export interface ScatterRow {
  /** The meaning of the colours, such as "digits by class". */
  readonly title: string;
  /** Series in the order of their colours, at most ten. */
  readonly series: readonly string[];
  /** The points of each map, by its title; all with the same series. */
  readonly maps: Readonly<Record<string, readonly ScatterPoint[]>>;
}

/** Width and height of a map, in pixels of the page, and of the text above it. */
const SIDE = 420;
const TITLE = 28;
/** Margin inside a map's frame, which names must not cross. */
const INSET = 24;
/** Height and width of a name, the latter per letter. */
const NAME_HEIGHT = 14;
const LETTER_WIDTH = 7;
/** Height of a legend, whose text hangs from its lower edge. */
const LEGEND = 56;

/**
 * Draws maps of points, one row per colouring. Each series is also named at the median of its
 * points. Axes have no ticks: on such maps only neighbourhood means something.
 *
 * @param rows From top to bottom, at least one, all with the same number of maps
 * @throws {RangeError} If a row has more series than there are colours
 */
export function scatterMaps(rows: readonly ScatterRow[]): Bitmap {
  const bitmaps = rows.map((row) => {
    const colour = { domain: [...row.series], range: coloursOf(row) };
    const maps = Object.entries(row.maps)
      .map(([title, points]) => mapBitmap(title, points, row.series, colour));
    const width = maps.length * SIDE + (maps.length - 1) * GAP;
    return above([legendBitmap(row, colour, width), beside(maps, { gap: GAP * ZOOM })], {
      align: "start",
    });
  });
  return framed(above(bitmaps, { gap: GAP * ZOOM, align: "start" }), MARGIN * ZOOM);
}

interface ColourScale {
  readonly domain: string[];
  readonly range: string[];
}

function coloursOf({ title, series }: ScatterRow): string[] {
  if (series.length > CLASS_COLOURS.length) {
    throw new RangeError(
      `Cannot draw a map: "${title}" must have at most ${CLASS_COLOURS.length} series, ` +
        `got ${series.length}`,
    );
  }
  const colours = series.length <= SERIES_COLOURS.length ? SERIES_COLOURS : CLASS_COLOURS;
  return colours.slice(0, series.length);
}

function legendBitmap({ title, series }: ScatterRow, color: ColourScale, width: number): Bitmap {
  const svg = drawChart({
    width,
    height: LEGEND,
    margin: 0,
    marginTop: LEGEND - 1,
    axis: null,
    color,
    marks: [heading(title, 0, -40), legend(series, -16)],
  });
  return rasterizeSvg(svg, ZOOM);
}

function mapBitmap(
  title: string,
  points: readonly ScatterPoint[],
  series: readonly string[],
  color: ColourScale,
): Bitmap {
  const others = points.filter((point) => point.series === undefined);
  const coloured = points.filter((point) => point.series !== undefined);
  const names = spread(series.flatMap((name) => namePlace(name, coloured)), points);
  const svg = drawChart({
    width: SIDE,
    height: SIDE + TITLE,
    margin: 1,
    marginTop: TITLE,
    inset: INSET,
    x: { axis: null },
    y: { axis: null },
    color,
    marks: [
      Plot.frame({ stroke: RULE }),
      heading(title, 0, -14),
      Plot.dot(others, { x: "x", y: "y", r: 1.4, fill: RULE }),
      Plot.dot(coloured, { x: "x", y: "y", r: 1.8, fill: "series", fillOpacity: 0.75 }),
      Plot.text(names, {
        x: "x",
        y: "y",
        text: "series",
        fill: INK,
        stroke: "white",
        strokeWidth: 4,
        fontWeight: 600,
      }),
    ],
  });
  return rasterizeSvg(svg, ZOOM);
}

/** Moves names down that would overlap others. */
function spread(names: readonly ScatterPoint[], points: readonly ScatterPoint[]): ScatterPoint[] {
  const extent = (values: number[]) => Math.max(...values) - Math.min(...values);
  const room = SIDE - 2 * INSET;
  const [across, up] = [extent(points.map(({ x }) => x)), extent(points.map(({ y }) => y))];
  const placed: ScatterPoint[] = [];
  for (const name of names.toSorted((a, b) => b.y - a.y)) {
    let y = name.y;
    for (const other of placed.toSorted((a, b) => b.y - a.y)) {
      const letters = (name.series!.length + other.series!.length) / 2;
      const isBeside = Math.abs(name.x - other.x) / across * room > letters * LETTER_WIDTH;
      if (!isBeside) y = Math.min(y, other.y - NAME_HEIGHT / room * up);
    }
    placed.push({ ...name, y });
  }
  return placed;
}

/** Gives the position of a series' name, or nothing if it has no points. */
function namePlace(series: string, points: readonly ScatterPoint[]): ScatterPoint[] {
  const own = points.filter((point) => point.series === series);
  if (own.length === 0) return [];
  const median = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1]!;
  return [{ series, x: median(own.map(({ x }) => x)), y: median(own.map(({ y }) => y)) }];
}
