import assert from "node:assert/strict";
import { join } from "node:path";
import { download } from "@/data/download.ts";
import type { Progress } from "@/data/source.ts";
import { gzipped, sha256, withFolder, withServer } from "./fixtures.ts";

/** Random enough to compress to several thousand bytes. */
const CONTENT = Uint8Array.from({ length: 5000 }, (_, i) => Math.imul(i, i ^ 2654435761) >>> 24);
const WHOLE = gzipped(CONTENT);
const SHA256 = sha256(CONTENT);
const CURE = "check the connection, or use a data folder that has the file";

/** Serves a file like a plain web server, with Range; counts requests. */
function fileServer(bytes: Uint8Array<ArrayBuffer> = WHOLE) {
  const ranges: (string | null)[] = [];
  const answer = (request: Request) => {
    const range = request.headers.get("range");
    ranges.push(range);
    const start = Number(/^bytes=(\d+)-$/.exec(range ?? "")?.[1] ?? 0);
    if (range === null) return new Response(bytes);
    if (start >= bytes.length) return new Response(null, { status: 416 });
    const headers = { "content-range": `bytes ${start}-${bytes.length - 1}/${bytes.length}` };
    return new Response(bytes.subarray(start), { status: 206, headers });
  };
  return { answer, ranges };
}

/** Announces the whole file, sends its first 1000 bytes, then stalls. */
function stalled(): Response {
  const body = new ReadableStream({ start: (out) => out.enqueue(WHOLE.subarray(0, 1000)) });
  return new Response(body, { headers: { "content-length": `${WHOLE.length}` } });
}

/** Runs a test with a server that closes each connection after `pieceSize` bytes. */
async function withCutLine(pieceSize: number, body: (address: string) => Promise<void>) {
  using listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const serving = (async () => {
    for await (using connection of listener) {
      const request = new Uint8Array(4096);
      const length = await connection.read(request) ?? 0;
      const text = new TextDecoder().decode(request.subarray(0, length));
      const start = Number(/range: bytes=(\d+)-/i.exec(text)?.[1] ?? 0);
      const head =
        `HTTP/1.1 ${start ? 206 : 200} OK\r\ncontent-length: ${WHOLE.length - start}\r\n` +
        `content-range: bytes ${start}-${WHOLE.length - 1}/${WHOLE.length}\r\n\r\n`;
      const piece = WHOLE.subarray(start, start + pieceSize);
      await connection.write(Uint8Array.from([...new TextEncoder().encode(head), ...piece]));
    }
  })();
  await body(`http://127.0.0.1:${listener.addr.port}`);
  listener.close();
  await serving;
}

async function namesIn(folder: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(folder), (entry) => entry.name)).sort();
}

Deno.test("download() puts the file in place and reports progress", async () => {
  await withFolder((folder) =>
    withServer(fileServer().answer, async (address) => {
      const file = join(folder, "new", "a.gz");
      const reports: Progress[] = [];
      const onProgress = (report: Progress) => reports.push(report);
      await download({ file, urls: [`${address}/a.gz`], sha256: SHA256, onProgress });
      assert.deepEqual(await Deno.readFile(file), WHOLE);
      assert.deepEqual(await namesIn(join(folder, "new")), ["a.gz"]);
      assert.deepEqual(reports.at(-1), {
        task: "download a.gz",
        done: WHOLE.length,
        total: WHOLE.length,
        unit: "bytes",
      });
    })
  );
});

Deno.test("download() does not fetch an existing file", async () => {
  await withFolder(async (folder) => {
    const { answer, ranges } = fileServer();
    await withServer(answer, async (address) => {
      const request = { file: join(folder, "a.gz"), urls: [address], sha256: SHA256 };
      await download(request);
      await download(request);
      assert.equal(ranges.length, 1);
    });
  });
});

Deno.test("download() resumes a part by Range", async () => {
  await withFolder(async (folder) => {
    const file = join(folder, "a.gz");
    await Deno.writeFile(`${file}.part`, WHOLE.subarray(0, 1234));
    const { answer, ranges } = fileServer();
    await withServer(answer, (address) => download({ file, urls: [address], sha256: SHA256 }));
    assert.deepEqual(ranges, ["bytes=1234-"]);
    assert.deepEqual(await Deno.readFile(file), WHOLE);
    assert.deepEqual(await namesIn(folder), ["a.gz"]);
  });
});

Deno.test("download() starts over if a server ignores Range", async () => {
  await withFolder(async (folder) => {
    const file = join(folder, "a.gz");
    await Deno.writeFile(`${file}.part`, new Uint8Array(WHOLE.length + 50));
    await withServer(
      () => new Response(WHOLE),
      (address) => download({ file, urls: [address], sha256: SHA256 }),
    );
    assert.deepEqual(await Deno.readFile(file), WHOLE);
  });
});

Deno.test("download() uses a complete part without fetching it again", async () => {
  await withFolder(async (folder) => {
    const file = join(folder, "a.gz");
    await Deno.writeFile(`${file}.part`, WHOLE);
    const { answer, ranges } = fileServer();
    await withServer(answer, (address) => download({ file, urls: [address], sha256: SHA256 }));
    assert.deepEqual(ranges, [`bytes=${WHOLE.length}-`]);
    assert.deepEqual(await Deno.readFile(file), WHOLE);
  });
});

Deno.test("download() drops a part of another file and starts over", async () => {
  await withFolder(async (folder) => {
    const file = join(folder, "a.gz");
    await Deno.writeFile(`${file}.part`, new Uint8Array(100).fill(65));
    const { answer, ranges } = fileServer();
    await withServer(answer, (address) => download({ file, urls: [address], sha256: SHA256 }));
    assert.deepEqual(ranges, ["bytes=100-", null]);
    assert.deepEqual(await Deno.readFile(file), WHOLE);
  });
});

Deno.test("download() resumes by Range after each dropped connection", async () => {
  await withFolder(async (folder) => {
    const file = join(folder, "a.gz");
    const pieceSize = Math.ceil(WHOLE.length / 3);
    await withCutLine(
      pieceSize,
      (address) => download({ file, urls: [address], sha256: SHA256 }),
    );
    assert.deepEqual(await Deno.readFile(file), WHOLE);
    assert.deepEqual(await namesIn(folder), ["a.gz"]);
  });
});

Deno.test("download() gives up after too many dropped connections and keeps the part", async () => {
  for (const { pieceSize, tries } of [{ pieceSize: 0, tries: 1 }, { pieceSize: 10, tries: 20 }]) {
    await withFolder(async (folder) => {
      const file = join(folder, "a.gz");
      await withCutLine(pieceSize, async (address) => {
        await assert.rejects(download({ file, urls: [address], sha256: SHA256 }), {
          name: "DownloadError",
          message: new RegExp(
            `^Cannot download "${file}": one of 1 mirrors must serve it, got ${address}: .+; ${CURE}$`,
          ),
        });
      });
      const part = await Deno.readFile(`${file}.part`);
      assert.deepEqual(part, WHOLE.subarray(0, tries * pieceSize));
    });
  }
});

Deno.test("download() tries the next mirror after a 404", async () => {
  await withFolder(async (folder) => {
    const file = join(folder, "a.gz");
    const { answer } = fileServer();
    const route = (request: Request) =>
      request.url.endsWith("/gone") ? new Response("no", { status: 404 }) : answer(request);
    await withServer(
      route,
      (address) => download({ file, urls: [`${address}/gone`, `${address}/a.gz`], sha256: SHA256 }),
    );
    assert.deepEqual(await Deno.readFile(file), WHOLE);
  });
});

Deno.test("download() names every failed mirror and leaves nothing in place", async () => {
  await withFolder(async (folder) => {
    const file = join(folder, "a.gz");
    const route = (request: Request) =>
      request.url.endsWith("/gone")
        ? new Response("no", { status: 404 })
        : new Response(gzipped(Uint8Array.of(1)));
    await withServer(route, async (address) => {
      const urls = [`${address}/gone`, `${address}/other`];
      await assert.rejects(download({ file, urls, sha256: SHA256 }), {
        name: "DownloadError",
        message: `Cannot download "${file}": one of 2 mirrors must serve it, ` +
          `got ${address}/gone: answered 404 Not Found; ${address}/other: ` +
          `the SHA-256 inside must be ${SHA256}, got ${sha256(Uint8Array.of(1))}; ${CURE}`,
      });
    });
    assert.deepEqual(await namesIn(folder), []);
  });
});

Deno.test("download() refuses a web page in place of a gzip file", async () => {
  await withFolder(async (folder) => {
    const file = join(folder, "a.gz");
    await withServer(() => new Response("<html>log in first</html>"), async (address) => {
      await assert.rejects(download({ file, urls: [address], sha256: SHA256 }), {
        name: "DownloadError",
        message: `Cannot download "${file}": one of 1 mirrors must serve it, got ${address}: ` +
          `sent a file that is not a complete gzip file (incorrect header check); ${CURE}`,
      });
    });
    assert.deepEqual(await namesIn(folder), []);
  });
});

Deno.test("download() gives up on a stalled server and keeps the part to resume", async () => {
  await withFolder(async (folder) => {
    const file = join(folder, "a.gz");
    await withServer(() => stalled(), async (address) => {
      await assert.rejects(download({ file, urls: [address], sha256: SHA256, stallMs: 60 }), {
        name: "DownloadError",
        message: `Cannot download "${file}": one of 1 mirrors must serve it, got ${address}: ` +
          `sent only 1000 bytes in 0.06 s; ${CURE}`,
      });
    });
    assert.deepEqual(await Deno.readFile(`${file}.part`), WHOLE.subarray(0, 1000));
    assert.deepEqual(await namesIn(folder), ["a.gz.part"]);
  });
});

Deno.test("download() reports a refused connection", async () => {
  await withFolder(async (folder) => {
    const file = join(folder, "a.gz");
    const urls = ["http://127.0.0.1:1/a.gz"];
    await assert.rejects(download({ file, urls, sha256: SHA256 }), {
      name: "DownloadError",
      message: new RegExp(`^Cannot download "${file}": one of 1 mirrors must serve it, got http:`),
    });
  });
});

Deno.test("download() stops at the signal with its reason, and keeps the part", async () => {
  await withFolder(async (folder) => {
    const file = join(folder, "a.gz");
    await withServer(() => stalled(), async (address) => {
      const stop = new AbortController();
      const onProgress = () => stop.abort(new Error("enough"));
      const request = { file, urls: [address], sha256: SHA256, onProgress, signal: stop.signal };
      await assert.rejects(download(request), { message: "enough" });
    });
    assert.deepEqual(await namesIn(folder), ["a.gz.part"]);
  });
});

Deno.test("download() says in words why the disk does not take the file", async () => {
  await withFolder(async (folder) => {
    await Deno.writeTextFile(join(folder, "file"), "");
    const file = join(folder, "file", "a.gz");
    await assert.rejects(download({ file, urls: ["http://127.0.0.1:1"], sha256: SHA256 }), {
      name: "WriteError",
      message:
        /^Cannot write to folder ".+": ".+file" must be a folder, got a file in its way; move it/,
    });
  });
});
