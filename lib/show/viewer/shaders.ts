/**
 * The figures' ray caster and shading on the GPU. Runs in the browser.
 *
 * @module
 */

/** One triangle that covers the image. */
export const VERTEX_SHADER = `#version 300 es
void main() {
  gl_Position = vec4(vec2(gl_VertexID & 1, gl_VertexID >> 1) * 4. - 1., 0, 1);
}`;

/**
 * `plot/raycast.ts` and `plot/voxel_shader.ts`: the colour of each ray, averaged over a pixel.
 * Vectors are columns, rows and layers.
 */
export const FRAGMENT_SHADER = `#version 300 es
precision highp float;
precision highp int;
precision highp usampler3D;
uniform usampler3D voxels;
uniform float level; // of a filled cell
uniform vec3 right, up, forward; // of the camera, in cells
uniform vec3 light, edge; // of the faces across each axis
uniform float scale; // pixels for half a side of the grid
uniform vec2 size; // of the image, in pixels
uniform float raysPerSide; // of a pixel
out vec4 colour;

vec4 shade(ivec3 cell, int axis, vec3 point) {
  vec3 along = point - vec3(cell); // from wall to wall, 0 to 1
  bvec3 isEdge = lessThan(min(along, 1. - along), edge);
  isEdge[axis] = false;
  vec3 share = (vec3(cell) + .5) / vec3(textureSize(voxels, 0));
  vec3 position = vec3(share.x, share.z, 1. - share.y);
  return vec4(light[axis] * (any(isEdge) ? clamp(2. * position - .5, 0., 1.) : position), 1);
}

vec4 follow(vec3 origin) {
  ivec3 counts = textureSize(voxels, 0);
  vec3 walls = vec3(counts) * step(forward, vec3(0)); // where rays enter
  vec3 enter = (walls - origin) / forward;
  vec3 leave = (vec3(counts) - walls - origin) / forward;
  float near = max(max(enter.x, enter.y), enter.z);
  if (near >= min(min(leave.x, leave.y), leave.z)) return vec4(0);
  int axis = near == enter.x ? 0 : near == enter.y ? 1 : 2;
  vec3 point = origin + near * forward;
  ivec3 cell = clamp(ivec3(floor(point)), ivec3(0), counts - 1);
  vec3 untilWall = near + (vec3(cell) + step(0., forward) - point) / forward;
  for (int i = counts.x + counts.y + counts.z; i > 0; i--) {
    if (float(texelFetch(voxels, cell, 0).r) >= level) {
      return shade(cell, axis, origin + near * forward);
    }
    axis = untilWall.x < untilWall.y
      ? (untilWall.x < untilWall.z ? 0 : 2)
      : (untilWall.y < untilWall.z ? 1 : 2);
    near = untilWall[axis];
    cell[axis] += forward[axis] > 0. ? 1 : -1;
    if (cell[axis] < 0 || cell[axis] >= counts[axis]) break;
    untilWall[axis] += 1. / abs(forward[axis]);
  }
  return vec4(0); // transparent: the page is the background
}

void main() {
  vec3 middle = vec3(textureSize(voxels, 0)) / 2.;
  vec4 sum = vec4(0);
  for (float y = .5; y < raysPerSide; y++) {
    for (float x = .5; x < raysPerSide; x++) {
      vec2 at = (floor(gl_FragCoord.xy) + vec2(x, y) / raysPerSide - size / 2.) / scale;
      sum += follow(middle + at.x * right + at.y * up);
    }
  }
  colour = sum / (raysPerSide * raysPerSide);
}`;
