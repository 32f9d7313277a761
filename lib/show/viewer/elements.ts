/**
 * The elements of a viewer on the page. Runs in the browser.
 *
 * @module
 */
import { GESTURES_IN_WORDS } from "./gestures.ts";
import type { Scene } from "./scene.ts";

/** The elements of a viewer that change. */
export interface Elements {
  /** Where the shape is drawn. */
  readonly canvas: HTMLCanvasElement;
  /** Covers the canvas until the first image is drawn. */
  readonly poster: HTMLImageElement;
  /** What is shown, and from where. */
  readonly caption: HTMLOutputElement;
  /** The threshold, as an occupancy. */
  readonly occupancy: HTMLOutputElement;
  /** The threshold, as a byte. */
  readonly level: HTMLInputElement;
  /** The play button, which also pauses. */
  readonly button: HTMLButtonElement;
  /** The frame. */
  readonly frame: HTMLInputElement;
}

/** Fills `root` with a canvas under its poster and the controls below. */
export function createElements(root: HTMLElement, scene: Scene): Elements {
  const poster = root.querySelector("img")!;
  const canvas = element("canvas", { tabIndex: 0, role: "application", title: GESTURES_IN_WORDS });
  canvas.ariaLabel = `${scene.alt}. ${GESTURES_IN_WORDS}`;
  canvas.style.aspectRatio = `${scene.width} / ${scene.height}`;
  const caption = element("output", { className: "caption" });
  const occupancy = element("output");
  const level = slider(1, scene.highest);
  const button = element("button");
  const frame = slider(0, scene.frames.length - 1);
  frame.ariaLabel = "frame";
  const film = element("div", { className: "row", hidden: scene.frames.length === 1 });
  film.append(button, frame);
  const threshold = element("label", { className: "row" });
  threshold.append("occupancy ≥", occupancy, level);
  const stage = element("div", { className: "stage" });
  stage.append(canvas, poster);
  root.replaceChildren(stage, caption, film, threshold);
  return { canvas, poster, caption, occupancy, level, button, frame };
}

function slider(min: number, max: number): HTMLInputElement {
  const input = element("input");
  return Object.assign(input, { type: "range", min: String(min), max: String(max) });
}

function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  properties: Partial<HTMLElement> = {},
): HTMLElementTagNameMap[Name] {
  return Object.assign(document.createElement(name), properties);
}
