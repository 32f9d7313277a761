/**
 * Draws grids with WebGL 2, for all viewers of a page. Runs in the browser.
 *
 * Choice: rays through a 3D texture, as in `plot/raycast.ts`, so that images match the figures and
 * a threshold is one number; cubes would have to be rebuilt for each threshold.
 * Choice: one context per page, since browsers allow about 16 and drop the oldest. It exists while
 * a viewer is visible; every viewer keeps its image in its own canvas.
 *
 * @module
 */
import { FRAGMENT_SHADER, VERTEX_SHADER } from "./shaders.ts";

/** A viewer, as its renderer sees it. */
export interface Client {
  /** Draws again, soon. */
  readonly refresh: () => void;
  /** Stops what moves by itself. */
  readonly pause: () => void;
}

/** Numbers and vectors of an image, by their names in the shader. */
export type Uniforms = Readonly<Record<string, readonly number[]>>;

/** Draws for all viewers of a page. */
export interface Renderer {
  /** Called when a viewer becomes visible or hidden. */
  readonly look: (client: Client, isInSight: boolean) => void;
  /** Tells whether a viewer is visible. */
  readonly sees: (client: Client) => boolean;
  /** Draws a grid `[D, H, W]`; false if the browser has no WebGL 2. */
  readonly draw: (
    canvas: HTMLCanvasElement,
    voxels: Uint8Array,
    size: readonly [number, number, number],
    uniforms: Uniforms,
  ) => boolean;
}

/** Creates the renderer of a page; its context is created with the first image. */
export function createRenderer(): Renderer {
  const inSight = new Set<Client>();
  let gl: WebGL2RenderingContext | null = null;
  let program: WebGLProgram;
  let loaded: Uint8Array | undefined; // the texture's content

  const createContext = () => {
    const canvas = document.createElement("canvas");
    canvas.addEventListener("webglcontextlost", () => {
      for (const client of inSight) client.refresh();
    });
    gl = canvas.getContext("webgl2");
    if (!gl) return;
    program = gl.createProgram();
    for (
      const [kind, source] of [
        [gl.VERTEX_SHADER, VERTEX_SHADER],
        [gl.FRAGMENT_SHADER, FRAGMENT_SHADER],
      ] as const
    ) {
      const shader = gl.createShader(kind)!;
      gl.shaderSource(shader, source);
      gl.compileShader(shader);
      gl.attachShader(program, shader);
    }
    gl.linkProgram(program);
    gl.useProgram(program);
    gl.bindTexture(gl.TEXTURE_3D, gl.createTexture());
    gl.texParameteri(gl.TEXTURE_3D, gl.TEXTURE_MIN_FILTER, gl.NEAREST);
    gl.texParameteri(gl.TEXTURE_3D, gl.TEXTURE_MAG_FILTER, gl.NEAREST);
    gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
    loaded = undefined;
  };

  return {
    look(client, isInSight) {
      if (isInSight) {
        inSight.add(client);
        client.refresh();
        return;
      }
      inSight.delete(client);
      client.pause();
      if (inSight.size > 0) return;
      gl?.getExtension("WEBGL_lose_context")?.loseContext();
      gl = null;
    },

    sees: (client) => inSight.has(client),

    draw(canvas, voxels, [layers, rows, columns], uniforms) {
      if (!gl || gl.isContextLost()) createContext();
      if (!gl) return false;
      if (loaded !== voxels) {
        const [target, format, type] = [gl.TEXTURE_3D, gl.RED_INTEGER, gl.UNSIGNED_BYTE];
        gl.texImage3D(target, 0, gl.R8UI, columns, rows, layers, 0, format, type, voxels);
        loaded = voxels;
      }
      const { width, height } = canvas;
      Object.assign(gl.canvas, { width, height });
      gl.viewport(0, 0, width, height);
      for (const [name, values] of Object.entries({ ...uniforms, size: [width, height] })) {
        const set = [gl.uniform1fv, gl.uniform2fv, gl.uniform3fv][values.length - 1]!;
        set.call(gl, gl.getUniformLocation(program, name), values);
      }
      gl.drawArrays(gl.TRIANGLES, 0, 3);
      const context = canvas.getContext("2d")!;
      context.clearRect(0, 0, width, height);
      context.drawImage(gl.canvas, 0, 0);
      return true;
    },
  };
}
