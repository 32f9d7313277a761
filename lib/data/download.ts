/**
 * Brings a file from one of several addresses to the disk: resumed, checked, then put in place
 * whole.
 *
 * The bytes gather in `<file>.part`. A transfer that was cut goes on from its end by HTTP Range, at
 * the same mirror or at the next; only a part with the right content is renamed to `<file>`.
 *
 * @module
 */
import { basename, dirname } from "node:path";
import { sha256OfInflated } from "@/data/formats/gzip.ts";
import type { Progress } from "./source.ts";

/** What to download, and from where. */
export interface Download {
  /** Where the file goes; its folder is made if need be. */
  readonly file: string;
  /** Addresses of the same file, asked one after the other. */
  readonly urls: readonly string[];
  /** The SHA-256 that `sumOf` must find, in hexadecimal. */
  readonly sha256: string;
  /** Gives the sum of a file or of what it holds; `sha256OfInflated` unless given. */
  readonly sumOf?: (file: string) => Promise<string>;
  /** Told about every piece that arrives. */
  readonly onProgress?: (progress: Progress) => void;
  /** Ends the transfer; what has arrived stays in the part, to be resumed. */
  readonly signal?: AbortSignal;
  /** How long a mirror may send nothing, in milliseconds; 30,000 unless given. */
  readonly stallMs?: number;
}

/** How often one mirror is asked to go on after it cut the line, as long as new bytes came. */
const MAX_TRIES = 20;

/** A file is not here and cannot be fetched: no mirror served it, or only a browser can. */
export class DownloadError extends Error {
  /** Told apart from a plain `Error` in messages. */
  override readonly name = "DownloadError";
}

/** A mirror did not serve the file; the next one may. */
class MirrorFailure extends Error {}

/**
 * Downloads a file, unless it is there already.
 *
 * @throws {DownloadError} If every mirror fails; the message says how each of them did
 * @throws Whatever the disk answers where it cannot be written, and the signal's reason when
 *   aborted
 */
export async function download(request: Download): Promise<void> {
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
      `check the connection, or name a folder that has the file as the data folder`,
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
    // A part begun at another mirror, or of another version, deserves one try from its first byte.
    if (held === 0 || isLast) throw new MirrorFailure(problem);
  }
}

/** Appends to the part what the mirror still has to send, and syncs it to the disk. */
async function transfer(url: string, part: string, request: Download): Promise<void> {
  const { signal, stallMs = 30_000 } = request;
  using stall = watchFor(stallMs);
  const held = await sizeOf(part) ?? 0;
  const response = await mirrored(() =>
    fetch(url, {
      // The bytes as they are stored; else fetch would inflate what a server calls encoded.
      headers: { "accept-encoding": "identity", ...(held && { range: `bytes=${held}-` }) },
      signal: AbortSignal.any(signal ? [signal, stall.signal] : [stall.signal]),
    })
  );
  // The part is as long as the file, or longer: its sum will tell.
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
      at += await output.write(chunk.value.subarray(at)); // it may write only a part
    }
    done += chunk.value.length;
    const task = `download ${basename(request.file)}`;
    request.onProgress?.({ task, done, total, unit: "bytes" });
  }
  await output.sync();
}

/** Gives a signal that aborts when nothing restarts it for so many milliseconds. */
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

/** Gives the offset that the response's body starts at: where the part ends, or the beginning. */
async function startOf(response: Response, held: number): Promise<number> {
  if (response.status === 200) return 0; // a server may ignore Range and send everything
  const range = response.headers.get("content-range");
  if (response.status === 206 && range?.startsWith(`bytes ${held}-`)) return held;
  await response.body?.cancel();
  throw new MirrorFailure(`answered ${response.status} ${range ?? response.statusText}`.trim());
}

/** Runs a step of the network's; whatever goes wrong there is the mirror's failure. */
async function mirrored<T>(step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    if (error instanceof MirrorFailure) throw error;
    const { message, cause } = error as Error; // fetch hides the reason in its cause
    const reason = cause instanceof Error ? cause.message : message;
    throw new MirrorFailure(reason.replace(/ for url \(.*?\)/, ""), { cause: error });
  }
}

/** Says what is wrong with a complete part, if anything is. */
async function problemOf(
  part: string,
  { sha256, sumOf = sha256OfInflated }: Download,
): Promise<string | undefined> {
  try {
    const found = await sumOf(part);
    if (found !== sha256) return `the SHA-256 inside must be ${sha256}, got ${found}`;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return `sent a file that is no whole gzip file (${(error.cause as Error).message})`;
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
