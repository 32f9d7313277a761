/**
 * Solids of the six ModelNet40 categories that the paper uses, with random dimensions.
 *
 * All face the viewer at azimuth 0, as ModelNet's objects do in our axes, and stay within radius 1
 * of the vertical axis, so that no rotation pushes a part out of the image.
 *
 * @module
 */
import type { Random } from "@/engine/random.ts";
import {
  box,
  capsule,
  ellipsoid,
  frustum,
  type Place,
  type Primitive,
  prism,
  ring,
} from "./primitives.ts";

/** Half the thinnest part: thinner ones could fall between the cells of a 28^3 grid. */
const THIN = 0.055;

/** A way to build one category. */
export interface SolidKind {
  /** ModelNet40's name for it. */
  readonly name: string;
  /** Makes the bodies of one object. */
  readonly build: (random: Random) => Primitive[];
}

/** The categories in the order of their labels. */
export const SOLID_KINDS: readonly SolidKind[] = [
  { name: "chair", build: buildChair },
  { name: "car", build: buildCar },
  { name: "cup", build: buildCup },
  { name: "bowl", build: buildBowl },
  { name: "person", build: buildPerson },
  { name: "airplane", build: buildAirplane },
];

function buildChair(random: Random): Primitive[] {
  const half = random.uniform(0.4, 0.56);
  const depth = random.uniform(0.4, 0.54);
  const seat = random.uniform(-0.25, 0);
  const leg = random.uniform(THIN, 0.09);
  const splay = random.uniform(0, 0.1);
  const corners: [number, number][] = [[-1, -1], [1, -1], [-1, 1], [1, 1]];
  const legs = corners.map(([x, z]) =>
    capsule(
      [x * (half - leg - splay), seat, z * (depth - leg - splay)],
      [x * (half - leg), -0.9, z * (depth - leg)],
      leg,
    )
  );
  const back = random.uniform(0.55, 0.92);
  const parts = [
    ...legs,
    box([-half, seat, -depth], [half, seat + random.uniform(0.12, 0.2), depth]),
    box([-half, seat, depth - random.uniform(0.13, 0.18)], [half, back, depth]),
  ];
  if (random.uniform() < 0.35) {
    const rest = seat + random.uniform(0.3, 0.42);
    for (const side of [-1, 1]) {
      const x = side * (half - THIN);
      parts.push(capsule([x, rest, depth], [x, rest, -0.7 * depth], 0.07));
      parts.push(capsule([x, rest, -0.7 * depth], [x, seat, -0.7 * depth], THIN));
    }
  }
  return parts;
}

function buildCar(random: Random): Primitive[] {
  const half = random.uniform(0.3, 0.38);
  const length = random.uniform(0.78, 0.88);
  const [floor, waist, roof] = [-0.3, random.uniform(-0.02, 0.06), random.uniform(0.24, 0.38)];
  const [hood, boot] = [random.uniform(-0.42, -0.3), random.uniform(0.4, 0.76)];
  const side: [number, number][] = [ // (y, z), from the front bumper upwards
    [floor, -length],
    [waist - 0.08, -length],
    [waist, hood],
    [roof, hood + random.uniform(0.18, 0.28)],
    [roof, boot - random.uniform(0.05, 0.2)],
    [waist, boot],
    [waist - 0.03, length],
    [floor, length],
  ];
  const radius = random.uniform(0.16, 0.2);
  const wheels = [-1, 1].flatMap((x) =>
    [-0.52, 0.52].map((z) => wheel([x * (half - 0.04), floor, z], radius))
  );
  return [prism("x", side, -half, half), ...wheels];
}

/** Makes a short cylinder along x. */
function wheel([x, y, z]: Place, radius: number): Primitive {
  return {
    low: [x - 0.08, y - radius, z - radius],
    high: [x + 0.08, y + radius, z + radius],
    contains: (_, cy, cz) => (cy - y) ** 2 + (cz - z) ** 2 <= radius ** 2,
  };
}

function buildCup(random: Random): Primitive[] {
  const [bottom, top] = [random.uniform(-0.75, -0.55), random.uniform(0.5, 0.75)];
  const topRadius = random.uniform(0.42, 0.54);
  const bottomRadius = topRadius * random.uniform(0.65, 1);
  const wall = 0.11;
  const handle = random.uniform(0.2, 0.27);
  const middle = (bottom + top) / 2;
  return [
    ring([(topRadius + bottomRadius) / 2, middle, 0], handle, random.uniform(0.065, 0.085)),
    frustum({ bottom, top, bottomRadius, topRadius }),
    {
      ...frustum({
        bottom: bottom + wall,
        top,
        bottomRadius: bottomRadius - wall,
        topRadius: topRadius - wall,
      }),
      isHole: true,
    },
  ];
}

function buildBowl(random: Random): Primitive[] {
  const radius = random.uniform(0.75, 0.92);
  const depth = random.uniform(0.5, 0.85);
  const rim = depth / 2;
  const wall = random.uniform(0.1, 0.13);
  const foot = radius * random.uniform(0.35, 0.5);
  return [
    ellipsoid([0, rim, 0], [radius, depth, radius]),
    { ...ellipsoid([0, rim, 0], [radius - wall, depth - wall, radius - wall]), isHole: true },
    { ...box([-1, rim, -1], [1, 1, 1]), isHole: true },
    frustum({
      bottom: rim - depth - 0.04,
      top: rim - depth + 0.1,
      bottomRadius: foot,
      topRadius: foot,
    }),
  ];
}

function buildPerson(random: Random): Primitive[] {
  const build = random.uniform(0.85, 1.15);
  const hip = random.uniform(-0.14, 0);
  const shoulder = hip + random.uniform(0.5, 0.58);
  const head = random.uniform(0.12, 0.15);
  const width = 0.2 * build;
  const stance = random.uniform(0.02, 0.16);
  const stride = random.uniform(-0.2, 0.2);
  const raise = random.uniform(0.1, 1.6); // angle of the arms: 0 hangs down, pi / 2 straight out
  const reach = random.uniform(0.5, 0.6);
  const limbs = [-1, 1].flatMap((side) => {
    const swing = side * stride;
    const hand: Place = [
      side * (width + reach * Math.sin(raise)),
      shoulder - 0.06 - reach * Math.cos(raise),
      -swing * 0.5,
    ];
    return [
      capsule([side * width, shoulder - 0.06, 0], hand, 0.075 * build),
      capsule([side * 0.11, hip, 0], [side * (0.11 + stance), -0.86, swing], 0.095 * build),
      capsule(
        [side * (0.11 + stance), -0.88, swing],
        [side * (0.11 + stance), -0.88, swing - 0.14],
        0.075,
      ),
    ];
  });
  return [
    ...limbs,
    ellipsoid([0, (hip + shoulder) / 2, 0], [width * 1.15, (shoulder - hip) * 0.62, 0.15 * build]),
    capsule([0, shoulder, 0], [0, shoulder + 0.14, 0], 0.07),
    ellipsoid([0, shoulder + 0.12 + head, 0], [head, head * 1.15, head]),
  ];
}

function buildAirplane(random: Random): Primitive[] {
  const radius = random.uniform(0.09, 0.13);
  const length = random.uniform(0.74, 0.84);
  const span = random.uniform(0.7, 0.92);
  const sweep = random.uniform(0, 0.35);
  const chord = random.uniform(0.22, 0.32);
  const root = random.uniform(-0.25, -0.1);
  const height = random.uniform(-0.06, 0.04);
  const tail = length - 0.02;
  const fin = random.uniform(0.28, 0.4);
  const parts = [
    capsule([0, 0, -length], [0, 0, length], radius),
    prism(
      "x",
      [[0, tail - 0.3], [fin, tail - 0.05], [fin, tail + 0.1], [0, tail + 0.08]],
      -THIN,
      THIN,
    ),
  ];
  for (const side of [-1, 1]) {
    const wing: [number, number][] = [ // (x, z), from the root to the tip and back
      [0, root],
      [side * span, root + sweep],
      [side * span, root + sweep + chord * 0.4],
      [0, root + chord],
    ];
    const stabiliser: [number, number][] = [
      [0, tail - 0.22],
      [side * 0.34, tail - 0.06],
      [side * 0.34, tail + 0.08],
      [0, tail + 0.06],
    ];
    parts.push(prism("y", wing, height - THIN, height + THIN));
    parts.push(prism("y", stabiliser, 0.05 - THIN, 0.05 + THIN));
    const engine: Place = [side * span * 0.42, height - 0.1, root + sweep * 0.42];
    parts.push(capsule(engine, [engine[0], engine[1], engine[2] + 0.16], 0.075));
  }
  return parts;
}
