/**
 * Shoes, from the side with the toe to the left as in Fashion-MNIST, and bags.
 *
 * @module
 */
import type { Random } from "@/engine/random.ts";
import { fillCloth, line, strap } from "./cloth.ts";
import { grey, type Pen, type Point, traceCurve } from "./drawing.ts";

/** Samples a smooth curve, for rounded outlines. */
function curve(from: Point, control: Point, to: Point): Point[] {
  return Array.from({ length: 7 }, (_, i): Point => {
    const t = i / 6;
    const mix = (a: number, b: number, c: number) =>
      (1 - t) ** 2 * a + 2 * t * (1 - t) * b + t ** 2 * c;
    return [mix(from[0], control[0], to[0]), mix(from[1], control[1], to[1])];
  });
}

/** Draws a flat shoe with laces and a bright sole. */
export function drawSneaker(pen: Pen, random: Random): void {
  const ground = random.uniform(0.68, 0.76);
  const collar = ground - random.uniform(0.3, 0.38);
  const toe = ground - random.uniform(0.1, 0.14);
  fillCloth(pen, [
    ...curve([0.02, ground], [0.02, toe], [0.25, toe - 0.03]),
    ...curve([0.3, toe - 0.05], [0.5, collar + 0.06], [0.62, collar]),
    ...curve([0.66, collar], [0.8, collar + 0.12], [0.92, collar - 0.02]),
    ...curve([0.96, collar], [1, ground - 0.1], [0.98, ground]),
  ], random);
  for (const x of [0.38, 0.46, 0.54]) {
    const y = toe - 0.02 - (x - 0.3) * 0.5;
    line(pen, [[x - 0.03, y], [x + 0.05, y + 0.08]], 0.6); // laces
  }
  strap(pen, [[0.04, ground], [0.96, ground]], random.uniform(0.05, 0.08), random.uniform(0.7, 1));
}

/** Draws a sole with straps over the foot, sometimes on a high heel. */
export function drawSandal(pen: Pen, random: Random): void {
  const level = random.uniform(0.5, 1);
  const ground = random.uniform(0.7, 0.8);
  const rise = random.uniform() < 0.5 ? random.uniform(0.2, 0.36) : random.uniform(0, 0.06);
  const sole: Point[] = [[0.03, ground], [0.3, ground], [0.68, ground - 0.8 * rise], [
    0.96,
    ground - rise,
  ]];
  pen.beginPath();
  traceCurve(pen, sole);
  pen.strokeStyle = grey(level);
  pen.lineWidth = random.uniform(0.05, 0.09);
  pen.stroke();
  strap(pen, [[0.93, ground - rise], [0.95, ground + 0.02]], 0.05, level); // heel
  const width = random.uniform(0.03, 0.07);
  const back = ground - rise;
  strap(pen, curve([0.1, ground], [0.2, ground - 0.26], [0.4, ground - 0.1 * rise]), width, level);
  strap(pen, curve([0.2, ground], [0.34, ground - 0.3], [0.48, ground - 0.4 * rise]), width, level);
  if (random.uniform() < 0.7) {
    strap(
      pen,
      curve([0.62, back + 0.1 * rise], [0.7, back - 0.3], [0.97, back - 0.18]),
      width,
      level,
    );
    strap(pen, [[0.95, back - 0.18], [0.95, back]], width, level);
  }
}

/** Draws an ankle-high shoe with a heel. */
export function drawAnkleBoot(pen: Pen, random: Random): void {
  const top = random.uniform(0.04, 0.22);
  const ground = random.uniform(0.86, 0.93);
  const shaft = random.uniform(0.44, 0.52);
  const heel = random.uniform(0.02, 0.12);
  fillCloth(
    pen,
    [
      [shaft, top],
      [0.9, top - 0.02],
      ...curve([0.9, 0.5], [0.97, 0.7], [0.94, ground]),
      [0.72, ground],
      [0.68, ground - heel],
      ...curve([0.4, ground - 0.3 * heel], [0.2, ground], [0.04, ground]),
      ...curve([0.03, ground - 0.1], [0.08, ground - 0.2], [0.28, ground - 0.24]),
      ...curve([0.34, ground - 0.27], [shaft - 0.02, ground - 0.36], [shaft, 0.4]),
    ],
    random,
    { stripes: false },
  );
  line(pen, [[0.05, ground - 0.05], [0.92, ground - 0.05]], 0.5); // sole
  if (random.uniform() < 0.5) line(pen, [[0.7, top], [0.7, ground - 0.3]], 0.4); // zip or elastic
}

/** Draws a bag with a handle or a long strap. */
export function drawBag(pen: Pen, random: Random): void {
  const half = random.uniform(0.36, 0.47);
  const top = random.uniform(0.36, 0.48);
  const bottom = random.uniform(0.84, 0.96);
  const flare = random.uniform(-0.02, 0.08);
  const level = random.uniform(0.4, 0.95);
  const reach = random.uniform(0.14, half - 0.08);
  const handle = curve([0.5 - reach, top + 0.02], [0.5, -top], [0.5 + reach, top + 0.02]);
  strap(pen, handle, random.uniform(0.035, 0.06), level);
  fillCloth(
    pen,
    [
      [0.5 - half + flare, top],
      [0.5 + half - flare, top],
      [0.5 + half, bottom],
      [0.5 - half, bottom],
    ],
    random,
    { level },
  );
  if (random.uniform() < 0.6) {
    const flap = top + random.uniform(0.12, 0.26);
    line(pen, [[0.5 - half, flap], [0.5 + half, flap]], 0.5);
    strap(pen, [[0.5, flap], [0.5, flap + 0.03]], 0.05, 1); // clasp
  }
}
