import assert from "node:assert/strict";
import type { DisplayMessage } from "@/show/notebook/display.ts";
import { showViewer } from "@/show/notebook/viewer_output.ts";
import { viewerHtml } from "@/show/viewer/html.ts";

const FRAMES = [{ label: "a voxel", grid: { occupancy: [1], size: [1, 1, 1] as const } }];

Deno.test("showViewer() sends one display of the viewer, with text where HTML is not shown", async () => {
  const sent: DisplayMessage[] = [];
  const broadcast = (_type: string, message: DisplayMessage) => {
    sent.push(message);
    return Promise.resolve();
  };
  await showViewer(FRAMES, { width: 40 }, broadcast);
  await showViewer(FRAMES, { width: 40, alt: "one voxel" }, broadcast);
  assert.deepEqual(sent.map(({ data }) => data), [
    { "text/html": viewerHtml(FRAMES, { width: 40 }), "text/plain": "a voxel" },
    { "text/html": viewerHtml(FRAMES, { width: 40, alt: "one voxel" }), "text/plain": "one voxel" },
  ]);
});

Deno.test("showViewer() says what to do outside a notebook", async () => {
  await assert.rejects(
    showViewer(FRAMES),
    /^TypeError: Cannot show a figure: the code must run in/,
  );
});
