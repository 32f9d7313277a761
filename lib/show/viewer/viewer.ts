/**
 * One viewer in place of its poster: its events. Runs in the browser.
 *
 * @module
 */
import { createElements, type Elements } from "./elements.ts";
import { listen } from "./gestures.ts";
import type { Renderer } from "./renderer.ts";
import type { Scene } from "./scene.ts";
import { captionOf, changed, firstView, scaleOf, uniformsOf, type View } from "./view.ts";

/**
 * Rays along a side of each pixel: while something moves, and at rest, as in the figures.
 * Choice: without a GPU a view takes 50 ms at 1 ray, and 360 ms at 3.
 */
const MOVING_RAYS = 1;
const RESTING_RAYS = 3;

/** Time without movement that counts as rest. */
const REST_MILLISECONDS = 150;

/** Turn per key press, in radians. Paper: the step of the post's 360 degree views. */
const KEY_TURN = Math.PI / 12;

/** Elements whose viewers turn together, and the event that tells of a turn. */
const TOGETHER = ".turn-together";
const TURNED = "voxels-turned";

/** Turns the poster in `root` into a viewer. */
export async function startViewer(root: HTMLElement, renderer: Renderer): Promise<void> {
  const scene: Scene = JSON.parse(root.dataset.scene!);
  const grids = await inflate(scene);
  const elements = createElements(root, scene);
  const { canvas, poster, level, frame, button } = elements;
  const { azimuth, elevation, zoom } = firstView(scene);
  let view = firstView(scene);

  const refresh = coarseThenFine((raysPerSide) => {
    // A hidden viewer needs no context, and one off the page has no size.
    if (!renderer.sees(client) || !fitScreen(canvas)) return;
    const uniforms = uniformsOf(scene, view, canvas.clientWidth, devicePixelRatio);
    const all = { ...uniforms, raysPerSide: [raysPerSide] };
    if (renderer.draw(canvas, grids[view.frame]!, scene.size, all)) poster.remove();
    else root.replaceChildren(poster, "This browser has no WebGL 2: the shape cannot be turned");
  });
  const show = (change: Partial<View>) => {
    view = changed(view, change);
    write(elements, scene, view);
    refresh();
  };
  const film = createFilm(button, scene.framesPerSecond, () => {
    show({ frame: (view.frame + 1) % grids.length });
    return view.frame < grids.length - 1;
  });
  const showTogether = (change: Partial<View>) => {
    show(change);
    const { azimuth, elevation, zoom } = view;
    root.dispatchEvent(
      new CustomEvent(TURNED, { bubbles: true, detail: { azimuth, elevation, zoom } }),
    );
  };
  const turn = (right: number, down: number) =>
    showTogether({ azimuth: view.azimuth + right, elevation: view.elevation + down });
  const drag = (right: number, down: number) => {
    const scale = scaleOf(view, canvas.clientWidth); // the nearest point follows the pointer
    turn(right / scale, down / scale);
  };

  listen(canvas, {
    drag,
    turn: (right, down) => turn(right * KEY_TURN, down * KEY_TURN),
    zoom: (factor) => showTogether({ zoom: view.zoom * factor }),
    reset: () => showTogether({ azimuth, elevation, zoom }),
    play: film.toggle,
  });
  button.addEventListener("click", film.toggle);
  level.addEventListener("input", () => show({ level: Number(level.value) }));
  frame.addEventListener("input", () => {
    film.pause();
    show({ frame: Number(frame.value) });
  });
  root.closest(TOGETHER)?.addEventListener(TURNED, (event) => {
    if (event.target !== root) show((event as CustomEvent<Partial<View>>).detail);
  });
  keepPlainKeys(root);

  const client = { refresh, pause: film.pause };
  show({});
  new ResizeObserver(refresh).observe(canvas);
  new IntersectionObserver((entries) => renderer.look(client, entries.at(-1)!.isIntersecting))
    .observe(root);
}

/** Gives the grids of a scene's frames. */
async function inflate({ voxels, frames }: Scene): Promise<Uint8Array[]> {
  const bytes = Uint8Array.from(atob(voxels), (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  const all = new Uint8Array(await new Response(stream).arrayBuffer());
  const count = all.length / frames.length;
  return frames.map((_, i) => all.subarray(i * count, (i + 1) * count));
}

/** Gives a function that schedules a drawing, and a finer one once all is still. */
function coarseThenFine(draw: (raysPerSide: number) => void): () => void {
  let [coming, resting]: [number, ReturnType<typeof setTimeout> | undefined] = [0, undefined];
  return () => {
    cancelAnimationFrame(coming);
    clearTimeout(resting);
    coming = requestAnimationFrame(() => {
      draw(MOVING_RAYS);
      resting = setTimeout(draw, REST_MILLISECONDS, RESTING_RAYS);
    });
  };
}

/** Gives a canvas as many pixels as it covers on the screen; tells whether there are any. */
function fitScreen(canvas: HTMLCanvasElement): boolean {
  const { width, height } = canvas.getBoundingClientRect(); // to fractions of a pixel
  canvas.width = Math.round(width * devicePixelRatio);
  canvas.height = Math.round(height * devicePixelRatio);
  return canvas.width > 0 && canvas.height > 0;
}

function write({ caption, occupancy, level, frame }: Elements, scene: Scene, view: View): void {
  caption.value = captionOf(scene, view);
  occupancy.value = (view.level * scene.unit).toFixed(2);
  level.value = String(view.level);
  frame.value = String(view.frame);
}

/** Makes a button play: it calls `next` repeatedly until that returns false. */
function createFilm(button: HTMLButtonElement, framesPerSecond: number, next: () => boolean) {
  let playing: ReturnType<typeof setInterval> | undefined;
  const pause = () => {
    clearInterval(playing);
    playing = undefined;
    button.textContent = "Play";
  };
  const toggle = () => {
    if (playing !== undefined) return pause();
    button.textContent = "Pause";
    playing = setInterval(() => next() || pause(), 1000 / framesPerSecond);
  };
  pause();
  return { pause, toggle };
}

/** Keeps keys without Ctrl or similar from JupyterLab, which binds commands to them. */
function keepPlainKeys(root: HTMLElement): void {
  root.addEventListener("keydown", (event) => {
    const isOfPage = event.ctrlKey || event.metaKey || event.altKey || event.shiftKey;
    if (!isOfPage) event.stopPropagation();
  });
}
