/**
 * The architecture figure (F1), drawn from a description of a model's real layers.
 *
 * @module
 */
import { type Layout, layOut, type PlacedStage, type Point } from "./architecture_layout.ts";
import { drawArrow, drawPanel, drawStage, drawTitle } from "./architecture_symbols.ts";
import type { Bitmap } from "./bitmap.ts";
import { FONT_FAMILY } from "./style.ts";
import { rasterizeSvg } from "./svg.ts";

/** What a stage does; each kind has a colour of its own. */
export type StageKind =
  | "input"
  | "conv2d"
  | "dense"
  | "sample"
  | "deconv3d"
  | "rotate"
  | "project"
  | "texture"
  | "pose"
  | "discriminator";

/** One layer, or one value that it gives. */
export interface DrawnStage {
  /** Shown under the stage's symbol; unique in the figure, since links go by it. */
  readonly name: string;
  /** What it does. */
  readonly kind: StageKind;
  /**
   * What it gives, without the batch. One number is drawn as a column of cells, two or three
   * (`[H, W]`, `[H, W, C]`) as a slab; rotation and transposed convolution (`[D, H, W]`,
   * `[D, H, W, C]`) as a cube.
   */
  readonly shape: readonly number[];
  /** A few words under the shape, such as an equation. */
  readonly note?: string;
  /** Drawn instead of the symbol, such as a real input or real voxels. */
  readonly bitmap?: Bitmap;
}

/** A part of the model: columns from left to right, each fed by the one before. */
export interface Panel {
  /** The part's name. */
  readonly title: string;
  /** Stages of one column stand above each other and work in parallel. */
  readonly columns: readonly (readonly DrawnStage[])[];
  /** Row 0, the default, is the main path: its panels feed each other. Others stand below. */
  readonly row?: number;
  /** The stage of the main path under which the panel's last column stands; lower rows only. */
  readonly endsUnder?: string;
  /** Drawn dashed: the model also works without. */
  readonly isOptional?: boolean;
}

/** An arrow beyond those from column to column, between rows or along a lower one. */
export interface Link {
  /** The feeding stage. */
  readonly from: string;
  /** The fed stage. */
  readonly to: string;
  /** A few words beside the arrow's head. */
  readonly label?: string;
  /** Drawn dashed: the model also works without. */
  readonly isOptional?: boolean;
}

/**
 * A model, as far as its figure goes. Up to a dozen columns on the main path keep the words legible
 * where the figure is shown 1,000 pixels wide; optional parts, such as the texture, go below.
 */
export interface Architecture {
  /** The parts; those of the main path in order. */
  readonly panels: readonly Panel[];
  /** Arrows beyond those from column to column. */
  readonly links?: readonly Link[];
}

/**
 * Draws the figure.
 *
 * @param architecture The panels and links
 * @returns An SVG document on white, as wide as its stages need
 * @throws {RangeError} If a link or `endsUnder` names no stage, or two stages have one name
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

/** Gives the figure as an image, by default at twice its size: crisp on dense screens too. */
export function architectureBitmap(architecture: Architecture, zoom = 2): Bitmap {
  return rasterizeSvg(architectureSvg(architecture), zoom);
}

/** Draws the arrows from every stage of a column to every stage of the next. */
function columnArrows({ panels, stages }: Layout): string[] {
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
 * Leads a link to the right along its row; or out of it, along the channel above the lower row, and
 * into the fed stage. Links that share a channel, or one side of a stage, keep apart.
 */
function route({ stages }: Layout, link: Link, links: readonly Link[]): Point[] {
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

/** Finds where a link meets a stage: all of a side in the order of their other ends, to cross less. */
function portOf(stage: PlacedStage, other: PlacedStage, links: readonly Ends[]) {
  const meetsAbove = ({ row }: PlacedStage) => row <= stage.row;
  const others = links
    .flatMap(([from, to]) => from === stage ? [to] : to === stage ? [from] : [])
    .filter((another) => meetsAbove(another) === meetsAbove(other))
    .sort((a, b) => a.x - b.x);
  const x = stage.x + 14 * (others.indexOf(other) - (others.length - 1) / 2);
  return { x, isAbove: meetsAbove(other) };
}
