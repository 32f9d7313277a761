/**
 * Downloads a file from one of several mirrors: resumable, checked, then renamed into place.
 *
 * Bytes are collected in `<file>.part`. An interrupted transfer resumes by HTTP Range, from the
 * same mirror or the next; only a part with the right content is renamed to `<file>`. A folder is
 * locked while a file is downloaded to it, so that no two processes write one part.
 *
 * @module
 */
import { basename, dirname } from "node:path";
import { sha256OfInflated } from "@/data/formats/gzip.ts";
import { tryLockFolder, writeError } from "@/engine/files.ts";
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
  /** How long a mirror may take to send 16 KiB, in milliseconds; by default 30,000. */
  readonly stallMs?: number;
  /**
   * The most bytes that a mirror may send. Choice: 2 GiB by default, four times the largest set; a
   * server that never ends must not fill the disk.
   */
  readonly mostBytes?: number;
}

/** What a mirror must send within `stallMs`, or all that is left. Choice: 0.5 kB/s by default. */
const LEAST_BYTES = 2 ** 14;

/** How often a process asks whether another one's download has ended, in milliseconds. */
const ASK_MS = 200;

/** Attempts per mirror after a dropped connection, as long as each brings new bytes. */
const MAX_TRIES = 20;

/** A missing file that cannot be fetched: no mirror served it, or only a browser can. */
export class DownloadError extends Error {
  /** Shown in messages in place of `Error`. */
  override readonly name = "DownloadError";
}

/** Stalls per mirror, however much it sent before. Choice: 3, a minute and a half by default. */
const MAX_STALLS = 3;

/** A mirror did not serve the file; the next one may. */
class MirrorFailure extends Error {}

/** It sent too little for too long. */
class Stall extends MirrorFailure {}

/**
 * Downloads a file unless it already exists. Waits for another download to the same folder.
 *
 * @throws {DownloadError} If every mirror fails; the message says how each one failed
 * @throws {WriteError} If the disk is full or cannot be written to; the part is kept
 * @throws The signal's reason when aborted
 */
export async function download(request: Download): Promise<void> {
  const { file, urls, signal } = request;
  if (await sizeOf(file) !== undefined) return;
  using _ = await lockFor(request);
  if (await sizeOf(file) !== undefined) return; // another process has fetched it
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

/** Waits until no other process downloads to the folder. */
async function lockFor({ file, onProgress, signal }: Download): Promise<Disposable> {
  for (;;) {
    const lock = await tryLockFolder(dirname(file));
    if (lock) return lock;
    const task = `wait for another process to download ${basename(file)}`;
    onProgress?.({ task, done: await sizeOf(`${file}.part`) ?? 0, unit: "bytes" });
    await new Promise((resolve) => setTimeout(resolve, ASK_MS));
    signal?.throwIfAborted();
  }
}

async function downloadFrom(url: string, request: Download): Promise<void> {
  const part = `${request.file}.part`;
  let stalls = 0;
  for (let tries = 1;; tries++) {
    const isLast = tries === MAX_TRIES;
    const held = await sizeOf(part) ?? 0;
    try {
      await transfer(url, part, request);
    } catch (error) {
      request.signal?.throwIfAborted();
      if (error instanceof Stall && ++stalls === MAX_STALLS) throw error;
      const gained = (await sizeOf(part) ?? 0) > held;
      if (error instanceof MirrorFailure && gained && !isLast) continue;
      throw error;
    }
    const problem = await problemOf(part, request);
    if (problem === undefined) {
      return await stored(request.file, () => Deno.rename(part, request.file));
    }
    await Deno.remove(part);
    // The part may stem from another mirror or version: try once from the first byte.
    if (held === 0 || isLast) throw new MirrorFailure(problem);
  }
}

/** Appends the rest of the file to the part and syncs it to disk. */
async function transfer(url: string, part: string, request: Download): Promise<void> {
  const { signal, stallMs = 30_000, mostBytes = 2 ** 31 } = request;
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
  using output = await stored(part, () => Deno.open(part, { create: true, write: true }));
  await stored(part, async () => {
    await output.truncate(done);
    await output.seek(done, Deno.SeekMode.Start);
  });
  const reader = response.body!.getReader();
  for (;;) {
    const chunk = await mirrored(() => reader.read());
    if (chunk.done) break;
    stall.count(chunk.value.length);
    await stored(part, async () => {
      for (let at = 0; at < chunk.value.length;) {
        at += await output.write(chunk.value.subarray(at)); // may write fewer bytes than given
      }
    });
    done += chunk.value.length;
    if (done > mostBytes) {
      await reader.cancel().catch(() => {}); // it has said enough, whatever comes of this
      await output.truncate(0);
      throw new MirrorFailure(`sent more than ${mostBytes} bytes`);
    }
    const task = `download ${basename(request.file)}`;
    request.onProgress?.({ task, done, total, unit: "bytes" });
  }
  await stored(part, () => output.sync());
}

/** Returns a signal that aborts unless `LEAST_BYTES` are counted within `stallMs`, again and again. */
function watchFor(stallMs: number) {
  const controller = new AbortController();
  let counted = 0;
  const onStall = () => {
    const sent = counted > 0 ? `only ${counted} bytes in` : "nothing for";
    controller.abort(new Stall(`sent ${sent} ${stallMs / 1000} s`));
  };
  let timer = setTimeout(onStall, stallMs);
  return {
    signal: controller.signal,
    count(bytes: number) {
      counted += bytes;
      if (counted < LEAST_BYTES) return;
      counted = 0;
      clearTimeout(timer);
      timer = setTimeout(onStall, stallMs);
    },
    [Symbol.dispose]: () => clearTimeout(timer),
  };
}

/** Returns the offset at which the response's body starts: the part's end, or 0. */
async function startOf(response: Response, held: number): Promise<number> {
  // Logins and error pages come with status 200, and must not take the place of what is held.
  if (response.ok && /^text\/html\b/.test(response.headers.get("content-type") ?? "")) {
    await response.body?.cancel();
    throw new MirrorFailure("sent a web page in place of the file");
  }
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
    throw new MirrorFailure(inWords(reason), { cause: error });
  }
}

/** What fetch says when it fails, and what has happened. */
const REASONS: readonly (readonly [RegExp, string])[] = [
  [/maximum number of redirects/i, "redirects without end"],
  [/certificate/i, "has no certificate that is trusted here; is the clock right?"],
  [/dns error|lookup address/i, "has a name that is not known here"],
  [/refused/i, "refused the connection"],
  [/reset by peer/i, "reset the connection"],
  [/timed out/i, "did not answer in time"],
  [/unreachable/i, "cannot be reached from here"],
  [/before message completed/i, "closed the connection without an answer"],
  [/reading a body|decoding|end of file|unexpected eof/i, "cut the transfer off"],
  [/HTTP|parsed|header/, "sent an answer that is not HTTP"],
];

/** Puts what fetch says into words; what is not known here as it is, without the system's number. */
function inWords(reason: string): string {
  const known = REASONS.find(([pattern]) => pattern.test(withoutAddress(reason)));
  return known?.[1] ?? `failed: ${withoutAddress(reason).replace(/ \(os error \d+\)/, "")}`;
}

/** Removes the address, which the message names anyway. */
function withoutAddress(reason: string): string {
  return reason.replace(/(from \S+ )?for (url \()?https?:\S+( \([^)]*\))?/, "");
}

/** Runs an operation of the disk and puts its failure into words. */
async function stored<T>(path: string, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    throw writeError(path, error);
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
    if (error instanceof Deno.errors.NotADirectory) return undefined; // writing says so
    throw error;
  }
}
