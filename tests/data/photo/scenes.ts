/** Photographs of the stand-in solids, made of rays, on grounds of all kinds, with the true silhouettes. */
import { createCanvas, ImageData } from "@napi-rs/canvas";
import { fillGrid, type Primitive } from "@/data/synthetic/primitives.ts";
import { SOLID_KINDS } from "@/data/synthetic/solids.ts";
import { createRandom } from "@/engine/random.ts";
import { createCaster, createHit } from "@/show/plot/raycast.ts";

type Colour = readonly [red: number, green: number, blue: number];

/** What a camera sees of an object. */
export interface View {
  readonly width: number;
  readonly height: number;
  /** `[H, W]`: the share of each pixel that the object covers. */
  readonly coverage: Float32Array;
  /** `[H, W]`: how much light it reflects, 0 to 1, multiplied by coverage. */
  readonly shade: Float32Array;
}

/** Colour of the ground at `(x, y)`, each from 0 to 1; channels from 0 to 1. */
export type Backdrop = (x: number, y: number) => Colour;

export const BACKDROPS: Readonly<Record<string, Backdrop>> = {
  white: () => [1, 1, 1],
  grey: () => [0.5, 0.5, 0.5],
  black: () => [0, 0, 0],
  blue: () => [0.15, 0.35, 0.8],
  gradient: (x, y) => {
    const light = 0.95 - 0.3 * y - 0.1 * x * x;
    return [light, light, light];
  },
  "coloured gradient": (x, y) => [0.3 + 0.4 * x, 0.6 - 0.2 * y, 0.5 + 0.1 * x * y],
};

/** Cells along a side of an object's grid: small enough that edges look smooth. */
const CELLS = 96;

/** Rays along a side of a pixel. */
const RAYS = 2;

/** Renders a solid of a kind in SOLID_KINDS, from its azimuth and 20 degrees above. */
export function renderSolid(
  kind: string,
  { seed = 1, azimuth = 0.6, width = 480, height = 360, share = 0.75 } = {},
): View {
  return renderBodies(SOLID_KINDS.find(({ name }) => name === kind)!.build(createRandom(seed)), {
    azimuth,
    width,
    height,
    share,
  });
}

export function renderBodies(
  bodies: readonly Primitive[],
  { azimuth = 0.6, width = 480, height = 360, share = 0.75 } = {},
): View {
  const filled = new Uint8Array(CELLS ** 3);
  fillGrid(filled, CELLS, bodies);
  const elevation = 0.35;
  const [cos, sin] = [Math.cos(azimuth), Math.sin(azimuth)];
  // In cells: columns along x, rows along -y, layers along z.
  const right = [cos, 0, sin];
  const forward = [-sin * Math.cos(elevation), Math.sin(elevation), cos * Math.cos(elevation)];
  const down = [
    sin * Math.sin(elevation),
    Math.cos(elevation),
    -cos * Math.sin(elevation),
  ];
  const cast = createCaster({ filled, counts: [CELLS, CELLS, CELLS] }, forward);
  const hit = createHit();
  const perPixel = CELLS / (share * Math.min(width, height));
  const brightness = [0.55, 0.95, 0.75]; // of faces across columns, rows and layers
  const coverage = new Float32Array(width * height);
  const shade = new Float32Array(width * height);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      for (let ray = 0; ray < RAYS ** 2; ray++) {
        const u = (x + (ray % RAYS + 0.5) / RAYS - width / 2) * perPixel;
        const v = (y + (Math.floor(ray / RAYS) + 0.5) / RAYS - height / 2) * perPixel;
        const origin = [0, 1, 2].map((a) =>
          CELLS / 2 + u * right[a]! + v * down[a]! - 2 * CELLS * forward[a]!
        );
        if (!cast(origin, hit)) continue;
        coverage[at]! += 1 / RAYS ** 2;
        shade[at]! += brightness[hit.axis]! / RAYS ** 2;
      }
    }
  }
  return { width, height, coverage, shade };
}

/** How a view becomes a photograph. */
export interface Exposure {
  /** The ground; transparent if absent. */
  readonly backdrop?: Backdrop;
  /** The object's colour in full light. */
  readonly colour?: Colour;
  /** Standard deviation of the noise, of 255. */
  readonly noise?: number;
  /** How much darker the ground is in a soft shadow below the object: 0 to 1. */
  readonly shadow?: number;
  readonly type?: "png" | "jpeg";
  /** Of a JPEG, from 0 to 100. */
  readonly quality?: number;
}

/** Takes a photograph of a view. */
export function photograph(view: View, exposure: Exposure): Uint8Array {
  const { width, height, coverage, shade } = view;
  const { backdrop, colour = [0.75, 0.3, 0.25], noise = 0, shadow = 0 } = exposure;
  const { type = "png", quality = 90 } = exposure;
  const random = createRandom(5);
  const pixels = new Uint8ClampedArray(width * height * 4);
  const foot = footOf(view);
  for (let at = 0; at < width * height; at++) {
    const [x, y] = [at % width, Math.floor(at / width)];
    const cover = coverage[at]!;
    const behind = backdrop?.((x + 0.5) / width, (y + 0.5) / height);
    const distance = ((x - foot.x) / foot.across) ** 2 + ((y - foot.y) / foot.down) ** 2;
    const light = 1 - shadow * Math.exp(-distance);
    for (let c = 0; c < 3; c++) {
      const own = shade[at]! * colour[c]!;
      const value = behind ? own + (1 - cover) * light * behind[c]! : cover > 0 ? own / cover : 0;
      pixels[4 * at + c] = 255 * value + (noise > 0 ? random.normal(0, noise) : 0);
    }
    pixels[4 * at + 3] = behind ? 255 : 255 * cover;
  }
  const canvas = createCanvas(width, height);
  canvas.getContext("2d").putImageData(new ImageData(pixels, width, height), 0, 0);
  return new Uint8Array(
    type === "png" ? canvas.toBuffer("image/png") : canvas.toBuffer("image/jpeg", quality),
  );
}

/** Where a shadow lies: an ellipse about the lowest point of a view. */
function footOf({ width, height, coverage }: View) {
  let [left, right, bottom] = [width, 0, 0];
  for (let at = 0; at < width * height; at++) {
    if (coverage[at]! < 0.5) continue;
    left = Math.min(left, at % width);
    right = Math.max(right, at % width);
    bottom = Math.max(bottom, Math.floor(at / width));
  }
  const across = (right - left) / 2;
  return { x: (left + right) / 2, y: bottom - across / 8, across, down: across / 4 };
}

/** Puts views side by side. */
export function sideBySide(a: View, b: View): View {
  const width = a.width + b.width;
  const join = (left: Float32Array, right: Float32Array) => {
    const all = new Float32Array(width * a.height);
    for (let row = 0; row < a.height; row++) {
      all.set(left.subarray(row * a.width, (row + 1) * a.width), row * width);
      all.set(right.subarray(row * b.width, (row + 1) * b.width), row * width + a.width);
    }
    return all;
  };
  return {
    width,
    height: a.height,
    coverage: join(a.coverage, b.coverage),
    shade: join(a.shade, b.shade),
  };
}

/** Cuts columns and rows off a view. */
export function cropped(
  view: View,
  left: number,
  top: number,
  width: number,
  height: number,
): View {
  const cut = (values: Float32Array) =>
    Float32Array.from(
      { length: width * height },
      (_, at) => values[(top + Math.floor(at / width)) * view.width + left + at % width]!,
    );
  return { width, height, coverage: cut(view.coverage), shade: cut(view.shade) };
}

/**
 * Compares opacity with the true coverage of a view twice the size: the area of the pixels where only one of
 * them is at least a half, as a share of the object's area.
 */
export function maskError(opacity: Float32Array, { width, height, coverage }: View): number {
  let [wrong, area] = [0, 0];
  for (let y = 0, at = 0; y < height; y += 2) {
    for (let x = 0; x < width; x += 2, at++) {
      const first = y * width + x;
      const cover = (coverage[first]! + coverage[first + 1]! + coverage[first + width]! +
        coverage[first + width + 1]!) / 4;
      area += Number(cover >= 0.5);
      wrong += Number((cover >= 0.5) !== (opacity[at]! >= 0.5));
    }
  }
  return wrong / area;
}
