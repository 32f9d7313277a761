/** A small model's description, shared by the tests of the architecture figure. */
import type { Architecture } from "@/show/plot/architecture_parts.ts";

export const exampleArchitecture: Architecture = {
  panels: [
    {
      title: "Encoder",
      columns: [
        [{ name: "image", kind: "input", shape: [28, 28, 1] }],
        [{ name: "conv 1", kind: "conv2d", shape: [14, 14, 128] }],
        [
          { name: "mean", kind: "dense", shape: [19] },
          { name: "log variance", kind: "dense", shape: [19] },
        ],
        [{ name: "z", kind: "sample", shape: [19], note: "mean + σ ε" }],
      ],
    },
    {
      title: "Decoder & renderer",
      columns: [
        [{ name: "deconv 1", kind: "deconv3d", shape: [14, 14, 14, 64] }],
        [{ name: "rotation", kind: "rotate", shape: [28, 28, 28] }],
        [{ name: "projection", kind: "project", shape: [28, 28] }],
      ],
    },
    {
      title: "Pose",
      row: 1,
      endsUnder: "rotation",
      columns: [
        [{ name: "pose sample", kind: "pose", shape: [12] }],
        [{ name: "s", kind: "pose", shape: [1] }],
      ],
    },
    {
      title: "Texture",
      row: 1,
      isOptional: true,
      columns: [[{ name: "textured", kind: "texture", shape: [28, 28] }]],
    },
  ],
  links: [
    { from: "s", to: "rotation", label: "azimuth (s + 1)π" },
    { from: "projection", to: "textured", isOptional: true },
  ],
};
