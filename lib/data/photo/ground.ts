/**
 * The ground of a photograph, from its border, and what stands out from it.
 *
 * @module
 */
import { lumaOfChannels, type Photograph } from "./scaled.ts";
import { fitSurfaces, type Surface, type SurfacePoints } from "./surface_fit.ts";

/** Width of the border, as a share of the image's shorter side; at least one pixel. */
const BORDER = 0.02;

/** Pixels of the border that the fit looks at; more make it no better. */
const MOST_POINTS = 1200;

/**
 * Least difference from the ground that counts. Choice: 10 of 255; the blocks and ripples of a JPEG stay
 * below it, and an object that differs by less is not seen by people either.
 */
const LEAST_DIFFERENCE = 10 / 255;

/** Times the border's usual difference from the fit at which noise ends: 5 standard deviations. */
const NOISE_LIMIT = 4;

/** Usual difference from the fit above which a border is not plain but textured. */
const MOST_NOISE = 0.04;

/** Share of the border that must be ground: the rest may be the object, where it touches the border. */
const LEAST_SHARE = 0.6;

/** What a photograph's ground is. */
export interface Ground {
  /** Whether most of the border has one colour, or colours that change smoothly. */
  readonly isPlain: boolean;
  /** `[H, W]`, how far each pixel is from the ground: the largest difference of its channels. */
  readonly difference: Float32Array;
  /** Differences up to this are ground. */
  readonly threshold: number;
  /** The ground's red, green and blue, each `[H, W]`, also where the object hides it. */
  readonly colours: readonly Float32Array[];
  /** `[H, W]`, how bright it is. */
  readonly luma: Float32Array;
}

/**
 * Finds the ground: a constant, a plane or a surface of second order for each colour, fitted to the border,
 * 2 % wide.
 *
 * difference = max over red, green and blue of |pixel - ground|
 * threshold = max(10 / 255, 4 median of the border's differences)
 *
 * It is plain if that median is at most 0.04 and 60 % of the border are within the threshold.
 */
export function findGround({ width, height, channels }: Photograph): Ground {
  const acrossAt = (x: number) => width > 1 ? 2 * x / (width - 1) - 1 : 0;
  const downAt = (y: number) => height > 1 ? 2 * y / (height - 1) - 1 : 0;
  const border = borderOf(width, height);
  const step = Math.ceil(border.length / MOST_POINTS);
  const chosen = border.filter((_, i) => i % step === 0);
  const surfaces = fitSimplest({
    x: Float64Array.from(chosen, (at) => acrossAt(at % width)),
    y: Float64Array.from(chosen, (at) => downAt(Math.floor(at / width))),
    values: channels.map((channel) => Float64Array.from(chosen, (at) => channel[at]!)),
  });
  const ground = channels.map(() => new Float32Array(width * height));
  const difference = new Float32Array(width * height);
  for (const [c, surface] of surfaces.entries()) {
    const [colour, channel] = [ground[c]!, channels[c]!];
    for (let y = 0, at = 0; y < height; y++) {
      for (let x = 0; x < width; x++, at++) {
        colour[at] = Math.min(1, Math.max(0, surface(acrossAt(x), downAt(y))));
        difference[at] = Math.max(difference[at]!, Math.abs(channel[at]! - colour[at]!));
      }
    }
  }
  const sorted = Float32Array.from(border, (at) => difference[at]!).sort();
  const noise = sorted[Math.floor(sorted.length / 2)]!;
  const threshold = Math.max(LEAST_DIFFERENCE, NOISE_LIMIT * noise);
  const share = sorted.filter((value) => value <= threshold).length / sorted.length;
  const isPlain = noise <= MOST_NOISE && share >= LEAST_SHARE;
  return { isPlain, difference, threshold, colours: ground, luma: lumaOfChannels(ground) };
}

/**
 * Fits a constant, a plane and a curved surface, and takes the one to which 60 % of the points are nearest;
 * a less simple one only where it is nearer by a step of an 8-bit image. Of the three, a curved one alone
 * would bend to an object that covers a whole side.
 */
function fitSimplest(points: SurfacePoints): Surface[] {
  const { x, y, values } = points;
  const fits = ([0, 1, 2] as const).map((order) => {
    const surfaces = fitSurfaces(points, order);
    const distances = x.map((_, i) =>
      Math.max(...values.map((value, c) => Math.abs(value[i]! - surfaces[c]!(x[i]!, y[i]!))))
    ).sort();
    return { surfaces, distance: distances[Math.floor(LEAST_SHARE * (x.length - 1))]! };
  });
  return fits.reduce((best, fit) => fit.distance < best.distance - 1 / 255 ? fit : best).surfaces;
}

/** Lists the pixels of the border. */
function borderOf(width: number, height: number): number[] {
  const thickness = Math.max(1, Math.round(BORDER * Math.min(width, height)));
  const isOuter = (at: number, count: number) => at < thickness || at >= count - thickness;
  return Array.from({ length: width * height }, (_, at) => at).filter((at) =>
    isOuter(at % width, width) || isOuter(Math.floor(at / width), height)
  );
}
