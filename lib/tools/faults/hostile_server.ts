/**
 * A server that does all that servers should not do.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { join } from "node:path";
import { download } from "@/data/download.ts";
import { createRandom, type Random } from "@/engine/random.ts";
import type { Fault } from "./fault.ts";
import { checkWords, makeTries, namesIn, requireThat } from "./tries.ts";

/** The file that is asked for: it does not compress, so that its transfer comes in several pieces. */
export const CONTENT = Uint8Array.from(
  { length: 200_000 },
  ((random) => () => random.integer(256))(createRandom(3)),
);
/** As it is stored and sent. */
export const STORED = new Uint8Array(gzipSync(CONTENT));
/** The sum of its content. */
export const SHA256 = createHash("sha256").update(CONTENT).digest("hex");

/** Time that a mirror has, in milliseconds, and how long a try may take in all: some begin again. */
const [STALL_MS, MOST_MS] = [300, 5000];

/** Each try is one kind of answer, with or without a part from before, and then an honest server. */
export const HOSTILE_SERVER: Fault = {
  name: "hostile server",
  right: "the download ends in 5 s with what the server did and a cure, or has the right bytes; " +
    "the next one, from an honest server, succeeds",
  tries: { whole: 200, short: 21 },
  run: (context) =>
    makeTries(context, async (random, index) => {
      const [name, answer] = ANSWERS[index % ANSWERS.length]!;
      const folder = join(context.folder, String(index));
      const file = join(folder, "images.gz");
      await Deno.mkdir(folder);
      if (random.uniform() < 0.4) {
        await Deno.writeFile(`${file}.part`, STORED.subarray(0, random.integer(STORED.length)));
      }
      const isRefused = await withServer(answer, random, (url) => fetchOnce(file, url))
        .catch((error) => {
          throw new Error(`${name}: ${error.message}`);
        });
      await withServer(honest, random, (url) => fetchFrom(url, file));
      const bytes = await Deno.readFile(file);
      requireThat(isStored(bytes), `${name}: the file must be right afterwards`);
      requireThat((await namesIn(folder)).join() === "images.gz", `${name}: nothing must be left`);
      await Deno.remove(folder, { recursive: true });
      return isRefused ? "refused" : "downloaded all the same";
    }),
};

const isStored = (bytes: Uint8Array) =>
  bytes.length === STORED.length && bytes.every((byte, i) => byte === STORED[i]);

function fetchFrom(url: string, file: string): Promise<void> {
  const request = { file, urls: [url], sha256: SHA256, stallMs: STALL_MS, mostBytes: 2 ** 20 };
  return download(request);
}

/** Downloads from a bad server: gives whether it was refused as it should be. */
async function fetchOnce(file: string, url: string): Promise<boolean> {
  const since = performance.now();
  let isRefused = false;
  try {
    await fetchFrom(url, file);
  } catch (error) {
    isRefused = true;
    const { name, message } = error as Error;
    requireThat(name === "DownloadError", `it must be a DownloadError, got ${name}: ${message}`);
    checkWords(message, file, url, "check the connection");
    requireThat(!/failed: /.test(message), `the message must say what happened, got ${message}`);
  }
  const ms = performance.now() - since;
  requireThat(ms < MOST_MS, `it must end within ${MOST_MS} ms, got ${Math.round(ms)}`);
  const isThere = (await namesIn(join(file, ".."))).includes("images.gz");
  requireThat(isThere !== isRefused, "a refused file must not lie under its name");
  return isRefused;
}

/** Answers one connection, whose request was read up to the start of the range. */
type Answer = (connection: Deno.Conn, start: number, random: Random) => Promise<void>;

/** Runs a body with a server on a free port. */
async function withServer<T>(
  answer: Answer,
  random: Random,
  body: (url: string) => Promise<T>,
): Promise<T> {
  const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const open = new Set<Deno.Conn>();
  const serve = async (connection: Deno.Conn) => {
    open.add(connection);
    try {
      const request = new Uint8Array(4096);
      const length = answer === reset ? 0 : await connection.read(request) ?? 0;
      const text = new TextDecoder().decode(request.subarray(0, length));
      await answer(connection, Number(/range: bytes=(\d+)-/i.exec(text)?.[1] ?? 0), random);
    } catch {
      // The client has hung up.
    } finally {
      open.delete(connection);
      close(connection);
    }
  };
  const serving = (async () => {
    for await (const connection of listener) serve(connection);
  })();
  try {
    return await body(`http://127.0.0.1:${listener.addr.port}/images.gz`);
  } finally {
    listener.close();
    await serving;
    for (const connection of open) close(connection);
  }
}

/** Runs a body with a server that serves the file as it should. */
export function withHonestServer<T>(body: (url: string) => Promise<T>): Promise<T> {
  return withServer(honest, createRandom(0), body);
}

/** Runs a body with a server that takes half a second for the file; gives the bytes that it sent. */
export async function withSlowServer(body: (url: string) => Promise<void>): Promise<number> {
  let sent = 0;
  const answer: Answer = async (connection, start) => {
    await send(connection, headOf(start));
    const size = Math.ceil(STORED.length / 10);
    for (let at = start; at < STORED.length; at += size) {
      const bytes = STORED.subarray(at, at + size);
      await send(connection, bytes);
      sent += bytes.length;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  await withServer(answer, createRandom(0), body);
  return sent;
}

function close(connection: Deno.Conn): void {
  try {
    connection.close();
  } catch {
    // Closed before.
  }
}

async function send(connection: Deno.Conn, ...parts: (string | Uint8Array)[]): Promise<void> {
  for (const part of parts) {
    const bytes = typeof part === "string" ? new TextEncoder().encode(part) : part;
    for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
  }
}

/** The head of an answer that gives the file from `start` on and says that it has so many bytes. */
function headOf(start: number, length = STORED.length - start): string {
  const range = `content-range: bytes ${start}-${STORED.length - 1}/${STORED.length}\r\n`;
  return `HTTP/1.1 ${start > 0 ? `206 Partial Content\r\n${range}` : "200 OK\r\n"}` +
    `connection: close\r\ncontent-length: ${length}\r\n\r\n`;
}

const honest: Answer = async (connection, start) => {
  const isPast = start >= STORED.length;
  if (isPast) {
    await send(connection, "HTTP/1.1 416 Range Not Satisfiable\r\ncontent-length: 0\r\n\r\n");
  } else await send(connection, headOf(start), STORED.subarray(start));
};

const stall = () => new Promise<void>((resolve) => setTimeout(resolve, MOST_MS));
const piece = (start: number, random: Random) =>
  STORED.subarray(start, start + random.integer(Math.max(1, STORED.length - start)));
const status = (line: string): Answer => (connection) =>
  send(connection, `HTTP/1.1 ${line}\r\ncontent-length: 2\r\nconnection: close\r\n\r\nno`);
const page = (type: string): Answer => (connection) => {
  const text = "<!doctype html><title>Log in</title>";
  return send(
    connection,
    `HTTP/1.1 200 OK\r\ncontent-type: ${type}\r\nconnection: close\r\n` +
      `content-length: ${text.length}\r\n\r\n${text}`,
  );
};

/** Closes with the request unread, upon which the system resets the connection. */
const reset: Answer = () => new Promise((resolve) => setTimeout(resolve, 20));

/** Every kind of answer. */
const ANSWERS: readonly (readonly [string, Answer])[] = [
  ["it answers nothing", stall],
  ["it stalls midway", async (connection, start, random) => {
    await send(connection, headOf(start), piece(start, random));
    await stall();
  }],
  ["it cuts the file off", async (connection, start, random) => {
    await send(connection, headOf(start), piece(start, random));
  }],
  ["it promises more than it sends", async (connection, start, random) => {
    const length = STORED.length - start + 1 + random.integer(100_000);
    await send(connection, headOf(start, length), STORED.subarray(start));
  }],
  ["it promises less than it has", async (connection, start, random) => {
    const length = random.integer(Math.max(1, STORED.length - start));
    await send(connection, headOf(start, length), STORED.subarray(start, start + length));
  }],
  ["it sends a page as such", page("text/html; charset=utf-8")],
  ["it sends a page as the file", page("application/gzip")],
  ["it redirects for ever", (connection) =>
    send(
      connection,
      "HTTP/1.1 302 Found\r\nlocation: /images.gz\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
    )],
  [
    "it redirects nowhere",
    (connection) =>
      send(connection, "HTTP/1.1 302 Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"),
  ],
  ["status 500", status("500 Internal Server Error")],
  ["status 404", status("404 Not Found")],
  ["status 403", status("403 Forbidden")],
  [
    "status 204",
    (connection) => send(connection, "HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n"),
  ],
  ["it resets the connection", reset],
  ["it closes without an answer", () => Promise.resolve()],
  ["it does not speak HTTP", (connection) => send(connection, "SSH-2.0-OpenSSH_9.6\r\n\r\n")],
  ["it sends other bytes", async (connection, start, random) => {
    const bytes = STORED.slice(start);
    bytes[random.integer(Math.max(1, bytes.length))]! ^= 1 + random.integer(255);
    await send(connection, headOf(start), bytes);
  }],
  ["it sends another file", async (connection) => {
    const other = new Uint8Array(gzipSync(new Uint8Array(1000)));
    await send(connection, `HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n`, other);
  }],
  ["it sends a byte now and then", async (connection, start) => {
    await send(connection, headOf(start));
    for (let i = 0; i < 1000; i++) {
      await send(connection, STORED.subarray(start + i, start + i + 1));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }],
  ["it never ends", async (connection) => {
    await send(connection, "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n");
    for (;;) await send(connection, STORED);
  }],
  ["it claims another range", (connection) =>
    send(
      connection,
      `HTTP/1.1 206 Partial Content\r\ncontent-range: bytes 5-9/10\r\ncontent-length: 5\r\n\r\nhello`,
    )],
];
