/**
 * Parses numbers from lines of bytes without creating strings: a mesh has millions.
 *
 * @module
 */

/** Scans a text line by line, and a line number by number. */
export interface LineScanner {
  /** Moves to the next line that is not blank or a comment; false if there is none. */
  nextLine(): boolean;
  /** Whether the rest of the line is empty or a comment, which starts with `#`. */
  isAtEnd(): boolean;
  /** Reads the letters that come next, if any, as capitals. */
  word(): string;
  /**
   * Reads the next number in the line, whole; NaN at the line's end or at anything else, such as a
   * number with a point that runs into a `#`.
   */
  number(): number;
  /** The line number, from 1. */
  lineNumber(): number;
  /** The line for messages, shortened and printable. */
  text(): string;
}

const [TAB, NEW_LINE, VERTICAL_TAB, FORM_FEED, RETURN, SPACE] = [
  0x09,
  0x0a,
  0x0b,
  0x0c,
  0x0d,
  0x20,
];
const [HASH, PLUS, MINUS, DOT, ZERO, NINE] = [0x23, 0x2b, 0x2d, 0x2e, 0x30, 0x39];
const [CAPITAL_A, CAPITAL_E, CAPITAL_Z, SMALL_E] = [0x41, 0x45, 0x5a, 0x65];

/** The bit that makes a capital letter small. */
const SMALL = 0x20;

/** Characters of a line shown in messages. */
const MOST_SHOWN = 60;

/** Creates a scanner positioned before the first line. */
export function createLineScanner(bytes: Uint8Array): LineScanner {
  const end = bytes.length;
  let at = 0;
  let lineStart = 0;
  let line = 0;

  const isLineEnd = (byte: number | undefined) => byte === NEW_LINE || byte === RETURN;
  const isBlank = (byte: number | undefined) =>
    byte === SPACE || byte === TAB || byte === VERTICAL_TAB || byte === FORM_FEED;
  const capital = (byte: number | undefined) => byte! & ~SMALL;
  const isDigit = (byte: number | undefined) => byte! >= ZERO && byte! <= NINE;
  const skipBlanks = () => {
    while (isBlank(bytes[at])) at++;
  };
  const isAtEnd = () => {
    skipBlanks();
    return at >= end || isLineEnd(bytes[at]) || bytes[at] === HASH;
  };
  /** Reads digits and appends them to `value`. */
  const digitsAfter = (value: number) => {
    for (; isDigit(bytes[at]); at++) value = 10 * value + bytes[at]! - ZERO;
    return value;
  };
  const sign = () => {
    if (bytes[at] !== PLUS && bytes[at] !== MINUS) return 1;
    return bytes[at++] === MINUS ? -1 : 1;
  };

  return {
    nextLine() {
      do {
        while (line > 0 && at < end && !isLineEnd(bytes[at])) at++;
        if (at >= end) return false;
        if (line > 0) at += bytes[at] === RETURN && bytes[at + 1] === NEW_LINE ? 2 : 1;
        line++;
        lineStart = at;
      } while (isAtEnd());
      return true;
    },
    isAtEnd,
    word() {
      skipBlanks();
      const start = at;
      while (capital(bytes[at]) >= CAPITAL_A && capital(bytes[at]) <= CAPITAL_Z) at++;
      const letters = bytes.subarray(start, Math.min(at, start + MOST_SHOWN));
      return String.fromCharCode(...letters).toUpperCase();
    },
    number() {
      skipBlanks();
      const factor = sign();
      const start = at;
      let mantissa = digitsAfter(0);
      let digitCount = at - start;
      let exponent = 0;
      const hasPoint = bytes[at] === DOT;
      if (hasPoint) {
        const fraction = ++at;
        mantissa = digitsAfter(mantissa);
        exponent = fraction - at;
        digitCount += at - fraction;
      }
      if (digitCount > 0 && (bytes[at] === SMALL_E || bytes[at] === CAPITAL_E)) {
        at++;
        const exponentSign = sign();
        if (!isDigit(bytes[at])) return NaN;
        exponent += exponentSign * digitsAfter(0);
      }
      // Visual C++ prints what is no number as -1.#IND, 1.#QNAN or 1.#INF: there, # is no comment.
      const isPrintedByMsvc = hasPoint && bytes[at] === HASH;
      const isWhole = !isPrintedByMsvc && (isBlank(bytes[at]) || isAtEnd());
      if (digitCount === 0 || !isWhole) return NaN;
      if (exponent === 0) return factor * mantissa;
      // Dividing by a power of ten rounds correctly; multiplying by 0.1 does not.
      return factor * (exponent < 0 ? mantissa / 10 ** -exponent : mantissa * 10 ** exponent);
    },
    lineNumber: () => line,
    text() {
      let stop = lineStart;
      while (stop < end && !isLineEnd(bytes[stop])) stop++;
      const shown = bytes.subarray(lineStart, Math.min(stop, lineStart + MOST_SHOWN));
      const words = String.fromCharCode(...shown).replaceAll(/[^ -~]/g, "?").trim();
      return stop - lineStart > MOST_SHOWN ? `${words} ...` : words;
    },
  };
}
