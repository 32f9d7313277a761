/**
 * What tells an .npz file, NumPy's archive of arrays, from any other zip file.
 *
 * @module
 */
import { onFile } from "@/engine/system_error.ts";

/** What an archive begins with: its first file, or its end where it has none. */
const SIGNATURES = ["PK\x03\x04", "PK\x05\x06"];

/**
 * Checks that an .npz file begins as NumPy's do. Other zip files may have a program in front of them;
 * `numpy.load` takes a file with anything in front for a pickle.
 *
 * @param path The file
 * @throws {SyntaxError} If it does not
 * @throws The system's errors, in words
 */
export async function requireNpzStart(path: string): Promise<void> {
  const start = await onFile("read", path, async () => {
    using file = await Deno.open(path);
    const bytes = new Uint8Array(4);
    const count = await file.read(bytes) ?? 0;
    return String.fromCharCode(...bytes.subarray(0, count));
  });
  if (SIGNATURES.includes(start)) return;
  throw new SyntaxError(
    `Cannot read "${path}": it must begin as an archive of numpy.savez does, got ` +
      `${JSON.stringify(start)}; save it again`,
  );
}
