/** What the tests of `readZip` share. */
import { readZip, type ZipSelection } from "@/data/formats/zip.ts";

/** Every file of up to 1000 bytes. */
export const ALL: ZipSelection = { wanted: () => true, maxBytes: 1000 };

/** Reads the selected files of an archive by their names. */
export async function readAll(path: string, selection = ALL): Promise<Record<string, number[]>> {
  const files: Record<string, number[]> = {};
  for await (const { name, bytes } of readZip(path, selection)) files[name] = [...bytes];
  return files;
}

/** Where the index of an archive without a comment begins: its end record, of 22 bytes, says so. */
export function startOfIndex(bytes: Uint8Array): number {
  return new DataView(bytes.buffer).getUint32(bytes.length - 22 + 16, true);
}
