/**
 * The architecture figure (F1), drawn from a description of a model's real layers.
 *
 * @module
 */
import { layOut } from "./architecture_layout.ts";
import type {
  Architecture,
  FigureLayout,
  FigurePoint,
  Link,
  PlacedStage,
} from "./architecture_parts.ts";
import { drawArrow, drawPanel, drawStage, drawTitle } from "./architecture_symbols.ts";
import type { Bitmap } from "./bitmap.ts";
import { FONT_FAMILY } from "./style.ts";
import { rasterizeSvg } from "./svg.ts";

/**
 * Draws the figure.
 *
 * @param architecture The panels and links
 * @returns An SVG document on white, as wide as its stages need
 * @throws {RangeError} If a link or `endsUnder` names no stage, or two stages have the same name
 */
export function architectureSvg(architecture: Architecture): string {
  const layout = layOut(architecture);
  const { width, height, panels, stages } = layout;
  const links = architecture.links ?? [];
  const arrows = links.map((link) =>
    drawArrow(route(layout, link, links), link.isOptional, link.label)
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" ` +
    `viewBox="0 0 ${width} ${height}" font-family='${FONT_FAMILY}' text-anchor="middle">` +
    `<rect width="100%" height="100%" fill="white"/>` +
    [...panels.map(drawPanel), ...columnArrows(layout), ...arrows].join("") +
    [...[...stages.values()].map(drawStage), ...panels.map(drawTitle)].join("") + "</svg>";
}

/** Gives the figure as an image, at twice its size by default: crisp on dense screens too. */
export function architectureBitmap(architecture: Architecture, zoom = 2): Bitmap {
  return rasterizeSvg(architectureSvg(architecture), zoom);
}

/** Draws the arrows from every stage of a column to every stage of the next. */
function columnArrows({ panels, stages }: FigureLayout): string[] {
  const isMain = (row = 0) => row === 0;
  const paths = [
    panels.filter(({ panel }) => isMain(panel.row)).map(({ panel }) => panel),
    ...panels.filter(({ panel }) => !isMain(panel.row)).map(({ panel }) => [panel]),
  ];
  return paths.flatMap((path) => {
    const columns = path.flatMap((panel) => panel.columns.map((column) => ({ panel, column })));
    return columns.slice(1).flatMap(({ panel, column }, i) =>
      columns[i]!.column.flatMap((from) =>
        column.map((to) => {
          const [start, end] = [stages.get(from.name)!, stages.get(to.name)!];
          return drawArrow([
            { x: start.x + start.halfWidth + 4, y: start.y },
            { x: end.x - end.halfWidth - 5, y: end.y },
          ], panel.isOptional && columns[i]!.panel !== panel);
        })
      )
    );
  });
}

/** A link's two stages. */
type Ends = readonly [from: PlacedStage, to: PlacedStage];

/**
 * Routes a link to the right along its row, or out of it, along the channel above the lower row,
 * into the fed stage. Links that share a channel or a side of a stage are kept apart.
 */
function route({ stages }: FigureLayout, link: Link, links: readonly Link[]): FigurePoint[] {
  const endsOf = ({ from, to }: Link): Ends => [stages.get(from)!, stages.get(to)!];
  const [start, end] = endsOf(link);
  if (isStraight([start, end])) {
    return [
      { x: start.x + start.halfWidth + 4, y: start.y },
      { x: end.x - end.halfWidth - 5, y: end.y },
    ];
  }
  const bent = links.filter((other) => !isStraight(endsOf(other)));
  const lane = 9 * (bent.indexOf(link) - (bent.length - 1) / 2);
  const channel = Math.max(start.channel, end.channel) + lane;
  const leaves = portOf(start, end, bent.map(endsOf));
  const enters = portOf(end, start, bent.map(endsOf));
  return [
    { x: leaves.x, y: leaves.isAbove ? start.top - 4 : start.bottom + 2 },
    { x: leaves.x, y: channel },
    { x: enters.x, y: channel },
    { x: enters.x, y: enters.isAbove ? end.top - 5 : end.bottom + 5 },
  ];
}

const isStraight = ([from, to]: Ends) => from.row === to.row && from.x < to.x;

/** Finds where a link meets a stage: links on a side are sorted by other end, to cross less. */
function portOf(stage: PlacedStage, other: PlacedStage, links: readonly Ends[]) {
  const meetsAbove = ({ row }: PlacedStage) => row <= stage.row;
  const others = links
    .flatMap(([from, to]) => from === stage ? [to] : to === stage ? [from] : [])
    .filter((another) => meetsAbove(another) === meetsAbove(other))
    .sort((a, b) => a.x - b.x);
  const x = stage.x + 14 * (others.indexOf(other) - (others.length - 1) / 2);
  return { x, isAbove: meetsAbove(other) };
}
