/**
 * Inflates gzip files with bounded memory and errors that name the file; checksums of files.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import { createGunzip, gunzip as gunzipCallback } from "node:zlib";
import { onFile, systemReason } from "@/engine/system_error.ts";

const gunzipBytes = promisify(gunzipCallback);

/** Tells by its first bytes whether a file is packed by gzip. Source: RFC 1952, section 2.3.1. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/**
 * Inflates a gzip file held in memory.
 *
 * @param bytes The compressed file
 * @param file Its name, for messages
 * @param maxBytes Limit on the inflated size, so that a hostile file cannot exhaust memory
 * @throws {SyntaxError} If the bytes are truncated, corrupt or not gzip at all
 * @throws {RangeError} If it inflates to more than `maxBytes`
 */
export async function gunzip(
  bytes: Uint8Array,
  file: string,
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const inflated = await gunzipBytes(bytes, { maxOutputLength: maxBytes });
    return new Uint8Array(inflated.buffer as ArrayBuffer, inflated.byteOffset, inflated.length);
  } catch (error) {
    if ((error as { code?: string }).code === "ERR_BUFFER_TOO_LARGE") {
      throw new RangeError(
        `Cannot inflate "${file}": it must inflate to at most ${maxBytes} bytes, got more`,
      );
    }
    throw notGzip(file, bytes.length, error);
  }
}

/**
 * Computes the SHA-256 of a gzip file's inflated content, in hexadecimal, as a stream.
 *
 * *Inflated*, because mirrors wrap the same content in different gzip headers.
 *
 * @throws {SyntaxError} If the file is truncated, corrupt or not gzip at all
 */
export async function sha256OfInflated(file: string): Promise<string> {
  const hash = createHash("sha256");
  await onFile("read", file, async () => {
    const { size } = await Deno.stat(file);
    try {
      await pipeline(createReadStream(file), createGunzip(), hash);
    } catch (error) {
      throw systemReason(error) ? error : notGzip(file, size, error);
    }
  });
  return hash.digest("hex");
}

/** Computes the SHA-256 of a file as it is, in hexadecimal, as a stream. */
export async function sha256OfFile(file: string): Promise<string> {
  const hash = createHash("sha256");
  await onFile("read", file, () => pipeline(createReadStream(file), hash));
  return hash.digest("hex");
}

function notGzip(file: string, size: number, error: unknown): SyntaxError {
  const found = (error as Error).message;
  return new SyntaxError(
    `Cannot inflate "${file}": it must be a complete gzip file, got ${size} bytes with ${found}; ` +
      `delete it and fetch or copy it again`,
    { cause: error },
  );
}
