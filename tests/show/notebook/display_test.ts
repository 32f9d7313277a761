import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { type Broadcast, type DisplayMessage, show, toMessage } from "@/show/notebook/display.ts";
import { encodeGif } from "@/show/plot/animation.ts";
import { createBitmap, encodePng } from "@/show/plot/bitmap.ts";

function recorder(): { sent: [string, DisplayMessage][]; broadcast: Broadcast } {
  const sent: [string, DisplayMessage][] = [];
  return { sent, broadcast: (type, message) => Promise.resolve(void sent.push([type, message])) };
}

const image = createBitmap(30, 20);

Deno.test("show() sends one display with the image, its width and the alternative text", async () => {
  const { sent, broadcast } = recorder();
  await show(image, { alt: "white" }, broadcast);
  assert.deepEqual(sent, [["display_data", {
    data: {
      "image/png": Buffer.from(encodePng(image)).toString("base64"),
      "text/plain": "white",
    },
    metadata: { "image/png": { width: 30, alt: "white" } },
    transient: {},
  }]]);
});

Deno.test("show() sends a GIF as image/png, so that it plays, at the width asked for", async () => {
  const { sent, broadcast } = recorder();
  const gif = encodeGif([image, image]);
  await show(gif, { width: 600 }, broadcast);
  const { data, metadata } = sent[0]![1];
  assert.equal(data["image/png"], Buffer.from(gif).toString("base64"));
  assert.deepEqual(metadata, { "image/png": { width: 600 } });
  assert.deepEqual(toMessage(gif, {}).metadata, { "image/png": { width: 30 } });
});

Deno.test("show() sends HTML, SVG and Markdown under their own types, each with plain text", () => {
  assert.deepEqual(toMessage({ html: "<b>x</b>" }, { alt: "x" }).data, {
    "text/html": "<b>x</b>",
    "text/plain": "x",
  });
  assert.deepEqual(toMessage({ svg: "<svg/>" }, {}).data, {
    "image/svg+xml": "<svg/>",
    "text/plain": "",
  });
  assert.deepEqual(toMessage({ markdown: "**x**" }, {}).data, {
    "text/markdown": "**x**",
    "text/plain": "**x**",
  });
});

// The wait is the purpose of show(), so a lower bound does not time the machine.
Deno.test("show() waits 60 ms, and longer for large outputs", async () => {
  const waits = async (html: string) => {
    const start = performance.now();
    await show({ html }, {}, recorder().broadcast);
    return performance.now() - start;
  };
  assert.ok(await waits("x") >= 58);
  assert.ok(await waits("x".repeat(3e6)) >= 178);
});

Deno.test("show() says what to do outside a notebook", async () => {
  await assert.rejects(show(image), {
    name: "TypeError",
    message:
      "Cannot show a figure: the code must run in a notebook on the Deno kernel, got none; " +
      "save it with saveFigure(), or pass a broadcast of your own",
  });
});

Deno.test("show() refuses bytes that are not an image", () => {
  assert.throws(() => toMessage(new Uint8Array(40), {}), {
    name: "TypeError",
    message: "Cannot show an image: bytes must be those of a PNG or GIF file, got 40 other bytes",
  });
});
