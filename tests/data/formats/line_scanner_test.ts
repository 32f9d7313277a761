import assert from "node:assert/strict";
import * as fc from "fast-check";
import { createLineScanner } from "@/data/formats/line_scanner.ts";

const scannerOf = (text: string) => {
  const scanner = createLineScanner(new TextEncoder().encode(text));
  scanner.nextLine();
  return scanner;
};

Deno.test("nextLine() skips empty lines and comments, and counts them", () => {
  const scanner = scannerOf("# words\r\n\n \t\n1 2\r3#4\n");
  assert.deepEqual([scanner.lineNumber(), scanner.number(), scanner.number()], [4, 1, 2]);
  assert.ok(Number.isNaN(scanner.number()), "a line ends");
  assert.equal(scanner.nextLine(), true);
  assert.deepEqual([scanner.lineNumber(), scanner.number(), scanner.isAtEnd()], [5, 3, true]);
  assert.equal(scanner.nextLine(), false);
  assert.equal(createLineScanner(new Uint8Array()).nextLine(), false);
});

Deno.test("number() reads what JavaScript reads, to float32 precision", () => {
  fc.assert(fc.property(fc.float({ noNaN: true, noDefaultInfinity: true }), (value) => {
    for (const text of [String(value), value.toExponential(), value.toFixed(3)]) {
      const read = Math.fround(scannerOf(text).number());
      const expected = Math.fround(Number(text));
      assert.ok(Math.abs(read - expected) <= 1.2e-7 * Math.abs(expected), `${text} as ${read}`);
    }
  }));
});

Deno.test("number() returns NaN for anything but a number", () => {
  for (const text of ["", "x", "nan", "-", ".", "1x", "1e", "1e+", "--1", "1-2", "1,5", "0x10"]) {
    assert.ok(Number.isNaN(scannerOf(text).number()), text);
  }
});

Deno.test("number() does not take half of what Visual C++ prints for a number", () => {
  const printed = ["-1.#IND", "1.#QNAN", "1.#SNAN", "1.#INF", "-1.#INF00", "1.#INF00e+000", "1.#J"];
  for (const text of [...printed, "1.0#IND", "0 1.#R"]) {
    const scanner = scannerOf(`${text} 2`);
    const values = [scanner.number(), scanner.number()];
    assert.ok(values.some(Number.isNaN), `${text} as ${values}`);
  }
  const commented = scannerOf("3#end");
  assert.deepEqual([commented.number(), commented.isAtEnd()], [3, true]);
  const apart = scannerOf("1. #IND");
  assert.deepEqual([apart.number(), apart.isAtEnd()], [1, true]);
});

Deno.test("word() reads only letters, as capitals", () => {
  const scanner = scannerOf("  CoFf12 3");
  assert.deepEqual([scanner.word(), scanner.number(), scanner.word()], ["COFF", 12, ""]);
});

Deno.test("text() shows the line, shortened and printable", () => {
  assert.equal(scannerOf(" a\u0007b \nc").text(), "a?b");
  assert.equal(scannerOf("1234567890".repeat(9)).text(), `${"1234567890".repeat(6)} ...`);
});
