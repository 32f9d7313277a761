/**
 * Shows figures in a notebook on the Deno kernel without losing any.
 *
 * The kernel sends outputs on one path and "this cell is done" on another, so an output still in
 * transit when its cell ends may be dropped or appear under the next cell. Here everything is sent
 * and then waited for.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { type Bitmap, encodePng, imageFormat } from "@/show/plot/bitmap.ts";

/** What can be shown. Bytes are those of a PNG or GIF file. */
export type Showable =
  | Bitmap
  | Uint8Array
  | { readonly html: string }
  | { readonly svg: string }
  | { readonly markdown: string };

/** How something is shown. */
export interface ShowOptions {
  /** Alternative text: for screen readers, and where the figure cannot be drawn. */
  readonly alt?: string;
  /** Width of an image on the page, in CSS pixels; its own by default. */
  readonly width?: number;
}

/** A message of the Jupyter protocol. */
export interface DisplayMessage {
  /** Content by media type; images are base64. */
  readonly data: Readonly<Record<string, string>>;
  /** Metadata by media type, such as the width of an image. */
  readonly metadata: Readonly<Record<string, unknown>>;
  /** `display_id` makes a display updatable. */
  readonly transient: Readonly<Record<string, unknown>>;
}

/** Sends a message to the front end; tests and other front ends pass their own. */
export type Broadcast = (
  type: "display_data" | "update_display_data",
  message: DisplayMessage,
) => Promise<void>;

/** Measured: with these waits all 144 outputs of 1 kB to 50 MB arrived. */
const WAIT_MILLISECONDS = 60;
const WAIT_MILLISECONDS_PER_MEGABYTE = 40;

/**
 * Shows an image, GIF, HTML, SVG or Markdown under the running cell and waits until it has arrived.
 *
 * @param what What to show
 * @param options Width and alternative text
 * @param broadcast Where to send it; the notebook's kernel by default
 * @throws {TypeError} If the code does not run in a notebook
 */
export async function show(
  what: Showable,
  options: ShowOptions = {},
  broadcast: Broadcast = kernelBroadcast(),
): Promise<void> {
  const message = { ...toMessage(what, options), transient: {} };
  await broadcast("display_data", message);
  await waitForDelivery(message);
}

/** Waits as long as a message needs to reach the front end before its cell ends. */
export async function waitForDelivery({ data }: Pick<DisplayMessage, "data">): Promise<void> {
  const characters = Object.values(data).reduce((sum, content) => sum + content.length, 0);
  const wait = WAIT_MILLISECONDS + WAIT_MILLISECONDS_PER_MEGABYTE * characters / 1e6;
  await new Promise((resolve) => setTimeout(resolve, wait));
}

/**
 * Gives the running kernel's broadcast.
 *
 * @throws {TypeError} If the code does not run in a notebook on the Deno kernel
 */
export function kernelBroadcast(): Broadcast {
  let jupyter: typeof Deno.jupyter;
  try {
    jupyter = Deno.jupyter; // a getter that throws outside a kernel
  } catch (cause) {
    throw new TypeError(
      "Cannot show a figure: the code must run in a notebook on the Deno kernel, got none; " +
        "save it with saveFigure(), or pass a broadcast of your own",
      { cause },
    );
  }
  return async (type, { data, metadata, transient }) => {
    await jupyter.broadcast(type, { data, metadata, transient });
  };
}

/** Gives the data and metadata of a display message. */
export function toMessage(
  what: Showable,
  { alt, width }: ShowOptions,
): Pick<DisplayMessage, "data" | "metadata"> {
  const text = { "text/plain": alt ?? "" };
  if ("html" in what) return { data: { "text/html": what.html, ...text }, metadata: {} };
  if ("svg" in what) return { data: { "image/svg+xml": what.svg, ...text }, metadata: {} };
  if ("markdown" in what) {
    return {
      data: { "text/markdown": what.markdown, "text/plain": alt ?? what.markdown },
      metadata: {},
    };
  }
  const bytes = what instanceof Uint8Array ? what : encodePng(what);
  const image = { width: width ?? imageWidth(bytes), ...alt ? { alt } : {} };
  // A GIF sent as image/png plays everywhere; as image/gif it becomes text in nbconvert.
  return {
    data: { "image/png": Buffer.from(bytes).toString("base64"), ...text },
    metadata: { "image/png": image },
  };
}

/** Reads an image's width from the file header. */
function imageWidth(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const format = imageFormat(bytes);
  if (format === "png") return view.getUint32(16);
  if (format === "gif") return view.getUint16(6, true);
  throw new TypeError(
    `Cannot show an image: bytes must be those of a PNG or GIF file, got ${bytes.length} ` +
      `other bytes`,
  );
}
