/**
 * Digits that look handwritten: skeletons of a few strokes, randomly bent, slanted and inked.
 *
 * @module
 */
import type { Random } from "@/engine/random.ts";
import { type Pen, type Point, traceCurve } from "./drawing.ts";

/**
 * Variants of each digit. A variant is a text: smooth strokes separated by `/`, each through points
 * `x,y` of a box from 0,0 at the top left to 100,100 at the bottom right.
 */
const SKELETONS: readonly (readonly string[])[] = [
  [
    "50,0 18,20 10,55 25,92 55,100 85,75 88,35 70,6 50,0",
  ],
  [
    "50,0 50,50 50,100",
    "30,20 40,13 52,0 / 52,0 50,50 50,100",
    "28,22 52,0 / 52,0 50,50 50,100 / 25,100 75,100",
  ],
  [
    "14,25 30,4 60,2 78,22 65,52 35,80 12,100 / 12,100 50,98 90,98",
    "16,22 45,0 76,20 66,55 30,92 12,88 25,74 55,90 92,95",
  ],
  [
    "15,12 45,0 76,16 68,38 40,47 / 40,47 74,54 85,76 62,97 35,100 10,86",
    "15,4 80,2 / 80,2 45,42 / 45,42 78,52 84,78 55,100 12,92",
  ],
  [
    "20,0 12,30 12,52 / 12,52 50,55 90,50 / 76,0 72,50 68,100",
    "62,0 35,35 6,66 / 6,66 50,66 95,64 / 66,0 66,50 64,100",
  ],
  [
    "82,2 28,3 / 28,3 22,42 / 22,42 50,36 80,50 82,78 55,100 14,92",
  ],
  [
    "72,2 40,20 16,58 24,90 52,100 78,84 76,60 50,50 20,66",
    "45,0 20,40 15,78 40,100 72,90 76,66 55,52 20,68",
  ],
  [
    "10,6 50,6 88,2 / 88,2 60,45 42,100",
    "10,6 88,2 / 88,2 62,45 44,100 / 36,50 82,48",
    "10,24 12,5 / 12,5 86,3 / 86,3 62,40 50,100",
  ],
  [
    "55,46 24,30 28,6 55,0 78,12 72,32 50,48 20,68 22,92 50,100 78,90 76,66 55,46",
    "50,0 24,10 28,36 50,46 74,34 76,10 50,0 / 50,46 20,64 22,90 50,100 80,90 80,64 50,46",
  ],
  [
    "80,20 55,0 24,12 20,38 45,50 74,36 80,20 / 80,20 77,60 70,100",
    "76,14 48,0 20,18 26,44 56,46 78,20 / 78,20 80,62 62,96 30,96",
  ],
];

/** Side of a digit's box: 20 of 28 pixels, as in MNIST. */
const BOX = 20 / 28;

/** Draws the digit `label`, white on black. */
export function drawDigit(pen: Pen, label: number, random: Random): void {
  const variants = SKELETONS[label]!;
  const skeleton = variants[random.integer(variants.length)]!;
  const bend = bending(random);
  placeBox(pen, random);
  pen.lineWidth = random.uniform(1.7, 3.6) / 20;
  pen.lineCap = "round";
  pen.lineJoin = "round";
  pen.strokeStyle = "white";
  pen.beginPath();
  for (const stroke of skeleton.split(" / ")) {
    traceCurve(pen, stroke.split(" ").map((point) => bend(readPoint(point))));
  }
  pen.stroke();
}

/** Reads `x,y` in hundredths of the box. */
function readPoint(text: string): Point {
  const [x, y] = text.split(",").map((number) => Number(number) / 100) as [number, number];
  return [x, y];
}

/** Maps the pen's unit square to a randomly slanted, rotated and scaled box near the centre. */
function placeBox(pen: Pen, random: Random): void {
  pen.translate(0.5 + random.normal(0, 0.015), 0.5 + random.normal(0, 0.015));
  pen.rotate(random.normal(0, 0.06));
  pen.transform(1, 0, -random.normal(0.12, 0.16), 1, 0, 0); // slant, mostly to the right
  pen.scale(BOX * random.uniform(0.8, 1.1), BOX * random.uniform(0.9, 1.02));
  pen.translate(-0.5, -0.5);
}

/**
 * Returns a smooth random displacement field: unlike independent shifts, it keeps strokes that meet
 * together.
 */
function bending(random: Random): (point: Point) => Point {
  const wave = () => ({
    x: random.uniform(-4, 4),
    y: random.uniform(-4, 4),
    phase: random.uniform(0, 2 * Math.PI),
    height: random.normal(0, 0.04),
  });
  const waves = { x: [wave(), wave()], y: [wave(), wave()] };
  return ([x, y]) => {
    const shift = (axis: "x" | "y") =>
      waves[axis].reduce((sum, w) => sum + w.height * Math.sin(w.x * x + w.y * y + w.phase), 0);
    return [x + shift("x"), y + shift("y")];
  };
}
