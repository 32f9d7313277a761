/**
 * The building blocks of clothing: outlines filled with shaded, sometimes striped cloth, seams and
 * straps.
 *
 * @module
 */
import type { Random } from "@/engine/random.ts";
import { grey, type Pen, type Point } from "./drawing.ts";

/** The corners of a closed shape. */
export type Outline = readonly Point[];

/** How a piece of cloth looks; random by default. */
export interface Cloth {
  /** Brightness from 0 black to 1 white. */
  readonly level?: number;
  /** Whether it has stripes. */
  readonly stripes?: boolean;
}

/** Mirrors the right half of an outline, given as (distance from the middle, y) from the top. */
export function symmetric(half: readonly Point[]): Outline {
  const right = half.map(([x, y]): Point => [0.5 + x, y]);
  const left = half.map(([x, y]): Point => [0.5 - x, y]);
  return [...right, ...left.reverse()];
}

/** Fills an outline: darker towards one side, with a few folds and perhaps stripes. */
export function fillCloth(pen: Pen, outline: Outline, random: Random, cloth: Cloth = {}): void {
  const { level = random.uniform(0.4, 0.95), stripes = random.uniform() < 0.15 } = cloth;
  pen.save();
  pen.beginPath();
  for (const point of outline) pen.lineTo(...point);
  pen.closePath();
  pen.clip();
  const shade = pen.createLinearGradient(0.1, 0, 0.9, 0);
  shade.addColorStop(0, grey(level * random.uniform(0.6, 1)));
  shade.addColorStop(random.uniform(0.35, 0.65), grey(level * 1.08));
  shade.addColorStop(1, grey(level * random.uniform(0.6, 1)));
  pen.fillStyle = shade;
  pen.fillRect(0, 0, 1, 1);
  if (stripes) drawStripes(pen, random);
  for (let fold = random.integer(3); fold > 0; fold--) {
    const x = random.uniform(0.3, 0.7);
    line(pen, [[x, random.uniform(0.2, 0.5)], [x + random.normal(0, 0.05), 0.95]], 0.2);
  }
  pen.restore();
}

function drawStripes(pen: Pen, random: Random): void {
  const pitch = random.uniform(0.1, 0.2);
  const isAcross = random.uniform() < 0.6;
  for (let at = random.uniform(0, pitch); at < 1; at += pitch) {
    line(pen, isAcross ? [[0, at], [1, at]] : [[at, 0], [at, 1]], 0.45);
  }
}

/** Draws a dark line one pixel wide: a seam, a fold, an opening. */
export function line(pen: Pen, points: readonly Point[], darkness: number): void {
  pen.beginPath();
  for (const point of points) pen.lineTo(...point);
  pen.lineWidth = 1 / 28;
  pen.strokeStyle = `rgba(0, 0, 0, ${darkness})`;
  pen.stroke();
}

/** Draws a bright band of a given width: a strap, a handle, a sole. */
export function strap(pen: Pen, points: readonly Point[], width: number, level: number): void {
  pen.beginPath();
  for (const point of points) pen.lineTo(...point);
  pen.lineWidth = width;
  pen.strokeStyle = grey(level);
  pen.stroke();
}
