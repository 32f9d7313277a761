/** Servers that never end, or send too little, and downloads that wait for another. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { download } from "@/data/download.ts";
import type { Progress } from "@/data/source.ts";
import { tryLockFolder } from "@/engine/files.ts";
import { gzipped, sha256, withFolder, withServer } from "./fixtures.ts";

const CONTENT = Uint8Array.from({ length: 5000 }, (_, i) => Math.imul(i, i ^ 2654435761) >>> 24);
const WHOLE = gzipped(CONTENT);
const SHA256 = sha256(CONTENT);
const CURE = "check the connection, or use a data folder that has the file";

Deno.test("download() keeps a part when a web page comes in place of the rest", async () => {
  await withFolder(async (folder) => {
    const file = join(folder, "a.gz");
    await Deno.writeFile(`${file}.part`, WHOLE.subarray(0, 1234));
    const page = () => new Response("<html>", { headers: { "content-type": "text/html" } });
    await withServer(page, async (address) => {
      await assert.rejects(download({ file, urls: [address], sha256: SHA256 }), {
        message: new RegExp(`got ${address}: sent a web page in place of the file; ${CURE}$`),
      });
    });
    assert.deepEqual(await Deno.readFile(`${file}.part`), WHOLE.subarray(0, 1234));
  });
});

Deno.test("download() ends when a server sends more than any file has", async () => {
  await withFolder(async (folder) => {
    const file = join(folder, "a.gz");
    const endless = () =>
      new Response(new ReadableStream({ pull: (out) => out.enqueue(new Uint8Array(4096)) }));
    await withServer(endless, async (address) => {
      const request = { file, urls: [address], sha256: SHA256, mostBytes: 100_000 };
      await assert.rejects(download(request), { message: /: sent more than 100000 bytes; check / });
    });
    assert.equal((await Deno.stat(`${file}.part`)).size, 0);
  });
});

Deno.test("download() gives up on a server that sends a byte now and then", async () => {
  await withFolder(async (folder) => {
    const file = join(folder, "a.gz");
    let timer: ReturnType<typeof setInterval>;
    const drip = () =>
      new Response(
        new ReadableStream({
          start: (out) => void (timer = setInterval(() => out.enqueue(Uint8Array.of(0)), 20)),
          cancel: () => clearInterval(timer),
        }),
      );
    await withServer(drip, async (address) => {
      await assert.rejects(download({ file, urls: [address], sha256: SHA256, stallMs: 150 }), {
        message: /: sent only \d+ bytes in 0.15 s; check /,
      });
    });
  });
});

Deno.test("download() waits for another download to the folder, and takes its file", async () => {
  await withFolder(async (folder) => {
    const file = join(folder, "a.gz");
    let requests = 0;
    const answer = () => {
      requests++;
      return new Response(WHOLE);
    };
    await withServer(answer, async (address) => {
      const tasks = new Set<string>();
      const onProgress = ({ task }: Progress) => void tasks.add(task);
      const request = { file, urls: [address], sha256: SHA256, onProgress };
      await Promise.all([download(request), download(request), download(request)]);
      assert.deepEqual([...tasks].toSorted(), [
        "download a.gz",
        "wait for another process to download a.gz",
      ]);
    });
    assert.equal(requests, 1);
    assert.deepEqual(await Deno.readFile(file), WHOLE);
    const names = await Array.fromAsync(Deno.readDir(folder), ({ name }) => name);
    assert.deepEqual(names, ["a.gz"]);
  });
});

Deno.test("download() stops waiting at the signal", async () => {
  await withFolder(async (folder) => {
    using _ = await tryLockFolder(folder);
    const signal = AbortSignal.abort(new Error("enough"));
    const request = { file: join(folder, "a.gz"), urls: [], sha256: SHA256, signal };
    await assert.rejects(download(request), { message: "enough" });
  });
});

Deno.test("download() gives up on a server that stalls again and again, whatever it sends", async () => {
  await withFolder(async (folder) => {
    const file = join(folder, "a.gz");
    let requests = 0;
    const answer = (request: Request) => {
      requests++;
      const start = Number(/\d+/.exec(request.headers.get("range") ?? "")?.[0] ?? 0);
      const piece = WHOLE.subarray(start, start + 100);
      const body = new ReadableStream({ start: (out) => out.enqueue(piece) });
      const range = `bytes ${start}-${WHOLE.length - 1}/${WHOLE.length}`;
      const status = start > 0 ? 206 : 200;
      return new Response(body, { status, headers: { "content-range": range } });
    };
    await withServer(answer, async (address) => {
      await assert.rejects(download({ file, urls: [address], sha256: SHA256, stallMs: 60 }), {
        message: /: sent only 100 bytes in 0.06 s; check /,
      });
    });
    assert.equal(requests, 3);
    assert.equal((await Deno.stat(`${file}.part`)).size, 300);
  });
});
