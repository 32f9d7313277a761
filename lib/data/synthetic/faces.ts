/**
 * Faces like CelebA's after cropping: from the front, filling the image, on a background of any
 * brightness.
 *
 * @module
 */
import type { Random } from "@/engine/random.ts";
import { grey, type Pen } from "./drawing.ts";

/** Dimensions of a head, as fractions of the image, and its turn. */
interface Head {
  readonly middle: number;
  readonly width: number;
  readonly top: number;
  readonly chin: number;
  readonly skin: number;
  /** Offset of eyes, nose and mouth from the middle: the head looks to one side. */
  readonly turn: number;
}

/** Draws a face, back to front: background, long hair, head, features, fringe. */
export function drawFace(pen: Pen, _: number, random: Random): void {
  const head: Head = {
    middle: random.uniform(0.46, 0.54),
    width: random.uniform(0.29, 0.36),
    top: random.uniform(0.08, 0.16),
    chin: random.uniform(0.9, 0.99),
    skin: random.uniform(0.45, 0.9),
    turn: random.uniform(-0.06, 0.06),
  };
  const hair = random.uniform(0.02, 0.6);
  drawGround(pen, random);
  pen.lineCap = "round";
  if (random.uniform() < 0.55) drawLongHair(pen, head, hair, random);
  drawHead(pen, head, random);
  drawEyes(pen, head, random);
  drawNose(pen, head);
  drawMouth(pen, head, random);
  if (random.uniform() < 0.95) drawFringe(pen, head, hair, random);
}

/** Draws a background gradient between two greys. */
function drawGround(pen: Pen, random: Random): void {
  const ground = pen.createLinearGradient(0, 0, random.uniform(), random.uniform());
  ground.addColorStop(0, grey(random.uniform(0, 0.9)));
  ground.addColorStop(1, grey(random.uniform(0, 0.9)));
  pen.fillStyle = ground;
  pen.fillRect(0, 0, 1, 1);
}

function drawLongHair(pen: Pen, { middle, width, top }: Head, hair: number, random: Random): void {
  const spread = width + random.uniform(0.06, 0.16);
  pen.fillStyle = grey(hair);
  pen.beginPath();
  pen.ellipse(middle, 0.45, spread, 0.45 - top + 0.08, 0, Math.PI, 0);
  pen.lineTo(middle + spread * 1.1, 1);
  pen.lineTo(middle - spread * 1.1, 1);
  pen.fill();
}

/** Draws the head and neck, lit from one side. */
function drawHead(pen: Pen, head: Head, random: Random): void {
  const { middle, width, top, chin, skin } = head;
  pen.fillStyle = grey(skin * 0.6);
  pen.fillRect(middle - width * 0.6, 0.8, width * 1.2, 0.2);
  const light = middle + random.uniform(-1, 1) * width;
  const shade = pen.createRadialGradient(light, 0.4, 0, light, 0.4, 0.75);
  shade.addColorStop(0, grey(skin * 1.1));
  shade.addColorStop(0.5, grey(skin * 0.95));
  shade.addColorStop(1, grey(skin * random.uniform(0.3, 0.7)));
  pen.fillStyle = shade;
  pen.beginPath();
  const cheek = 0.5 + random.uniform(0, 0.06);
  pen.ellipse(middle, cheek, width, cheek - top, 0, Math.PI, 0);
  const jaw = width * random.uniform(0.55, 0.8);
  pen.bezierCurveTo(middle + width, 0.8, middle + jaw, chin, middle, chin);
  pen.bezierCurveTo(middle - jaw, chin, middle - width, 0.8, middle - width, cheek);
  pen.fill();
}

function drawEyes(pen: Pen, { middle, width, skin, turn }: Head, random: Random): void {
  const height = random.uniform(0.4, 0.44);
  const gap = width * random.uniform(0.46, 0.52);
  const open = random.uniform(0.018, 0.04);
  const brow = random.uniform(0.015, 0.035);
  const brows = grey(skin * random.uniform(0.1, 0.6));
  for (const side of [-1, 1]) {
    const x = middle + turn + side * gap;
    fillEllipse(pen, [x, height], [width * 0.3, open + 0.035], skin * 0.7);
    fillEllipse(pen, [x, height], [width * 0.22, open], Math.min(1, skin + 0.1));
    fillEllipse(pen, [x, height], [0.032, Math.min(0.032, open)], 0.05);
    pen.strokeStyle = brows;
    pen.lineWidth = brow;
    pen.beginPath();
    pen.moveTo(x - width * 0.26, height - 0.075);
    pen.quadraticCurveTo(x, height - 0.11, x + width * 0.26, height - 0.075);
    pen.stroke();
  }
}

/** Draws the shadow beside the nose and the nostrils. */
function drawNose(pen: Pen, { middle, skin, turn }: Head): void {
  const x = middle + 1.4 * turn;
  pen.strokeStyle = grey(skin * 0.75);
  pen.lineWidth = 0.03;
  pen.beginPath();
  pen.moveTo(x + 0.035, 0.45);
  pen.lineTo(x + 0.06, 0.62);
  pen.lineTo(x - 0.06, 0.64);
  pen.stroke();
  for (const side of [-1, 1]) {
    fillEllipse(pen, [x + side * 0.035, 0.64], [0.018, 0.012], skin * 0.35);
  }
}

function drawMouth(pen: Pen, { middle, width, skin, turn }: Head, random: Random): void {
  const x = middle + turn;
  const half = width * random.uniform(0.42, 0.58);
  const smile = random.uniform(-0.01, 0.06);
  const height = random.uniform(0.75, 0.79);
  const isOpen = random.uniform() < 0.5;
  pen.fillStyle = grey(isOpen ? 0.95 : skin * 0.5);
  pen.strokeStyle = grey(skin * 0.45);
  pen.lineWidth = 0.03;
  pen.beginPath();
  pen.moveTo(x - half, height - smile);
  pen.quadraticCurveTo(x, height + smile, x + half, height - smile);
  pen.quadraticCurveTo(x, height + smile + 0.1, x - half, height - smile);
  pen.fill();
  pen.stroke();
}

function drawFringe(pen: Pen, { middle, width, top }: Head, hair: number, random: Random): void {
  const line = top + random.uniform(0.06, 0.17);
  const parting = middle + random.uniform(-0.8, 0.8) * width;
  const [left, right] = [middle - width - 0.03, middle + width + 0.03];
  pen.fillStyle = grey(hair);
  pen.beginPath();
  pen.moveTo(left, 0.45);
  pen.bezierCurveTo(left - 0.03, top - 0.15, right + 0.03, top - 0.15, right, 0.45);
  pen.quadraticCurveTo(right - 0.03, line + 0.02, parting, line);
  pen.quadraticCurveTo(left + 0.03, line + 0.02, left, 0.45);
  pen.fill();
}

function fillEllipse(
  pen: Pen,
  [x, y]: readonly [number, number],
  [rx, ry]: readonly [number, number],
  level: number,
): void {
  pen.fillStyle = grey(level);
  pen.beginPath();
  pen.ellipse(x, y, rx, ry, 0, 0, 2 * Math.PI);
  pen.fill();
}
