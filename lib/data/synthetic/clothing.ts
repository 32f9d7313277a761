/**
 * Clothing, shoes and bags in the ten classes of Fashion-MNIST: outlines filled with cloth.
 *
 * @module
 */
import type { Random } from "@/engine/random.ts";
import { fillCloth, line, type Outline, strap, symmetric } from "./cloth.ts";
import type { Pen, Point } from "./drawing.ts";
import { drawAnkleBoot, drawBag, drawSandal, drawSneaker } from "./accessories.ts";

/** In the order of Fashion-MNIST's labels. */
const GARMENTS: readonly ((pen: Pen, random: Random) => void)[] = [
  drawTShirt,
  drawTrouser,
  drawPullover,
  drawDress,
  drawCoat,
  drawSandal,
  drawShirt,
  drawSneaker,
  drawBag,
  drawAnkleBoot,
];

/** Draws an item of class `label`: clothing from the front, shoes from the side. */
export function drawGarment(pen: Pen, label: number, random: Random): void {
  pen.lineJoin = "round";
  pen.lineCap = "round";
  GARMENTS[label]!(pen, random);
}

/** Dimensions of a top with sleeves, as fractions of the image; widths are from the middle. */
interface Top {
  readonly neck: number;
  readonly shoulder: number;
  readonly chest: number;
  readonly hem: number;
  readonly bottom: number;
  /** The outer corner of the sleeve's end. */
  readonly cuff: Point;
  readonly cuffWidth: number;
}

function topOutline({ neck, shoulder, chest, hem, bottom, cuff, cuffWidth }: Top): Outline {
  return symmetric([
    [0, 0.09],
    [neck, 0.04],
    [shoulder, 0.09],
    cuff,
    [cuff[0] - cuffWidth, cuff[1] + 0.035],
    [chest, 0.32],
    [hem, bottom],
    [0, bottom + 0.015],
  ]);
}

function drawTShirt(pen: Pen, random: Random): void {
  const chest = random.uniform(0.22, 0.28);
  const reach = random.uniform(0.13, 0.19);
  const outline = topOutline({
    neck: random.uniform(0.08, 0.14),
    shoulder: chest + 0.01,
    chest,
    hem: chest + random.normal(0.005, 0.015),
    bottom: random.uniform(0.9, 0.98),
    cuff: [chest + reach, random.uniform(0.26, 0.36)],
    cuffWidth: reach - 0.03,
  });
  fillCloth(pen, outline, random);
}

/** A top whose long sleeves hang beside the body, as on a hanger. */
function longSleeved(random: Random, bottom: number): Top {
  const chest = random.uniform(0.2, 0.25);
  return {
    neck: random.uniform(0.07, 0.12),
    shoulder: chest + 0.02,
    chest,
    hem: chest + random.normal(0.01, 0.012),
    bottom,
    cuff: [chest + random.uniform(0.16, 0.22), random.uniform(0.74, 0.88)],
    cuffWidth: random.uniform(0.08, 0.11),
  };
}

function drawPullover(pen: Pen, random: Random): void {
  const top = longSleeved(random, random.uniform(0.86, 0.95));
  fillCloth(pen, topOutline(top), random);
  const waistband = top.bottom - 0.06;
  line(pen, [[0.5 - top.hem, waistband], [0.5 + top.hem, waistband]], 0.3);
}

function drawCoat(pen: Pen, random: Random): void {
  const top = longSleeved(random, random.uniform(0.94, 0.98));
  fillCloth(pen, topOutline(top), random);
  line(pen, [[0.5, 0.3], [0.5, top.bottom]], 0.85); // the opening
  line(pen, [[0.5 - top.neck, 0.05], [0.5, 0.32], [0.5 + top.neck, 0.05]], 0.75); // lapels
}

function drawShirt(pen: Pen, random: Random): void {
  const isShort = random.uniform() < 0.3;
  const long = longSleeved(random, random.uniform(0.9, 0.97));
  const top = isShort
    ? { ...long, cuff: [long.chest + 0.14, 0.4] as const, cuffWidth: 0.11 }
    : long;
  fillCloth(pen, topOutline(top), random, { stripes: random.uniform() < 0.6 });
  line(pen, [[0.5 - top.neck, 0.05], [0.5, 0.15], [0.5 + top.neck, 0.05]], 0.6); // collar
  line(pen, [[0.5, 0.16], [0.5, top.bottom]], 0.45); // buttons
}

function drawDress(pen: Pen, random: Random): void {
  const waist = random.uniform(0.09, 0.13);
  const hem = waist + random.uniform(0.04, 0.14);
  const hasSleeves = random.uniform() < 0.4;
  const strapSide = random.uniform(0.05, 0.08);
  const outline = symmetric([
    [0, random.uniform(0.1, 0.16)],
    [strapSide, 0.02],
    [strapSide + 0.06, 0.03],
    ...(hasSleeves ? [[waist + 0.1, 0.26], [waist + 0.05, 0.29]] as const : []),
    [waist + 0.015, 0.2],
    [waist, 0.38],
    [hem, 0.97],
    [0, 0.985],
  ]);
  fillCloth(pen, outline, random);
  if (random.uniform() < 0.5) line(pen, [[0.5 - waist, 0.39], [0.5 + waist, 0.39]], 0.5); // belt
}

function drawTrouser(pen: Pen, random: Random): void {
  const waist = random.uniform(0.12, 0.16);
  const leg = random.uniform(0.09, 0.13);
  const spread = random.uniform(0.02, 0.06);
  const outline = symmetric([
    [0, 0.025],
    [waist, 0.02],
    [waist + 0.02, 0.2],
    [spread + leg, 0.98],
    [spread, 0.98],
    [0, random.uniform(0.28, 0.38)],
  ]);
  fillCloth(pen, outline, random);
  strap(pen, [[0.5 - waist, 0.05], [0.5 + waist, 0.05]], 0.035, random.uniform(0.4, 0.9));
}
