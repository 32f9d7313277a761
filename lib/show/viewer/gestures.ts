/**
 * Mouse, touch, wheel and key input on a viewer's canvas. Runs in the browser.
 *
 * @module
 */

/** Handlers of gestures. */
export interface Gestures {
  /** Turns the near side by a number of CSS pixels, right and down. */
  readonly drag: (right: number, down: number) => void;
  /** Turns the shape by a number of key steps, right and down. */
  readonly turn: (right: number, down: number) => void;
  /** Scales the shape by a factor. */
  readonly zoom: (factor: number) => void;
  /** Returns to the first view. */
  readonly reset: () => void;
  /** Plays or pauses. */
  readonly play: () => void;
}

/** Describes the gestures to the reader. */
export const GESTURES_IN_WORDS =
  "Drag or press arrow keys to turn; pinch, press + or -, or click and scroll to zoom; " +
  "press 0 or Home to start over";

/** Listens to a canvas. */
export function listen(canvas: HTMLCanvasElement, gestures: Gestures): void {
  listenToPointers(canvas, gestures);
  listenToKeys(canvas, gestures);
}

/** One pointer turns, two zoom; a wheel zooms once the canvas has been clicked. */
function listenToPointers(canvas: HTMLCanvasElement, { drag, zoom }: Gestures): void {
  const down = new Map<number, PointerEvent>();
  let isHeld = false;
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    down.set(event.pointerId, event);
    isHeld = true;
  });
  canvas.addEventListener("pointermove", (event) => {
    const before = down.get(event.pointerId);
    if (!before) return;
    down.set(event.pointerId, event);
    const other = [...down.values()].find((pointer) => pointer.pointerId !== event.pointerId);
    if (other) zoom(distance(event, other) / distance(before, other));
    else drag(event.clientX - before.clientX, event.clientY - before.clientY);
  });
  canvas.addEventListener("pointerup", (event) => down.delete(event.pointerId));
  canvas.addEventListener("pointercancel", (event) => down.delete(event.pointerId));
  canvas.addEventListener("pointerleave", () => isHeld = false);
  canvas.addEventListener("wheel", (event) => {
    // Choice: a wheel that scrolls the page is let through. Pinching arrives as a wheel with Ctrl.
    if (!isHeld && !event.ctrlKey) return;
    event.preventDefault();
    const pixels = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
    zoom(Math.exp(-event.deltaY * pixels * (event.ctrlKey ? 0.01 : 0.002)));
  });
}

function distance(a: PointerEvent, b: PointerEvent): number {
  return Math.max(1, Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY));
}

function listenToKeys(canvas: HTMLCanvasElement, gestures: Gestures): void {
  const { turn, zoom, reset, play } = gestures;
  const actions: Readonly<Record<string, () => void>> = {
    ArrowLeft: () => turn(-1, 0),
    ArrowRight: () => turn(1, 0),
    ArrowUp: () => turn(0, -1),
    ArrowDown: () => turn(0, 1),
    "+": () => zoom(1.2),
    "=": () => zoom(1.2),
    "-": () => zoom(1 / 1.2),
    "0": reset,
    Home: reset,
    " ": play,
  };
  canvas.addEventListener("keydown", (event) => {
    const isOfPage = event.ctrlKey || event.metaKey || event.altKey;
    if (isOfPage || !Object.hasOwn(actions, event.key)) return;
    event.preventDefault();
    actions[event.key]!();
  });
}
