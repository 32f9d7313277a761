/**
 * Downloads a file from one of several mirrors: resumable, checked, then renamed into place.
 *
 * Bytes are collected in `<file>.part`. An interrupted transfer resumes by HTTP Range, from the
 * same mirror or the next; only a part with the right content is renamed to `<file>`.
 *
 * @module
 */
import { basename, dirname } from "node:path";
import { onFile } from "@/engine/system_error.ts";
import { sha256OfInflated } from "@/data/formats/gzip.ts";
import type { Progress } from "./source.ts";

/** What to download, and from where. */
export interface Download {
  /** Destination; its folder is created if missing. */
  readonly file: string;
  /** Mirrors of the same file, tried in order. */
  readonly urls: readonly string[];
  /** The SHA-256 that `sumOf` must return, in hexadecimal. */
  readonly sha256: string;
  /** Computes the sum of a file or its content; by default `sha256OfInflated`. */
  readonly sumOf?: (file: string) => Promise<string>;
  /** Called for every chunk that arrives. */
  readonly onProgress?: (progress: Progress) => void;
  /** Aborts the transfer; the part is kept, so it can be resumed. */
  readonly signal?: AbortSignal;
  /** How long a mirror may send nothing, in milliseconds; by default 30,000. */
  readonly stallMs?: number;
}

/** Attempts per mirror after a dropped connection, as long as each brings new bytes. */
const MAX_TRIES = 20;

/** A missing file that cannot be fetched: no mirror served it, or only a browser can. */
export class DownloadError extends Error {
  /** Shown in messages in place of `Error`. */
  override readonly name = "DownloadError";
}

/** A mirror did not serve the file; the next one may. */
class MirrorFailure extends Error {}

/**
 * Downloads a file unless it already exists.
 *
 * @throws {DownloadError} If every mirror fails; the message says how each one failed
 * @throws The system's errors of writing to disk, in words, and the signal's reason when aborted
 */
export async function download(request: Download): Promise<void> {
  // What the network refuses is a mirror's failure; only the disk's errors are left.
  await onFile("download", request.file, () => downloadMissing(request));
}

async function downloadMissing(request: Download): Promise<void> {
  const { file, urls, signal } = request;
  if (await sizeOf(file) !== undefined) return;
  await Deno.mkdir(dirname(file), { recursive: true });
  const failures: string[] = [];
  for (const url of urls) {
    try {
      return await downloadFrom(url, request);
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof MirrorFailure)) throw error;
      failures.push(`${url}: ${error.message}`);
    }
  }
  throw new DownloadError(
    `Cannot download "${file}": one of ${urls.length} mirrors must serve it, ` +
      `got ${failures.join("; ") || "none to ask"}; ` +
      `check the connection, or use a data folder that has the file`,
  );
}

async function downloadFrom(url: string, request: Download): Promise<void> {
  const part = `${request.file}.part`;
  for (let tries = 1;; tries++) {
    const isLast = tries === MAX_TRIES;
    const held = await sizeOf(part) ?? 0;
    try {
      await transfer(url, part, request);
    } catch (error) {
      request.signal?.throwIfAborted();
      const gained = (await sizeOf(part) ?? 0) > held;
      if (error instanceof MirrorFailure && gained && !isLast) continue;
      throw error;
    }
    const problem = await problemOf(part, request);
    if (problem === undefined) return await Deno.rename(part, request.file);
    await Deno.remove(part);
    // The part may stem from another mirror or version: try once from the first byte.
    if (held === 0 || isLast) throw new MirrorFailure(problem);
  }
}

/** Appends the rest of the file to the part and syncs it to disk. */
async function transfer(url: string, part: string, request: Download): Promise<void> {
  const { signal, stallMs = 30_000 } = request;
  using stall = watchFor(stallMs);
  const held = await sizeOf(part) ?? 0;
  const response = await mirrored(() =>
    fetch(url, {
      // As stored: fetch would inflate a body that the server marks as encoded.
      headers: { "accept-encoding": "identity", ...(held && { range: `bytes=${held}-` }) },
      signal: AbortSignal.any(signal ? [signal, stall.signal] : [stall.signal]),
    })
  );
  // The part is at least as long as the file; its sum decides.
  if (response.status === 416 && held) return await response.body?.cancel();
  let done = await startOf(response, held);
  const length = response.headers.get("content-length");
  const total = length === null ? undefined : done + Number(length);
  using output = await Deno.open(part, { create: true, write: true });
  await output.truncate(done);
  await output.seek(done, Deno.SeekMode.Start);
  const reader = response.body!.getReader();
  for (;;) {
    const chunk = await mirrored(() => reader.read());
    if (chunk.done) break;
    stall.restart();
    for (let at = 0; at < chunk.value.length;) {
      at += await output.write(chunk.value.subarray(at)); // may write fewer bytes than given
    }
    done += chunk.value.length;
    const task = `download ${basename(request.file)}`;
    request.onProgress?.({ task, done, total, unit: "bytes" });
  }
  await output.sync();
}

/** Returns a signal that aborts unless restarted within `stallMs`. */
function watchFor(stallMs: number) {
  const controller = new AbortController();
  const onStall = () => controller.abort(new MirrorFailure(`sent nothing for ${stallMs / 1000} s`));
  let timer = setTimeout(onStall, stallMs);
  return {
    signal: controller.signal,
    restart() {
      clearTimeout(timer);
      timer = setTimeout(onStall, stallMs);
    },
    [Symbol.dispose]: () => clearTimeout(timer),
  };
}

/** Returns the offset at which the response's body starts: the part's end, or 0. */
async function startOf(response: Response, held: number): Promise<number> {
  if (response.status === 200) return 0; // servers may ignore Range
  const range = response.headers.get("content-range");
  if (response.status === 206 && range?.startsWith(`bytes ${held}-`)) return held;
  await response.body?.cancel();
  throw new MirrorFailure(`answered ${response.status} ${range ?? response.statusText}`.trim());
}

/** Runs a network operation and turns any error into a `MirrorFailure`. */
async function mirrored<T>(step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    if (error instanceof MirrorFailure) throw error;
    const { message, cause } = error as Error; // fetch puts the reason in its cause
    const reason = cause instanceof Error ? cause.message : message;
    throw new MirrorFailure(reason.replace(/ for url \(.*?\)/, ""), { cause: error });
  }
}

/** Describes what is wrong with a complete part; undefined if nothing is. */
async function problemOf(
  part: string,
  { sha256, sumOf = sha256OfInflated }: Download,
): Promise<string | undefined> {
  try {
    const found = await sumOf(part);
    if (found !== sha256) return `the SHA-256 inside must be ${sha256}, got ${found}`;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return `sent a file that is not a complete gzip file (${(error.cause as Error).message})`;
  }
}

async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await Deno.stat(path)).size;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
