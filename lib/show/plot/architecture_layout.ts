/**
 * Positions of the parts of the architecture figure.
 *
 * @module
 */
import type {
  Architecture,
  DrawnStage,
  FigureLayout,
  Panel,
  PlacedPanel,
  PlacedStage,
} from "./architecture_parts.ts";
import {
  labelLines,
  LINE_HEIGHT,
  lineWidth,
  symbolSize,
  titleWidth,
} from "./architecture_symbols.ts";
import { MARGIN } from "./style.ts";

const PADDING = 12;
const PANEL_GAP = 16;
const COLUMN_GAP = 18;
const STACK_GAP = 12;
const TITLE_HEIGHT = 34;
const ROW_GAP = 48;

/** A row's position: the top of its panels, and the heights shared by its single stages. */
interface Row {
  readonly index: number;
  readonly top: number;
  readonly height: number;
  /** The line that runs through the symbols of single stages. */
  readonly axis: number;
  /** Top of the text under them. */
  readonly wordsTop: number;
}

/** Positions every panel and stage: the main path from left to right, other rows below it. */
export function layOut({ panels, links = [] }: Architecture): FigureLayout {
  const placedPanels: PlacedPanel[] = [];
  const stages = new Map<string, PlacedStage>();
  const rowCount = Math.max(...panels.map(({ row = 0 }) => row)) + 1;
  let top = MARGIN;
  for (let index = 0; index < rowCount; index++) {
    const members = panels.filter((panel) => (panel.row ?? 0) === index);
    const row = rowOf(index, top, members.flatMap(({ columns }) => columns));
    let left = MARGIN;
    for (const panel of members) {
      if (panel.endsUnder !== undefined) {
        const above = requireStage(stages, panel.endsUnder, "endsUnder");
        left = Math.max(left, above.x - columnCentres(panel).at(-1)!);
      }
      const width = panelWidth(panel);
      placedPanels.push({ panel, left, top, width, height: row.height });
      columnCentres(panel).forEach((centre, i) =>
        placeColumn(panel.columns[i]!, left + centre, row, stages)
      );
      left += width + PANEL_GAP;
    }
    top += row.height + ROW_GAP;
  }
  for (const { from, to } of links) {
    requireStage(stages, from, "a link's from");
    requireStage(stages, to, "a link's to");
  }
  const width = Math.max(...placedPanels.map((placed) => placed.left + placed.width)) + MARGIN;
  return {
    width: Math.ceil(width),
    height: Math.ceil(top - ROW_GAP + MARGIN),
    panels: placedPanels,
    stages,
  };
}

/** Measures a row. Single stages share an axis and the height of their text; stacks are centred. */
function rowOf(index: number, top: number, columns: readonly (readonly DrawnStage[])[]): Row {
  const singles = columns.filter((column) => column.length === 1).map(([stage]) => stage!);
  const symbols = Math.max(0, ...singles.map((stage) => symbolSize(stage).height));
  const words = Math.max(0, ...singles.map(wordsHeight));
  const content = Math.max(symbols + words, ...columns.map(stackHeight));
  const axis = top + TITLE_HEIGHT + (content - symbols - words) / 2 + symbols / 2;
  const height = TITLE_HEIGHT + content + PADDING;
  return { index, top, height, axis, wordsTop: axis + symbols / 2 };
}

function placeColumn(
  column: readonly DrawnStage[],
  x: number,
  row: Row,
  stages: Map<string, PlacedStage>,
): void {
  const isSingle = column.length === 1;
  const room = row.height - TITLE_HEIGHT - PADDING - stackHeight(column);
  let top = isSingle
    ? row.axis - symbolSize(column[0]!).height / 2
    : row.top + TITLE_HEIGHT + room / 2;
  for (const stage of column) {
    if (stages.has(stage.name)) {
      throw new RangeError(
        `Cannot draw the architecture: stage names must be unique, got two stages named ` +
          stage.name,
      );
    }
    const { width, height } = symbolSize(stage);
    const wordsTop = isSingle ? row.wordsTop : top + height;
    const bottom = wordsTop + wordsHeight(stage);
    const [y, halfWidth, channel] = [top + height / 2, width / 2, row.top - ROW_GAP / 2];
    const place = { x, y, halfWidth, top, wordsTop, bottom, row: row.index, channel };
    stages.set(stage.name, { stage, ...place });
    top = bottom + STACK_GAP;
  }
}

function wordsHeight(stage: DrawnStage): number {
  return LINE_HEIGHT * labelLines(stage).length + 4;
}

function stackHeight(column: readonly DrawnStage[]): number {
  const heights = column.map((stage) => symbolSize(stage).height + wordsHeight(stage));
  return heights.reduce((sum, height) => sum + height + STACK_GAP, -STACK_GAP);
}

function columnWidth(column: readonly DrawnStage[]): number {
  return Math.max(
    ...column.map((stage) => symbolSize(stage).width),
    ...column.flatMap((stage) => labelLines(stage).map(lineWidth)),
  );
}

/** Gives the middle of each column, from the panel's left side. */
function columnCentres({ columns }: Panel): number[] {
  let left = PADDING;
  return columns.map((column) => {
    const width = columnWidth(column);
    left += width + COLUMN_GAP;
    return left - COLUMN_GAP - width / 2;
  });
}

function panelWidth({ columns, title }: Panel): number {
  const widths = columns.map((column) => columnWidth(column) + COLUMN_GAP);
  const content = widths.reduce((sum, width) => sum + width, 2 * PADDING - COLUMN_GAP);
  return Math.max(content, titleWidth(title) + 2 * PADDING);
}

function requireStage(
  stages: ReadonlyMap<string, PlacedStage>,
  name: string,
  role: string,
): PlacedStage {
  const stage = stages.get(name);
  if (!stage) {
    throw new RangeError(
      `Cannot draw the architecture: ${role} must name one of ${[...stages.keys()].join(", ")}, ` +
        `got ${name}`,
    );
  }
  return stage;
}
