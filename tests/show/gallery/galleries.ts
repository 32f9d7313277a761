/** Galleries made by hand, for the tests of the page. */
import type { Gallery, GalleryItem, GalleryShape } from "@/show/gallery/page.ts";
import type { ViewerFrame } from "@/show/viewer/scene.ts";
import { randomFrame } from "../viewer/pages.ts";

/** A shape of random frames; no two seeds look alike. */
export function shapeOf(label: string, ...seeds: number[]): GalleryShape {
  const frames: ViewerFrame[] = seeds.map(randomFrame);
  return { label, note: "error 0.1000\n3 pieces", frames, threshold: 0.05 };
}

/** An image with its shapes. */
export function itemOf(name: string, ...shapes: GalleryShape[]): GalleryItem {
  return { name, image: Float32Array.from({ length: 64 }, (_, i) => i / 64), shapes };
}

/** Two methods side by side, growth, scores, and something missing. */
export const GALLERY: Gallery = {
  title: "Shapes & <images>",
  words: ["What it is about."],
  sections: [
    {
      title: "Side by side",
      words: ["One image each."],
      items: [
        itemOf("a", shapeOf("paper's method", 1), shapeOf("searched pose", 2)),
        itemOf("b", shapeOf("paper's method", 3), shapeOf("searched pose", 4)),
      ],
    },
    { title: "Growth", words: [], items: [itemOf("c", shapeOf("searched pose", 5, 6, 7))] },
  ],
  scores: [
    { objects: "chairs", method: "searched", seed: 1, iou: 0.4 },
    { objects: "beds", method: "searched", seed: 1, azimuthError: 11 },
  ],
  missing: ["Chairs: no run was found."],
};
