/**
 * Follows which coefficients of a progressive JPEG its scans have brought, and how precisely.
 *
 * A progressive image that ends between two scans decodes to a coarser one without any complaint.
 *
 * @module
 */

/** Coefficients of a block: 0 is its mean, the others are in the order of the file. */
const COEFFICIENTS = 64;

/** Stands for a coefficient that no scan has brought. */
const MISSING = 255;

/** For each component's number, how many low bits each coefficient lacks. */
export type Bands = ReadonlyMap<number, Uint8Array>;

/** Starts with nothing: no scan has been read yet. */
export function emptyBands(components: Iterable<number>): Bands {
  const bands = Array.from(
    components,
    (component) => [component, new Uint8Array(COEFFICIENTS).fill(MISSING)] as const,
  );
  return new Map(bands);
}

/**
 * Notes what a scan brings: the coefficients of a band, down to a bit.
 *
 * Source: ITU-T T.81, annex B.2.3: number of components; a number and tables for each; first and last
 * coefficient; the bit above and the bit that it brings.
 *
 * @param bands Changed
 * @param header The content of the scan's segment
 */
export function noteScan(bands: Bands, header: Uint8Array): void {
  const count = header[0] ?? 0;
  const [first, last, bits] = header.subarray(1 + 2 * count);
  if (first === undefined || last === undefined || bits === undefined) return; // cut short
  for (let i = 0; i < count; i++) bands.get(header[1 + 2 * i]!)?.fill(bits & 15, first, last + 1);
}

/** Says what is still missing at the end of an image, if anything. */
export function missingBands(bands: Bands): string | undefined {
  const all = [...bands.values()].flatMap((each) => [...each]);
  const lacking = all.filter((bits) => bits > 0).length;
  if (lacking === 0) return;
  return `scans that bring ${all.length - lacking} of ${all.length} coefficients to the last bit`;
}
