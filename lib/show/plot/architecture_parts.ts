/**
 * What the architecture figure is described by: the parts of a model, and their places.
 *
 * @module
 */
import type { Bitmap } from "./bitmap.ts";

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

/** A place on the figure, in pixels from its top left corner. */
export interface FigurePoint {
  /** To the right. */
  readonly x: number;
  /** Downwards. */
  readonly y: number;
}

/** A stage and its place. */
export interface PlacedStage extends FigurePoint {
  /** What stands here. */
  readonly stage: DrawnStage;
  /** From the symbol's centre (x, y) to its side. */
  readonly halfWidth: number;
  /** The symbol's upper edge. */
  readonly top: number;
  /** Where the words under the symbol start. */
  readonly wordsTop: number;
  /** Where they end. */
  readonly bottom: number;
  /** Its row; 0 is the main path. */
  readonly row: number;
  /** The height at which links run along the top of this row. */
  readonly channel: number;
}

/** A panel and its place. */
export interface PlacedPanel {
  /** What stands here. */
  readonly panel: Panel;
  /** Its left side. */
  readonly left: number;
  /** Its upper edge. */
  readonly top: number;
  /** Its width. */
  readonly width: number;
  /** Its height; panels of one row are equally high. */
  readonly height: number;
}

/** The whole figure. */
export interface FigureLayout {
  /** Width of the figure. */
  readonly width: number;
  /** Height of the figure. */
  readonly height: number;
  /** In the order of the description's rows. */
  readonly panels: readonly PlacedPanel[];
  /** By name. */
  readonly stages: ReadonlyMap<string, PlacedStage>;
}
