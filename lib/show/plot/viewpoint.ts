/**
 * The viewpoint of a voxel grid. The only place in `plot/` that knows the axis conventions.
 *
 * The grid fills the cube [-1, 1]^3 of (x, y, z): x to the right, y up, z away from the viewer. An
 * image taken from azimuth a shows at (x, y) what lies on the line (x cos a + z sin a, y, -x sin a
 * + z cos a) for all z. The model's projection at azimuth a sums along the same line, so the drawn
 * silhouette and the projected image agree.
 *
 * @module
 */

/** A vector (x, y, z). */
export type Vector = readonly [number, number, number];

/** The three directions of an orthographic camera, as unit vectors in the grid's coordinates. */
export interface Viewpoint {
  /** Right in the image. */
  readonly right: Vector;
  /** Up in the image. */
  readonly up: Vector;
  /** Away from the viewer. */
  readonly forward: Vector;
}

/**
 * Gives the camera's directions.
 *
 * @param azimuth Turn about the vertical axis, in radians
 * @param elevation Elevation of the camera, in radians in [-pi / 2, pi / 2]; 0 looks level
 */
export function viewpoint(azimuth: number, elevation: number): Viewpoint {
  const [sinA, cosA] = [Math.sin(azimuth), Math.cos(azimuth)];
  const [sinE, cosE] = [Math.sin(elevation), Math.cos(elevation)];
  return {
    right: [cosA, 0, -sinA],
    up: [sinE * sinA, cosE, sinE * cosA],
    forward: [cosE * sinA, -sinE, cosE * cosA],
  };
}

/**
 * Gives the scale at which the whole cube fits an image from every azimuth, so that shapes and
 * frames can be compared.
 *
 * @param width Pixels in a row
 * @param height Rows
 * @param elevation In radians
 * @returns Pixels per unit of length, which is half a side of the cube
 */
export function fittingScale(width: number, height: number, elevation: number): number {
  const [across, upwards] = halfExtent(elevation);
  return Math.min(width / 2 / across, height / 2 / upwards);
}

/**
 * Gives the smallest image that fits the whole cube from every azimuth. Its sides are even, so that
 * at azimuth 0 the cells' walls fall between pixels and look crisp.
 *
 * @param scale Pixels per unit of length, which is half a side of the cube
 * @param elevation In radians
 */
export function fittingSize(scale: number, elevation: number): { width: number; height: number } {
  const [width, height] = halfExtent(elevation).map((extent) =>
    2 * Math.ceil(scale * extent - 1e-9)
  );
  return { width: width!, height: height! };
}

/** Extent of the turning cube [-1, 1]^3 from the image's centre: across and upwards. */
function halfExtent(elevation: number): [number, number] {
  return [Math.SQRT2, Math.abs(Math.cos(elevation)) + Math.SQRT2 * Math.abs(Math.sin(elevation))];
}
