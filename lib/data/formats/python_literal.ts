/**
 * Reads the Python literals that .npy headers consist of.
 *
 * Choice: our own, since the packages at hand either rewrite quotes and parse JSON, which fails for most
 * spellings, or parse all of Python into syntax trees of which the values are still to be computed.
 *
 * @module
 */

/** A Python tuple, which is not a list: NumPy tells them apart. */
export class PythonTuple {
  /** @param items Its items in order */
  constructor(readonly items: readonly PythonValue[]) {}
}

/** A value: int is `bigint`, list an array, dict a `Map`. */
export type PythonValue =
  | null
  | boolean
  | bigint
  | string
  | PythonTuple
  | readonly PythonValue[]
  | ReadonlyMap<PythonValue, PythonValue>;

/** How to read a literal. */
export interface LiteralOptions {
  /** Whether integers may end in `L`, as Python 2 wrote long ones. */
  readonly allowsLong?: boolean;
}

/** Where no meaning is: blanks, ends of lines, comments, and lines joined by a backslash. */
const BLANK = /(?:[ \t\f\r\n]|\\\r?\n|#[^\r\n]*)*/y;
const STRING =
  /([uUrR]?)('''(?:[^\\]|\\[^])*?'''|"""(?:[^\\]|\\[^])*?"""|'(?:[^'\\\r\n]|\\[^])*'|"(?:[^"\\\r\n]|\\[^])*")/y;
const INTEGER =
  /([+-]?)[ \t]*(0[xX](?:_?[\da-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+|0(?:_?0)*|[1-9](?:_?\d)*)(?:[ \t]*(L))?(?![\w.])/y;
const NAME = /True|False|None/y;
const NAMED: Readonly<Record<string, PythonValue>> = { True: true, False: false, None: null };

/** Python's own limit on brackets within brackets. */
const MAX_DEPTH = 200;

/**
 * Evaluates a literal as Python's `ast.literal_eval` does: strings with their escapes and prefixes `u` and
 * `r`, integers in any base, True, False, None, tuples, lists and dictionaries, in any layout. Floats, bytes
 * and sets are refused, since no header holds them.
 *
 * @param text The literal, such as `{'shape': (2L, 8L), }`
 * @param options Which spellings are allowed
 * @throws {SyntaxError} If it is anything else; the message says where
 */
export function readPythonLiteral(text: string, options: LiteralOptions = {}): PythonValue {
  const reader = new LiteralReader(text, options.allowsLong ?? false);
  const value = reader.value(0);
  reader.requireEnd();
  return value;
}

/** Reads one value after the other. */
class LiteralReader {
  #at = 0;

  constructor(readonly text: string, readonly allowsLong: boolean) {
    if (text.includes("\0")) this.#fail("no NUL", text.indexOf("\0")); // Python refuses it anywhere
  }

  value(depth: number): PythonValue {
    if (depth > MAX_DEPTH) this.#fail(`at most ${MAX_DEPTH} brackets within brackets`);
    if (this.#takes("{")) return this.#dictionary(depth + 1);
    if (this.#takes("[")) return this.#items("]", depth + 1).items;
    if (this.#takes("(")) {
      const { items, hasComma } = this.#items(")", depth + 1);
      return items.length === 1 && !hasComma ? items[0]! : new PythonTuple(items);
    }
    const name = this.#matches(NAME);
    return name ? NAMED[name[0]]! : this.#integer() ?? this.#strings() ?? this.#fail("a value");
  }

  requireEnd(): void {
    this.#skipBlank();
    if (this.#at < this.text.length) this.#fail("nothing behind the value");
    if (/\\\r?\n$/.test(this.text)) this.#fail("a line behind the last backslash");
  }

  /** Reads up to the closing bracket, which may follow a comma. */
  #items(close: string, depth: number): { items: PythonValue[]; hasComma: boolean } {
    const items: PythonValue[] = [];
    let hasComma = false;
    while (!this.#takes(close)) {
      if (items.length > 0 && !hasComma) this.#fail(`"," or "${close}"`);
      items.push(this.value(depth));
      hasComma = this.#takes(",");
    }
    return { items, hasComma };
  }

  #dictionary(depth: number): Map<PythonValue, PythonValue> {
    const entries = new Map<PythonValue, PythonValue>();
    let hasComma = true;
    while (!this.#takes("}")) {
      if (!hasComma) this.#fail('"," or "}"');
      const key = this.value(depth);
      if (!this.#takes(":")) this.#fail('":"');
      entries.set(key, this.value(depth)); // the last of equal keys counts, as in Python
      hasComma = this.#takes(",");
    }
    return entries;
  }

  #integer(): bigint | undefined {
    const found = this.#matches(INTEGER);
    if (!found) return undefined;
    const [, sign, digits, long] = found;
    if (long && !this.allowsLong) this.#fail("an integer without L");
    const size = BigInt(digits!.replaceAll("_", ""));
    return sign === "-" ? -size : size;
  }

  /** Reads a string; strings that follow each other are one. */
  #strings(): string | undefined {
    let joined: string | undefined;
    for (let found = this.#matches(STRING); found; found = this.#matches(STRING)) {
      const [, prefix, quoted] = found;
      const width = /^('''|""")/.test(quoted!) ? 3 : 1;
      const inside = quoted!.slice(width, -width);
      joined = (joined ?? "") + (/r/i.test(prefix!) ? inside : this.#unescaped(inside));
    }
    return joined;
  }

  #unescaped(text: string): string {
    return text.replaceAll(
      /\\(\r\n|x[\da-fA-F]{2}|u[\da-fA-F]{4}|U[\da-fA-F]{8}|[0-7]{1,3}|[^])/g,
      (whole, escape: string) => {
        if (/^[0-7]/.test(escape)) return String.fromCodePoint(parseInt(escape, 8));
        if (/^[xuU]./.test(escape)) {
          const code = parseInt(escape.slice(1), 16);
          return code <= 0x10ffff ? String.fromCodePoint(code) : this.#fail("a character");
        }
        if (/^[xuUN]$/.test(escape)) this.#fail("an escape sequence with its digits");
        return ESCAPED[escape] ?? whole;
      },
    );
  }

  #takes(mark: string): boolean {
    this.#skipBlank();
    const isThere = this.text[this.#at] === mark;
    if (isThere) this.#at++;
    return isThere;
  }

  #matches(pattern: RegExp): RegExpExecArray | null {
    this.#skipBlank();
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.text);
    if (found) this.#at = pattern.lastIndex;
    return found;
  }

  #skipBlank(): void {
    BLANK.lastIndex = this.#at;
    BLANK.exec(this.text);
    this.#at = BLANK.lastIndex;
  }

  #fail(wanted: string, at = this.#at): never {
    const found = at < this.text.length ? JSON.stringify(this.text.slice(at, at + 12)) : "its end";
    throw new SyntaxError(
      `Cannot read a Python literal: it must have ${wanted} at character ${at}, got ${found}`,
    );
  }
}

/** What stands behind a backslash, and its meaning; other characters keep their backslash. */
const ESCAPED: Readonly<Record<string, string>> = {
  "\\": "\\",
  "'": "'",
  '"': '"',
  "\n": "",
  "\r": "",
  "\r\n": "",
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
};
